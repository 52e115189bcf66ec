"""Where handling units stand: goods are put into a unit only where it is."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models import HandlingUnit, UnitState
from loomline.domains.sites.models import Location
from loomline.kernel.record import lock_keys
from loomline.kernel.refusal import Refused


class UnitElsewhere(Refused):
    """A unit and what lies in it are at one place."""

    says = _("Handling unit {unit} stands at {location}. Put the goods into it there, or move it first.")


class UnitGone(Refused):
    """A unit that was taken apart carries nothing."""

    says = _("Handling unit {unit} was taken apart. Open a new one.")


def refuse_elsewhere(into: Mapping[int, int]) -> list[HandlingUnit]:
    """Lock units, before reservations and balances; refuse those that do not stand at these locations."""
    units = lock_keys(HandlingUnit, into)
    for unit in units:
        if unit.state == UnitState.GONE:
            raise UnitGone(unit=unit)
        if unit.location_id != into[unit.pk]:
            raise UnitElsewhere(unit=unit, location=Location.objects.get(pk=unit.location_id))
    return units
