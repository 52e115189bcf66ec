"""Which records of the other system are here already: by key, and by name where a file has names alone."""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps
from django.db.models import Q

from loomline.domains.accounts.models import User
from loomline.domains.exchange.commands.targets import kind_of
from loomline.domains.exchange.models import ForeignKey
from loomline.domains.parties.models import Party
from loomline.engines.cells import addressed
from loomline.engines.mapping import Recipe

AMBIGUOUS = -1
# So many names are asked one by one.
FEW = 100
NAMED = {"parties.party", "accounts.user", "pipeline.opportunity", "catalog.item", "pipeline.lead"}


class Known:
    """The records that came in from a system, by step."""

    def __init__(self, recipe: Recipe) -> None:
        self.system = recipe.system
        self.kinds = {step.name: kind_of(step.into) for step in recipe.steps}
        self.marks: dict[str, dict[str, str]] = {}
        self._keys: dict[str, dict[str, int]] = {}
        self._names: dict[str, dict[str, int]] = {}
        self._asked: dict[tuple[str, str], int | None] = {}
        self._parties: dict[str, int] | None = None
        self._questions = 0

    def keys(self, step: str) -> dict[str, int]:
        """Each key of a step with our record."""
        if step not in self._keys:
            rows = ForeignKey.objects.filter(system=self.system, table=step)
            found = list(rows.values_list("key", "object_id", "fingerprint"))
            self._keys[step] = {key: pk for key, pk, _mark in found}
            self.marks[step] = {key: mark for key, _pk, mark in found}
        return self._keys[step]

    def fingerprints(self, step: str) -> dict[str, str]:
        """Each key of a step with the mark of the row as it was read."""
        self.keys(step)
        return self.marks[step]

    def kind(self, step: str) -> str:
        """The kind of record that a step makes."""
        return self.kinds[step]

    def add(self, step: str, made: Mapping[str, int], names: Mapping[str, int] | None = None) -> None:
        """Remember what has just come in, and what it is called."""
        self.keys(step).update(made)
        held = self._names.get(step)
        for name, pk in (names or {}).items():
            plain = name.casefold()
            self._asked.pop((step, plain), None)
            if held is not None and held.setdefault(plain, pk) != pk:
                held[plain] = AMBIGUOUS

    def named(self, step: str, name: str) -> int | None:
        """The record of a name or an e-mail address: of those that came in, else of all; or AMBIGUOUS."""
        plain, address = addressed(name)
        for text in (address, plain):
            if not text:
                continue
            place = (step, text.casefold())
            if place not in self._asked:
                self._asked[place] = self._came(step).get(place[1]) or self._anywhere(step, text)
            if self._asked[place] is not None:
                return self._asked[place]
        return None

    def _came(self, step: str) -> dict[str, int]:
        """The names and addresses of what came in by a step."""
        if step not in self._names:
            names: dict[str, int] = {}
            for text, pk in self._written(step):
                held = names.setdefault(text, pk)
                if held != pk:
                    names[text] = AMBIGUOUS
            self._names[step] = names
        return self._names[step]

    def _written(self, step: str) -> list[tuple[str, int]]:
        kind = self.kind(step)
        if kind not in NAMED:
            return []
        found: list[tuple[str, int]] = []
        model = apps.get_model(kind)
        columns = ("name", "email") if hasattr(model, "email") else ("name",)
        pks = list(set(self.keys(step).values()))
        for at in range(0, len(pks), 10_000):
            rows = model._default_manager.filter(pk__in=pks[at : at + 10_000]).values_list("pk", *columns)
            found += [(str(text).casefold(), pk) for pk, *texts in rows for text in texts if text]
        return found

    def _anywhere(self, step: str, text: str) -> int | None:
        """One of all records here that is called like this."""
        kind = self.kind(step)
        if kind == "accounts.user":
            people = User.objects.filter(Q(name__iexact=text) | Q(email__iexact=text), is_system=False)
            return _only(list(people.values_list("pk", flat=True)[:2]))
        return self._party(text) if kind == "parties.party" else None

    def _party(self, text: str) -> int | None:
        """One of all parties; after a few questions all names are read at once."""
        self._questions += 1
        if self._questions <= FEW:
            alike = Q(name__iexact=text) | Q(email=text.lower())
            parties = Party.objects.filter(alike, merged_into__isnull=True)
            return _only(list(parties.values_list("pk", flat=True)[:2]))
        if self._parties is None:
            rows = Party.objects.filter(merged_into__isnull=True).values_list("pk", "name", "email")
            self._parties = {}
            for pk, *texts in rows.iterator(chunk_size=10_000):
                for one in {text.casefold() for text in texts if text}:
                    self._parties[one] = AMBIGUOUS if one in self._parties else pk
        return self._parties.get(text.casefold())


def _only(found: list[int]) -> int | None:
    if not found:
        return None
    return found[0] if len(found) == 1 else AMBIGUOUS
