"""Writing notes, calls, meetings and e-mails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from loomline.domains.accounts.models import Grant, Role, User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.timeline import commands as timeline
from loomline.domains.timeline import queries
from loomline.domains.timeline.models import Note
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.refusal import NotThere, Refused


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living")


def about(party: Party) -> dict[str, Any]:
    return {"about_kind": "parties.party", "about_id": party.pk}


def stored_bodies() -> list[str]:
    return list(
        StoredEvent.objects.filter(name="timeline.NoteWritten").values_list("payload__body", flat=True)
    )


def newest(party: Party) -> queries.Entry:
    return queries.timeline_of(kind="parties.party", pk=party.pk)[0]


def test_a_note_stands_first_in_the_timeline_with_its_text(ctx: Ctx, shop: Party) -> None:
    note = timeline.write_note(ctx, **about(shop), body=" Prefers deliveries on Tuesday. ")

    entry = newest(shop)
    assert (entry.sentence, entry.body) == ("Ada Boss wrote a note", "Prefers deliveries on Tuesday.")
    assert (entry.actor, entry.icon, entry.note_id, entry.at) == ("Ada Boss", "note", note.pk, ctx.now)
    assert note.party == shop


def test_a_note_about_another_record_reaches_the_party_it_concerns(ctx: Ctx, shop: Party) -> None:
    address = parties.add_address(ctx, party=shop, city="Kiel")
    note = timeline.write_note(ctx, about_kind="parties.address", about_id=address.pk, body="Ring twice.")

    kinds = EventAbout.objects.filter(event__name="timeline.NoteWritten").values_list("kind", "object_id")
    assert set(kinds) == {
        ("parties.address", address.pk),
        ("parties.party", shop.pk),
        ("timeline.note", note.pk),
    }


def test_a_call_tells_its_length_and_subject(ctx: Ctx, shop: Party) -> None:
    at = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    note = timeline.log_call(
        ctx, **about(shop), subject="Spring order", duration_minutes=12, direction="in", at=at
    )

    assert newest(shop).sentence == "Ada Boss logged a call of 12 minutes: Spring order"
    assert (note.at, note.direction) == (at, "in")


def test_a_call_needs_no_subject_and_may_name_the_record_itself(ctx: Ctx, shop: Party) -> None:
    note = timeline.log_call(ctx, about=shop, body="Called back.")

    entry = newest(shop)
    assert (entry.sentence, entry.body) == ("Ada Boss logged a call", "Called back.")
    assert (note.about_kind, note.about_id, note.party) == ("parties.party", shop.pk, shop)


def test_what_is_said_with_a_person_is_news_for_the_organisation(ctx: Ctx, shop: Party) -> None:
    anna = parties.open_party(ctx, name="Anna", kind="person", organisation=shop)
    timeline.log_call(ctx, about=anna, subject="Spring order")

    assert newest(shop).sentence == "Ada Boss logged a call: Spring order"
    assert newest(anna).sentence == "Ada Boss logged a call: Spring order"


def test_a_meeting_without_length(ctx: Ctx, shop: Party) -> None:
    timeline.log_meeting(ctx, **about(shop), subject="Fair", body="Wants oat.")

    entry = newest(shop)
    assert (entry.sentence, entry.body) == ("Ada Boss logged a meeting: Fair", "Wants oat.")


def test_the_same_e_mail_is_kept_once(ctx: Ctx, shop: Party) -> None:
    timeline.log_email(ctx, **about(shop), subject="Hello", direction="in", message_id="<1@x>")
    assert newest(shop).sentence == "E-mail received: Hello"

    with pytest.raises(timeline.MailKnown):
        timeline.log_email(ctx, **about(shop), subject="Hello", direction="in", message_id="<1@x>")
    timeline.log_email(ctx, **about(shop), subject="", body="Thanks")
    assert newest(shop).sentence == "E-mail sent: (no subject)"
    assert Note.objects.count() == 2


@pytest.mark.parametrize(
    ("kind", "pk"), [("parties.party", 999999), ("nothing.here", 1), ("nonsense", 1), ("kernel.activity", 1)]
)
def test_a_note_about_nothing_is_refused(ctx: Ctx, shop: Party, kind: str, pk: int) -> None:
    with pytest.raises(NotThere):
        timeline.write_note(ctx, about_kind=kind, about_id=pk, body="x", party=shop)
    assert not Note.objects.exists()


def test_nobody_writes_about_what_they_cannot_see(ctx: Ctx, shop: Party) -> None:
    role = Role.objects.create(name="Writer")
    Grant.objects.create(role=role, permission="timeline.*")
    sam = User.objects.create(email="sam@example.org", name="Sam")
    sam.roles.add(role)

    with pytest.raises(NotThere):
        timeline.write_note(replace(ctx, actor=sam), **about(shop), body="x", party=shop)
    assert not Note.objects.exists()


@pytest.mark.parametrize("verb", ["write_note", "log_call", "log_meeting", "log_email"])
def test_an_empty_note_is_refused(ctx: Ctx, shop: Party, verb: str) -> None:
    with pytest.raises(timeline.NoteEmpty, match="Write something first"):
        getattr(timeline, verb)(ctx, **about(shop), body=" ")
    assert not Note.objects.exists()


def test_only_the_author_changes_a_note_and_the_timeline_shows_the_new_words(ctx: Ctx, shop: Party) -> None:
    note = timeline.write_note(ctx, **about(shop), body="Tuesday")
    other = User.objects.create(email="bo@example.org", name="Bo", is_superuser=True)
    with pytest.raises(timeline.NotYours, match="Ada Boss wrote this note"):
        timeline.change_note(replace(ctx, actor=other), note=note, body="Friday")

    timeline.change_note(ctx, note=note, body="Wednesday")
    assert newest(shop).body == "Wednesday"
    assert stored_bodies() == ["Wednesday"]


def test_a_pinned_note_stays_on_top(ctx: Ctx, shop: Party) -> None:
    note = timeline.write_note(ctx, **about(shop), body="Key account")
    timeline.write_note(ctx, **about(shop), body="Later")
    timeline.pin_note(ctx, note=note)

    assert list(queries.pinned_of(kind="parties.party", pk=shop.pk)) == [note]
    with pytest.raises(timeline.AlreadyPinned):
        timeline.pin_note(ctx, note=note)
    timeline.unpin_note(ctx, note=note)
    assert list(queries.pinned_of(kind="parties.party", pk=shop.pk)) == []
    with pytest.raises(timeline.NotPinned):
        timeline.unpin_note(ctx, note=note)


def test_a_deleted_note_leaves_a_trace_without_its_words(ctx: Ctx, shop: Party) -> None:
    note = timeline.write_note(ctx, **about(shop), body="Secret")
    other = User.objects.create(email="bo@example.org", name="Bo", is_superuser=True)
    with pytest.raises(timeline.NotYours):
        timeline.delete_note(replace(ctx, actor=other), note=note)

    timeline.delete_note(ctx, note=note)
    entries = queries.timeline_of(kind="parties.party", pk=shop.pk)
    assert [(e.sentence, e.body) for e in entries[:2]] == [
        ("Ada Boss deleted a note", ""),
        ("Ada Boss wrote a note", ""),
    ]
    assert stored_bodies() == [""]
    with pytest.raises(Refused):
        timeline.change_note(ctx, note=Note(pk=note.pk, author=ctx.actor), body="x")
