"""Taking people's words out of what was kept of the past: changes, activities, told facts.

Ledgers are not touched: they hold keys, figures and fingerprints, and no words of anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _t

from loomline.kernel.audit import Activity
from loomline.kernel.edit import own_activity
from loomline.kernel.event import EventAbout, StoredEvent

BATCH = 1000
# What people wrote, in the payload of any fact and in what a command was given.
WRITTEN = ("body", "subject", "topic", "outcome", "snippet", "preview", "answer", "answers")
SHORTEST = 3


def forget_changes(blanked: Mapping[str, Mapping[str, set[int]]], dropped: Mapping[str, set[int]]) -> None:
    """Take columns out of the changes of rows; of dropped rows every change goes."""
    with connection.cursor() as cursor:
        for table, columns in blanked.items():
            keys = sorted({key for held in columns.values() for key in held})
            names = sorted(columns)
            cursor.execute(
                "UPDATE kernel_change SET old = old - %s::text[], new = new - %s::text[]"
                " WHERE kind = %s AND object_id = ANY(%s) AND operation = 'U'",
                [names, names, table, keys],
            )
            cursor.execute(
                "DELETE FROM kernel_change WHERE kind = %s AND object_id = ANY(%s) AND operation = 'U'"
                " AND new = '{}'",
                [table, keys],
            )
            cursor.execute(
                "UPDATE kernel_change SET old = old - %s::text[] WHERE kind = %s AND object_id = ANY(%s)"
                " AND operation = 'D'",
                [names, table, keys],
            )
        for table, gone in dropped.items():
            cursor.execute(
                "DELETE FROM kernel_change WHERE kind = %s AND object_id = ANY(%s)", [table, sorted(gone)]
            )


def retell(
    blanked: Mapping[str, Mapping[str, set[int]]],
    dropped: Mapping[str, set[int]],
    *,
    words: Sequence[str],
    people: Sequence[int],
) -> None:
    """Let told facts and activities say what they said without the people's words."""
    labels = {model._meta.db_table: model._meta.label_lower for model in apps.get_models()}
    rows = {
        labels[table]: {key for held in columns.values() for key in held}
        for table, columns in blanked.items()
    }
    for table, keys in dropped.items():
        rows.setdefault(labels[table], set()).update(keys)
    rows.setdefault("parties.party", set()).update(people)

    about = Q(pk__in=[])
    for kind, keys in rows.items():
        about |= Q(kind=kind, object_id__in=keys)
    named = pattern(words)
    told = set(EventAbout.objects.filter(about).values_list("event_id", flat=True))
    activities = _retell_events(sorted(told), named)
    own = about & ~Q(kind="")
    _retell_activities({*activities, own_activity()}, own, named)


def _retell_events(keys: Sequence[int], named: re.Pattern[str] | None) -> set[int]:
    activities: set[int] = set()
    for part in _parts(keys):
        changed: list[tuple[int, str]] = []
        for pk, payload, activity in StoredEvent.objects.filter(pk__in=part).values_list(
            "pk", "payload", "activity_id"
        ):
            activities.add(activity)
            said = without(_unwritten(payload), named)
            if said != payload:
                changed.append((pk, json.dumps(said)))
        _write("UPDATE kernel_storedevent t SET payload = v.said::jsonb", changed)
    return activities


def _retell_activities(linked: Iterable[int], own: Q, named: re.Pattern[str] | None) -> None:
    """Those about the people's own rows lose all that was given; others what was written, and the words."""
    ours = set(Activity.objects.filter(own).values_list("pk", flat=True))
    for part in _parts(sorted({*linked, *ours})):
        subjects, given = [], []
        for pk, subject, parameters in Activity.objects.filter(pk__in=part).values_list(
            "pk", "subject", "parameters"
        ):
            subjects.append((pk, _t("(erased)") if pk in ours else str(without(subject, named))))
            given.append((pk, json.dumps({} if pk in ours else without(_unwritten(parameters), named))))
        _write("UPDATE kernel_activity t SET subject = v.said", subjects)
        _write("UPDATE kernel_activity t SET parameters = v.said::jsonb", given)


def _unwritten(given: Mapping[str, Any]) -> dict[str, Any]:
    return {k: type(v)() if k in WRITTEN and isinstance(v, (str, dict)) else v for k, v in given.items()}


def _write(update: str, rows: Sequence[tuple[int, str]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{update} FROM unnest(%s::bigint[], %s::text[]) v (id, said) WHERE t.id = v.id",
                [[pk for pk, _said in rows], [said for _pk, said in rows]],
            )


def pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Any of the words, whole and in any case, the longest first."""
    telling = sorted({word.strip() for word in words if len(word.strip()) >= SHORTEST}, key=len, reverse=True)
    if not telling:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, telling))})(?!\w)", re.IGNORECASE)


def without(value: Any, named: re.Pattern[str] | None) -> Any:
    """A text, or texts within others, with what names the people taken out."""
    if named is None:
        return value
    if isinstance(value, str):
        return named.sub(_t("(erased)"), value)
    if isinstance(value, list):
        return [without(one, named) for one in value]
    if isinstance(value, dict):
        return {key: without(one, named) for key, one in value.items()}
    return value


def _parts(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(keys), BATCH):
        yield keys[at : at + BATCH]
