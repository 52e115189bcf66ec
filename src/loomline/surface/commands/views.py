"""Keeping a list as it is under a name, sharing it, dropping it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.surface.models import Audience, SavedView


class NotYourView(Refused):
    """Somebody else keeps this view."""

    says = _("{owner} keeps the view {title}. Save it under a name of your own.")
    status = 403


class NoTeam(Refused):
    """A view was to be shared with a team by somebody who has none."""

    says = _("You belong to no team. Keep the view to yourself, or share it with everyone.")


class NotShared(Refused):
    """A view was to open first for people who cannot see it."""

    says = _("Share {title} with everyone first: nobody else can see it.")


@command(hidden=True, undo=True, creates=SavedView)
def save_view(
    ctx: Ctx,
    *,
    resource: str,
    title: str,
    query: str = "",
    audience: str = Audience.PRIVATE,
    is_default: bool = False,
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
def open_first(ctx: Ctx, *, view: SavedView, role_id: int | None = None) -> SavedView:
    """Let a shared view open first for everybody who holds a role; without a role, for nobody any more."""
    view = lock(view)

    if role_id is not None and view.audience != Audience.EVERYONE:
        raise NotShared(title=view.title)

    if role_id is not None:
        SavedView.objects.filter(resource=view.resource, role_id=role_id).update(role_id=None)
    view.role_id = role_id
    view.save(update_fields=["role_id"])
    return view


@command(hidden=True, undo=True)
def drop_view(ctx: Ctx, *, view: SavedView) -> None:
    """Forget a saved view; the list and its rows stay."""
    view = lock(view)

    if view.owner_id != ctx.actor.pk and not ctx.actor.is_superuser:
        raise NotYourView(owner=view.owner, title=view.title)

    view.delete()
