"""A card that was dropped: the command that the move names, or why it cannot be."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _t

from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid, MoveRefused, NotPermitted, NotThere, Warned
from loomline.kernel.state import StateField
from loomline.surface import answer, argument
from loomline.surface.board import heads, key_of
from loomline.surface.fields import as_key
from loomline.surface.layout import Board
from loomline.surface.listing import Listing
from loomline.surface.page import open_resource, record_of, staff
from loomline.surface.resource import Resource


@staff
def move_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """A card was dropped: give the command that the move names, or say why not."""
    resource, ctx = open_resource(request, domain, slug)
    layout = resource.layout(request.GET.get("as", ""))
    boards = [v for v in (layout, *resource.views) if isinstance(v, Board)]
    board = boards[0] if boards else None
    key = as_key(request.POST.get("id"))
    if board is None or key is None or request.method != "POST":
        raise NotThere(reference=resource.title())
    record = record_of(resource, ctx, key)
    wanted = request.POST.get("to", "")
    if str(key_of(board, record)) == wanted:
        return JsonResponse({})
    command, given = _move(board, resource, ctx, record, wanted)
    asked = [p for p in argument.asked(command) if p.required and p.name not in given]
    ask_url = f"{resource.path()}do/{command.verb}/?ids={record.pk}" + "".join(
        f"&{n}={v.pk}" for n, v in given.items() if hasattr(v, "pk")
    )
    if asked:
        words = _t("{command} needs to know more.").format(command=command.label)
        return JsonResponse({"text": words, "dialog_url": ask_url}, status=422)
    try:
        argument.on_records(command, given)(ctx, [record])
    except (Warned, Invalid) as refusal:
        # What may be accepted, or filled in, is asked in the dialog.
        return JsonResponse({"text": str(refusal), "dialog_url": ask_url}, status=refusal.status)
    words = _t("{what} moved.").format(what=record)
    columns = heads(board, Listing(resource, ctx, request.GET))
    return answer.done(request, words, undo=answer.undo_url(ctx, command), data={"columns": columns})


def _move(
    board: Board, resource: type[Resource], ctx: Ctx, record: Any, wanted: str
) -> tuple[Command[Any, Any], dict[str, Any]]:
    """The command that brings the record into the wanted column, and what it is given besides the record."""
    field = board.by.field
    target = board.by.target
    every = [c for c in resource.all_commands() if c.record is not None]
    if isinstance(field, StateField) and field.states is not None:
        state = field.states._value2member_map_.get(wanted)
        name = record.moves.into(record.state, state) if state is not None else None
        found = next((c for c in every if name and c.move == name), None)
        if found is None:
            raise _no_way(record, str(getattr(state, "label", wanted)))
        return found, {}
    if target is None:
        return _plain_edit(resource, ctx, record, board.by_text), {"values": {board.by_text: wanted}}
    to = access.visible(ctx, target).filter(pk=as_key(wanted)).first()
    if to is None:
        raise NotThere(reference=f"{target._meta.verbose_name} {wanted}")
    for command in every:
        asked = argument.asked(command)
        name = next((p.name for p in asked if p.model is target and not p.is_list), "")
        is_named = name == board.by_text and not any(p.required and p.name != name for p in asked)
        if name and (command.move == board.by_text or is_named):
            return command, {name: to}
    return _plain_edit(resource, ctx, record, board.by_text), {"values": {board.by_text: to}}


def _plain_edit(resource: type[Resource], ctx: Ctx, record: Any, name: str) -> Command[Any, Any]:
    if not resource.may_bulk_edit(ctx):
        raise NotPermitted(
            verb=_t("move this"),
            permission=f"{resource.model._meta.app_label}.edit_{resource.model._meta.model_name}",
        )
    if not record.may_edit(name):
        raise _no_way(record, name)
    return resource.plain["edit"]


def _no_way(record: Any, to: str) -> MoveRefused:
    state = getattr(getattr(record, "state", ""), "label", "") or str(record)
    name = record.sentence_name() if hasattr(record, "sentence_name") else str(record)
    return MoveRefused(
        _t("{what} is {state}; it cannot become {to} from there."),
        what=name,
        state=state.lower(),
        to=to.lower(),
    )
