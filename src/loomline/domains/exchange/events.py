"""What exchange tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class TakeoverFinished(Event, about={"takeover_id": "exchange.takeover"}, icon="download", tone="ok"):
    """Records of another system have come in."""

    says: ClassVar[str | Promise] = _("{title} imported: {created} records ({number})")

    takeover_id: int
    number: str
    title: str
    created: int


@dataclass(frozen=True, kw_only=True)
class TakeoverUndone(Event, about={"takeover_id": "exchange.takeover"}, icon="arrow-back-up", tone="warn"):
    """A takeover was taken back as a whole."""

    says: ClassVar[str | Promise] = _("{title} undone: {rows} changes taken back ({number})")

    takeover_id: int
    number: str
    title: str
    rows: int
