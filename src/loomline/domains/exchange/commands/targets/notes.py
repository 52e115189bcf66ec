"""What was written down in another system: activities, notes and, without a service desk, cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loomline.domains.accounts.models import User
from loomline.domains.exchange.commands.targets.base import by_id, cut, target
from loomline.domains.exchange.commands.targets.deals import nobody
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.domains.timeline import commands as timeline
from loomline.domains.timeline.commands import PastNote
from loomline.domains.timeline.models import Note, NoteKind
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx

PARTY = Party._meta.label_lower
NOTE = Note._meta.label_lower
DETAIL = "detail_"
# Words of a row that tell what kind of note it is where the row does not say so itself.
TELLING = ("call", "meeting", "email")
About = tuple[str, int]


@target("timeline.note", update=lambda ctx, rows: _follow(ctx, rows))
def take_notes(ctx: Ctx, rows: Sequence[Row]) -> list[Note]:
    """Notes, calls, meetings and e-mails on what they are about, else on an account that says so."""
    authors, parties = by_id(User, rows, "owner"), by_id(Party, rows, "party")
    noted = _noted(rows)
    whose = _parties_of([*noted.values(), *(row.values["about"] for row in rows if row.values.get("about"))])
    pasts = [_past(ctx, row, authors, parties, whose, noted) for row in rows]
    return timeline.take_over_notes(ctx, pasts=pasts)


def _past(
    ctx: Ctx,
    row: Row,
    authors: Mapping[int, User],
    parties: Mapping[int, Party],
    whose: Mapping[About, Party],
    noted: Mapping[About, About],
) -> PastNote:
    values = row.values
    party = parties.get(values.get("party") or 0)
    about = noted.get(values.get("about") or ("", 0), values.get("about"))
    about = about or ((PARTY, party.pk) if party is not None else None)
    if about is None:
        party = nobody(ctx)
        about = (PARTY, party.pk)
    subject, body = _words(row)
    return PastNote(
        about_kind=about[0],
        about_id=about[1],
        party=party or whose.get(about),
        kind=_kind(values),
        subject=subject,
        body=body,
        author=authors.get(values.get("owner") or 0),
        at=values.get("at"),
        direction=values.get("direction") or "",
        duration_minutes=min(values.get("minutes") or 0, 32_000) or None,
        outcome=cut(values.get("outcome"), 120),
    )


def _kind(values: Mapping[str, Any]) -> NoteKind:
    told = values.get("kind") or "note"
    return NoteKind(next((values[w] for w in TELLING if values.get(w)), told) if told == "note" else told)


def _words(row: Row) -> tuple[str, str]:
    """Subject and text of a note: what does not fit into the subject begins the text, details follow it."""
    values = row.values
    subject = " ".join(str(values.get("subject") or "").split())
    details = [
        f"{name.removeprefix(DETAIL).replace('_', ' ').capitalize()}: {value}"
        for name, value in values.items()
        if name.startswith(DETAIL) and value not in (None, "")
    ]
    parts = [subject if len(subject) > 200 else "", str(values.get("body") or ""), "\n".join(details)]
    body = "\n\n".join(part.strip() for part in parts if part.strip())
    if not subject and not body:
        body = (
            "\n".join(f"{name}: {text}" for name, text in row.cells.items() if isinstance(text, str))
            or row.key
        )
    return cut(subject, 200), body


def _noted(rows: Sequence[Row]) -> dict[About, About]:
    """What the notes are about that stand for cases: a task of a case is about the same."""
    keys = {row.values["about"][1] for row in rows if (row.values.get("about") or ("",))[0] == NOTE}
    return {(NOTE, note.pk): (note.about_kind, note.about_id) for note in Note.objects.filter(pk__in=keys)}


def _parties_of(abouts: Iterable[About]) -> dict[About, Party]:
    """The party that each record belongs to which a note is about."""
    wanted: dict[str, set[int]] = {}
    for kind, pk in abouts:
        wanted.setdefault(kind, set()).add(pk)
    found: dict[About, Party] = {
        (PARTY, pk): party for pk, party in Party.objects.in_bulk(wanted.get(PARTY, ())).items()
    }
    for model in (Opportunity, Lead):
        kind = model._meta.label_lower
        for record in model._default_manager.filter(pk__in=wanted.get(kind, ())).select_related("party"):
            if record.party is not None:
                found[(kind, record.pk)] = record.party
    return found


def _follow(ctx: Ctx, rows: Sequence[Row]) -> None:
    """What the other system has changed about notes."""
    authors = by_id(User, rows, "owner")
    changes: dict[int, dict[str, Any]] = {}
    for row in rows:
        old = row.before.values if row.before is not None else {}
        whole = Row(
            number=row.number, key=row.key, fingerprint="", values={**old, **row.values}, cells=row.cells
        )
        subject, body = _words(whole)
        found: dict[str, Any] = {"subject": subject, "body": body}
        if row.values.get("kind"):
            found["kind"] = NoteKind(row.values["kind"])
        if row.values.get("at"):
            found["at"] = row.values["at"]
        if row.values.get("owner") in authors:
            found["author"] = authors[row.values["owner"]]
        changes[row.object_id or 0] = found
    timeline.follow_notes(ctx, changes=changes)
