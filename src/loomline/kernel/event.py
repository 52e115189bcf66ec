"""What has happened, told upwards: typed facts, stored once, in order."""

from __future__ import annotations

import dataclasses
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from itertools import groupby
from typing import Any, ClassVar, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CASCADE, BigAutoField, BigIntegerField, CharField, DateTimeField, ForeignKey
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.kernel.context import Ctx
from loomline.kernel.prepared import array, fetch, json_text
from loomline.kernel.quantity import plain

E = TypeVar("E", bound="Event")
Handler = Callable[[Ctx, Any], None]
Handlers = Callable[[Ctx, list[Any]], None]

registry: dict[str, type[Event]] = {}
handlers: dict[type[Event], list[Handlers]] = defaultdict(list)
later_handlers: dict[type[Event], list[str]] = defaultdict(list)
_later: dict[str, Handler] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense: ids and values, no logic.

    A subclass names which of its fields point at records (``about={"order_id": "sales.order"}``), its
    icon and usual tone (a field ``tone`` may say otherwise), and in ``says`` the sentence that timelines
    and notifications show. A field ``happened_at`` puts a fact that is told late at the moment it happened.
    """

    says: ClassVar[str | Promise] = ""
    name: ClassVar[str] = ""
    about: ClassVar[Mapping[str, str]] = {}
    icon: ClassVar[str] = "point"
    usual_tone: ClassVar[str] = "muted"

    def __init_subclass__(
        cls,
        *,
        about: Mapping[str, str] | None = None,
        icon: str = "point",
        tone: str = "muted",
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        _refuse_shadows(cls)
        domain = cls.__module__.split(".")[-2]
        cls.name = f"{domain}.{cls.__name__}"
        cls.about = dict(about or {})
        cls.icon = icon
        cls.usual_tone = tone
        registry[cls.name] = cls

    def payload(self) -> dict[str, Any]:
        """The fields as plain JSON values; Decimals and dates as text."""
        return {name: _plain(value) for name, value in vars(self).items()}

    def subjects(self) -> set[tuple[str, int]]:
        """Pairs of record kind and id that this fact is about."""
        found: set[tuple[str, int]] = set()
        for field, kind in self.about.items():
            value = getattr(self, field)
            if isinstance(value, (list, tuple)):
                found.update((kind, pk) for pk in value)
            elif value:
                found.add((kind, value))
        return found


# What an event says of itself; `says` is given as a plain or a ClassVar attribute and never as a field.
OWN = ("name", "about", "icon", "usual_tone", "says", "payload", "subjects")


def _refuse_shadows(event: type[Event]) -> None:
    """A field of the same name would hide what the event says of itself, first when it is stored."""
    for part in event.__mro__:
        if part is Event:
            continue
        for field, kind in inspect.get_annotations(part).items():
            if field in OWN and "ClassVar" not in str(kind):
                raise TypeError(
                    f"{event.__module__}.{event.__name__} has a field {field!r}, which hides the event's own"
                    f" {field!r}. Give the field another name."
                )


class StoredEvent(models.Model):
    """One fact as it was told."""

    id = BigAutoField(primary_key=True)
    at = DateTimeField(_("at"))
    name = CharField(_("name"), max_length=80)
    payload = models.JSONField(_("payload"))
    activity = ForeignKey("kernel.Activity", CASCADE, related_name="events", verbose_name=_("activity"))
    about = ArrayField(CharField(max_length=80), default=list, verbose_name=_("about"))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["name", "id"], name="kernel_event_name")]

    @property
    def sentence(self) -> str:
        """What people read."""
        return sentence(self.name, self.payload)

    @property
    def icon(self) -> str:
        return registry[self.name].icon if self.name in registry else "point"

    @property
    def tone(self) -> str:
        return str(
            self.payload.get("tone") or (registry[self.name].usual_tone if self.name in registry else "muted")
        )


class EventAbout(models.Model):
    """Which record a stored event is about; a record's timeline is read from here, newest first."""

    id = BigAutoField(primary_key=True)
    event = ForeignKey(StoredEvent, CASCADE, related_name="subjects", db_index=False)
    kind = CharField(max_length=60)
    object_id = BigIntegerField()

    class Meta:
        verbose_name = _("event subject")
        verbose_name_plural = _("event subjects")
        indexes = [
            models.Index(fields=["kind", "object_id", "-event"], name="kernel_about_timeline"),
            models.Index(fields=["event"], name="kernel_about_event"),
        ]


def on(
    event: type[E], *, later: bool = False
) -> Callable[[Callable[[Ctx, E], None]], Callable[[Ctx, E], None]]:
    """Hear an event: inside the transaction, or later in a job that the same transaction writes."""

    def register(handler: Callable[[Ctx, E], None]) -> Callable[[Ctx, E], None]:
        if later:
            path = f"{handler.__module__}.{handler.__qualname__}"
            _later[path] = handler
            later_handlers[event].append(path)
        else:
            handlers[event].append(partial(_one_by_one, handler))
        return handler

    return register


def on_all(event: type[E]) -> Callable[[Callable[[Ctx, list[E]], None]], Callable[[Ctx, list[E]], None]]:
    """Hear facts of one kind that were told in a row as one list, inside the transaction."""

    def register(handler: Callable[[Ctx, list[E]], None]) -> Callable[[Ctx, list[E]], None]:
        handlers[event].append(handler)
        return handler

    return register


def _one_by_one(handler: Handler, ctx: Ctx, told: list[Any]) -> None:
    for event in told:
        handler(ctx, event)


def deliver(ctx: Ctx) -> None:
    """Let everything told so far be heard, in order; what handlers tell is heard after it."""
    unit = ctx.unit
    while unit.undelivered:
        kind, told = next((kind, list(events)) for kind, events in groupby(unit.undelivered, type))
        del unit.undelivered[: len(told)]
        unit.events += told
        for handler in handlers[kind]:
            handler(ctx, told)


def store(ctx: Ctx, activity: models.Model) -> None:
    """Write the facts of this transaction, and the jobs of those who hear them later.

    One statement: the database puts the subjects of each fact beside it and tells open pages.
    """
    if not ctx.unit.events:
        return
    facts = [
        (
            getattr(event, "happened_at", None) or ctx.now,
            event.name,
            json_text(event.payload()),
            " ".join(f"{kind}:{pk}" for kind, pk in sorted(event.subjects())),
        )
        for event in ctx.unit.events
    ]
    keys = fetch(INSERT, [activity.pk, *map(array, zip(*facts, strict=True))])
    _enqueue([(key, event) for (key,), event in zip(keys, ctx.unit.events, strict=True)], ctx)


# One text for any number of facts; subjects have no spaces in them.
INSERT = """
    INSERT INTO kernel_storedevent (activity_id, at, name, payload, about)
    SELECT %s, at, name, payload::jsonb, string_to_array(about, ' ')
    FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::text[]) AS fact (at, name, payload, about)
    RETURNING id
"""


def _enqueue(stored: Iterable[tuple[int, Event]], ctx: Ctx) -> None:
    work = [
        {"handler": path, "event_id": key, "actor_id": ctx.actor.pk}
        for key, event in stored
        for path in later_handlers[type(event)]
    ]
    if work:
        queue.configure_task("kernel.hear", allow_unknown=True).batch_defer(*work)


def revive(name: str, payload: Mapping[str, Any]) -> Event:
    """The event as it was emitted; Decimals and dates are read back by the field's type."""
    cls = registry[name]
    values = {
        f.name: _typed(str(f.type), payload[f.name]) for f in dataclasses.fields(cls) if f.name in payload
    }
    return cls(**values)


def later_handler(path: str) -> Handler:
    """The function that hears an event later."""
    return _later[path]


def sentence(name: str, payload: Mapping[str, Any]) -> str:
    """An event's sentence: days with their year only where they lie in several, decimals kept short."""
    cls = registry.get(name)
    if cls is None:
        return name
    given = [(key, _kinds(name).get(key, ""), value) for key, value in payload.items()]
    days = {key: day for key, kind, value in given if "date" in kind and (day := _day(value))}
    form = "j M Y" if len({day.year for day in days.values()}) > 1 else "j M"
    shown = {key: _shown(kind, value) for key, kind, value in given}
    shown |= {key: date_format(day, form) for key, day in days.items()}
    return str(cls.says).format_map(_Blank(shown)) if cls.says else cls.__name__


@cache
def _kinds(name: str) -> dict[str, str]:
    """The type of each field as it is written; a number of a lot or of a customer's order is no amount."""
    return {field.name: str(field.type) for field in dataclasses.fields(registry[name])}


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, Promise):
        return str(value)
    return value


def _typed(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if "Decimal" in kind:
        return Decimal(value)
    if "datetime" in kind:
        return datetime.fromisoformat(value)
    if "date" in kind:
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value and len(value) == 10 else None


def _shown(kind: str, value: Any) -> Any:
    if "Decimal" in kind and value not in (None, ""):
        return plain(Decimal(value))
    return "" if value is None else value
