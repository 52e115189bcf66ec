"""The verbs of the surface itself: keeping a view of a list, sharing it, dropping it."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel import access, edit
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import command, registry
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import NotPermitted, NotThere, Refused
from loomline.surface.models import Audience, SavedView


class NotYourView(Refused):
    """Somebody else keeps this view."""

    says = _("{owner} keeps the view {title}. Save it under a name of your own.")
    status = 403


class NoTeam(Refused):
    """A view was to be shared with a team by somebody who has none."""

    says = _("You belong to no team. Keep the view to yourself, or share it with everyone.")


@command(hidden=True, undo=True, creates=SavedView)
def save_view(
    ctx: Ctx, *, resource: str, title: str, query: str = "", audience: str = Audience.PRIVATE, is_default: bool = False
) -> SavedView:
    """Keep a list as it is, to find it again under a name."""
    team_ids = ctx.actor.team_ids()
    view = SavedView.objects.filter(owner=ctx.actor, resource=resource, title=title).first()

    if audience == Audience.TEAM and not team_ids:
        raise NoTeam(at_field="audience")

    if is_default:
        SavedView.objects.filter(owner=ctx.actor, resource=resource, is_default=True).update(is_default=False)
    view = view or SavedView(owner=ctx.actor, resource=resource, title=title)
    view.query, view.audience, view.is_default = query, audience, is_default
    view.team_id = team_ids[0] if audience == Audience.TEAM else None
    view.save()
    return view


@command(hidden=True, undo=True)
def drop_view(ctx: Ctx, *, view: SavedView) -> None:
    """Forget a saved view; the list and its rows stay."""
    view = lock(view)

    if view.owner_id != ctx.actor.pk and not ctx.actor.is_superuser:
        raise NotYourView(owner=view.owner, title=view.title)

    view.delete()


@command(hidden=True)
def undo_request(ctx: Ctx, *, request_id: str) -> int:
    """Take back all that one request or one job did, however many commands it gave."""
    done = list(Activity.objects.select_for_update().filter(request_id=request_id, part_of=None, undone_by=None))

    if not done:
        raise NotThere(reference=request_id)
    if any(a.actor_id != ctx.actor.pk for a in done) and access.level_of(ctx.actor, "kernel.undo") < access.Level.ALL:
        raise NotPermitted(verb=_t("undo what others did"), permission="kernel.undo")
    closed = next((a for a in done if a.verb not in registry or not registry[a.verb].undo), None)
    if closed is not None:
        raise edit.NotUndoable(_t("{verb} cannot be undone: it has told others. Correct it with another command."), verb=closed.verb)

    count = edit.reverse(Change.objects.filter(activity__in=done))
    Activity.objects.filter(pk__in=[a.pk for a in done]).update(undone_by=edit.own_activity())
    return count
