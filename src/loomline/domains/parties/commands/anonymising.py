"""Taking the words out of what is known of people; what points at them stays whole."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import (
    Address,
    ContactPoint,
    Duplicate,
    Identifier,
    Merge,
    Party,
    PortalAccess,
    Relationship,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused

BLANK: dict[str, Any] = {
    **dict.fromkeys(("legal_name", "email", "phone", "website", "vat_number", "notes", "language"), ""),
    "code": None,
    "custom": {},
    "is_active": False,
    "touch_days": None,
    "touch_due_on": None,
}
# Columns of a person that say who it is; their history goes too.
PERSONAL = ("name", "sort_name", *(name for name in BLANK if name not in ("is_active",)))
BELONGINGS = (ContactPoint, Address, Identifier, PortalAccess)


class NotPeople(Refused):
    """Companies have no personal data of their own; the people in them have."""

    says = _("{name} is an organisation. Only people are erased; archive the organisation instead.")


@command(hidden=True)
def anonymise_parties(ctx: Ctx, *, parties: list[Party]) -> list[Party]:
    """Leave of people no more than a number: what they bought and signed still adds up."""
    parties = lock_all(parties)

    for party in parties:
        if not party.is_person:
            raise NotPeople(name=party.name)

    keys = [party.pk for party in parties]
    for model in BELONGINGS:
        model.objects.filter(party__in=keys).delete()
    Relationship.objects.filter(person__in=keys).update(title="")
    Merge.objects.filter(Q(survivor__in=keys) | Q(absorbed__in=keys)).update(is_final=True, fields={})
    Duplicate.objects.filter(Q(first__in=keys) | Q(second__in=keys)).delete()
    for party in parties:
        party.name = _t("Erased person {number}").format(number=party.pk)
    Party.objects.bulk_update(parties, ["name"], batch_size=1000)
    Party.objects.filter(pk__in=keys).update(**BLANK)
    return parties
