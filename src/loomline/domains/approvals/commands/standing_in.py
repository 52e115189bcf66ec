"""Who decides for somebody who is away."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.approvals.events import DeputyAppointed
from loomline.domains.approvals.models import Deputy
from loomline.kernel import access
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused


class OwnDeputy(Refused):
    """A deputy is somebody else."""

    says = _("A deputy is somebody else than the person who is away.")


class DaysWrong(Refused):
    """A time has an end after its beginning, and is not over."""

    says = _("The last day cannot lie before the first, nor in the past.")


class NotForOthers(Refused):
    """One appoints one's own deputy."""

    says = _("Only {person}, or somebody who looks after all approvals, can say who decides for {person}.")
    status = 403


@command(label=_("New deputy"), icon="plus", creates=Deputy)
def appoint_deputy(
    ctx: Ctx, *, deputy: User, starts_on: date, ends_on: date, person: User | None = None, reason: str = ""
) -> Deputy:
    """Let somebody decide for you while you are away."""
    who = person or ctx.actor

    if who.pk == deputy.pk:
        raise OwnDeputy(at_field="deputy")
    if ends_on < starts_on or ends_on < ctx.today:
        raise DaysWrong(at_field="ends_on")
    is_all = access.level_of(ctx.actor, appoint_deputy.name) == access.Level.ALL
    if who.pk != ctx.actor.pk and not is_all:
        raise NotForOthers(person=who, at_field="person")

    made = Deputy.objects.create(
        person=who, deputy=deputy, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()[:120]
    )

    ctx.emit(
        DeputyAppointed(
            deputy_id=made.pk, person=str(who), deputy=str(deputy), starts_on=starts_on, ends_on=ends_on
        )
    )
    return made
