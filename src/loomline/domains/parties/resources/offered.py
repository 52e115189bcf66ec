"""Which buttons make sense on which party: nobody is asked to restore what was never put away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from loomline.domains.parties.models import Party
from loomline.kernel.command import Command

Fits = Callable[[Party], bool]
FITS: Mapping[str, Fits] = {
    "parties.archive_parties": lambda party: party.is_active,
    "parties.restore_parties": lambda party: not party.is_active and party.merged_into_id is None,
    "parties.merge_parties": lambda party: party.merged_into_id is None,
    "parties.unmerge_party": lambda party: party.merged_into_id is not None,
    "parties.add_person": lambda party: not party.is_person,
    "parties.relate": lambda party: party.is_person,
    "parties.end_role": lambda party: bool(party.roles_now),
    "privacy.give_consent": lambda party: party.is_person,
    "privacy.withdraw_consent": lambda party: party.is_person,
    "privacy.erase_people": lambda party: party.is_person,
}


def offered(commands: Iterable[Command[Any, Any]], record: Party) -> list[Command[Any, Any]]:
    """Those of the commands that can do something with this party as it is."""
    return [one for one in commands if one.name not in FITS or FITS[one.name](record)]
