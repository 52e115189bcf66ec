"""Handing out to people what is known about them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import Party
from loomline.domains.privacy.commands.consent import NotAPerson
from loomline.domains.privacy.events import PersonExported
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock


@command(label=_("Copy of all data"), icon="download", hidden=True)
def export_person(ctx: Ctx, *, person: Party) -> Party:
    """Note that a copy of everything known about a person was made; the page then hands it out."""
    person = lock(person)

    if not person.is_person:
        raise NotAPerson(name=person.name)

    ctx.emit(PersonExported(party_id=person.pk))
    return person
