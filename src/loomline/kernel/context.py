"""Who is asking, when, from where: the one argument every command and query shares."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

from loomline.kernel.company import Company
from loomline.kernel.refusal import Warned

if TYPE_CHECKING:
    from loomline.kernel.event import Event

Via = Literal["page", "api", "job", "import", "rule", "demo", "cli"]


@dataclass
class Unit:
    """What one outermost command has yet to tell when it commits."""

    undelivered: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Ctx:
    """The context of one use case. Frozen: time, actor and company come in and never change."""

    actor: Any
    company: Company
    now: datetime
    via: Via
    request_id: str = ""
    accepted: frozenset[str] = frozenset()
    within: str = ""
    key: str = ""
    unit: Unit = field(default_factory=Unit, compare=False, repr=False)

    @classmethod
    def new(
        cls,
        *,
        actor: Any,
        via: Via,
        now: datetime | None = None,
        accepted: Iterable[str] = (),
        key: str = "",
        request_id: str = "",
        company: Company | None = None,
    ) -> Ctx:
        """A context at the edge of the system; only the edge reads the clock."""
        return cls(
            actor=actor,
            company=company or Company.current(),
            now=now or datetime.now(UTC),
            via=via,
            request_id=request_id or uuid.uuid4().hex,
            accepted=frozenset(accepted),
            key=key,
        )

    @property
    def today(self) -> date:
        """The day it is where the company is."""
        return self.now.astimezone(self.company.zone).date()

    def emit(self, event: Event) -> None:
        """Tell what happened; it is heard before the transaction commits."""
        self.unit.undelivered.append(event)

    def warn(self, warning: Warned) -> None:
        """Refuse, unless the user has said that they accept exactly this."""
        if warning.code not in self.accepted:
            raise warning
        self.unit.accepted.add(warning.code)

    def at(self, now: datetime) -> Ctx:
        """The same context at another moment, with nothing to tell yet."""
        return replace(self, now=now, unit=Unit())

    def fresh(self) -> Ctx:
        """The same context with nothing to tell yet."""
        return replace(self, unit=Unit())
