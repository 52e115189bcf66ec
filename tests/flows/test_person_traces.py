"""What is known of a person in letters, forms, leads and coaching is in their copy, and goes with them."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, EmailField, JSONField, TextField
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.coaching import commands as coaching
from loomline.domains.coaching.models import Playbook, PlaybookQuestion
from loomline.domains.leads import commands as leads
from loomline.domains.leads.models import FormField, LeadForm, Submission
from loomline.domains.mail import commands as mail
from loomline.domains.mail.commands import files
from loomline.domains.mail.models import Mailbox, Message
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Lead, Stage
from loomline.domains.privacy import commands as privacy
from loomline.domains.privacy import ports
from loomline.domains.recalls import commands as recalls
from loomline.domains.recalls.models import Recall
from loomline.domains.tasks.models import Notice
from loomline.flows import person_traces
from loomline.kernel.context import Ctx
from loomline.kernel.record import Document
from tests.conftest import NOW

WORDS = ("anna", "åberg", "spaniel", "hopsack", "hidden lining")
FILE = b"%PDF-1.4 the drawing of Anna"


@pytest.fixture
def ctx(admin: User) -> Ctx:
    made = Ctx.new(actor=admin, via="page", now=NOW, accepted=["StillInTrade"])
    reference.load(made)
    return made


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", email="hello@nord.example")


@pytest.fixture
def anna(ctx: Ctx, shop: Party) -> Party:
    return parties.open_party(
        ctx, name="Anna Åberg", kind="person", email="anna@nord.example", organisation=shop
    )


@pytest.fixture
def box(admin: User) -> Mailbox:
    made: Mailbox = Mailbox.objects.create(
        name="Halden", address="mail@halden.example", owner=admin, privacy="full"
    )
    return made


def letter(sender: str, to: str, subject: str, text: str) -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{len(subject)}@x>\r\n"
        f"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


def receive(ctx: Ctx, box: Mailbox, raw: bytes) -> Message:
    return mail.receive_message(ctx, mailbox=box, incoming=mail.Incoming(raw=raw))


@pytest.fixture
def known(ctx: Ctx, anna: Party, shop: Party, box: Mailbox) -> Party:
    """Anna wrote, was written to, filled in a form and is spoken of in a deal's playbook and a review."""
    own = receive(
        ctx,
        box,
        letter("Anna <anna@nord.example>", "mail@halden.example", "My spaniel", "Its name is Spaniel too"),
    )
    files.attach(own, [("anna.pdf", mail_kind(), FILE, "", False)])
    others = "Ben <ben@nord.example>, Anna <anna@nord.example>"
    receive(ctx, box, letter("mail@halden.example", others, "Both of you", "Dear Ben, dear Anna Åberg"))

    form = LeadForm.objects.create(name="Samples", title="Samples")
    FormField.objects.create(form=form, tells="name")
    FormField.objects.create(form=form, tells="email")
    FormField.objects.create(form=form, tells="question", label="What for?")
    answers = {
        "name": "Anna",
        "email": "anna@nord.example",
        f"q{form.fields.get(tells='question').pk}": "A hidden lining",
    }
    leads.submit_form(ctx, form=form, answers=answers, touch=leads.Touch(), stamp="1", sender="me")

    book = Playbook.objects.create(stage=Stage.objects.get(name="First talk"), title="First talk")
    question = PlaybookQuestion.objects.create(playbook=book, text="Who signs?")
    deal = pipeline.open_opportunity(ctx, name="Autumn for Anna Åberg", party=shop, contact=anna)
    coaching.answer_playbook(ctx, opportunity=deal, question=question, text="Anna Åberg and the board")
    hers = pipeline.open_opportunity(ctx, name="Scarf", party=anna)
    coaching.answer_playbook(ctx, opportunity=hers, question=question, text="Wants hopsack")
    told_of_recall(ctx, shop, anna)
    seller = User.objects.create(email="bo@example.org", name="Bo Seller")
    coaching.write_review(ctx, seller=seller, body="Call Anna Åberg on Monday", opportunity=deal)
    Notice.objects.create(
        user=ctx.actor,
        kind="assigned",
        title="Anna Åberg",
        about_kind="parties.party",
        about_id=anna.pk,
        at=ctx.now,
    )
    return anna


def told_of_recall(ctx: Ctx, house: Party, person: Party) -> None:
    """A notice of a recall went to this person at the house, who answered."""
    units.load(ctx)
    [item] = catalog.add_items(ctx, drafts=[catalog.ItemDraft(sku="FJ-1", name="Fjord")])
    recall = Recall.objects.create(title="Fjord", reason="moths", opened_at=ctx.now, traced_at=ctx.now)
    recall.refresh_from_db()
    notice = recall.notices.create(
        customer=house,
        contact=person,
        address="anna@nord.example",
        item=item,
        delivered=2,
        subject="Recall",
        body="Dear Anna Åberg, please send them back.",
    )
    recalls.send_notices(ctx, notices=[notice])
    recalls.record_answer(ctx, notice=notice, answer="Anna Åberg has sold one")


def mail_kind() -> Any:
    return files.Kind("application/pdf", is_risky=False)


def left_over() -> list[str]:
    """Where in the whole database one of the words still stands."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if model._meta.app_label.startswith("procrastinate") or model is User:
                continue
            if isinstance(field, (CharField, TextField, EmailField, JSONField)):
                with connection.cursor() as cursor:
                    cursor.execute(
                        f'SELECT lower("{field.column}"::text) FROM "{model._meta.db_table}"'
                        f' WHERE "{field.column}"::text ~* %s',
                        ["|".join(WORDS)],
                    )
                    found += [f"{model._meta.label}.{field.name}: {row[0]}" for row in cursor.fetchall()]
    return found


def test_no_word_of_theirs_is_left_in_letters_forms_leads_and_coaching(ctx: Ctx, known: Party) -> None:
    assert len(left_over()) > 20
    privacy.erase_people(ctx, people=[known], reason="asked for it")
    assert left_over() == []


def test_what_is_about_others_as_well_stays_without_them(ctx: Ctx, known: Party) -> None:
    privacy.erase_people(ctx, people=[known], reason="asked for it")

    shared = Message.objects.get(subject="Both of you")
    assert shared.text == "Dear Ben, dear (erased)"
    assert sorted(shared.parties.values_list("name", flat=True)) == ["", "", "Ben"]
    assert Submission.objects.get().answers == {}
    assert (Lead.objects.get().name, Lead.objects.get().email) == ("–", "")


def test_their_files_leave_the_folder_the_night_after(ctx: Ctx, known: Party) -> None:
    place = files.place_of(files.keep(FILE))
    longer = (ctx.now - timedelta(days=2)).timestamp()
    os.utime(place, (longer, longer))
    assert files.sweep(now=ctx.now) == 0
    privacy.erase_people(ctx, people=[known], reason="asked for it")

    files.sweep(now=ctx.now)
    assert not place.exists()


def test_the_copy_holds_letters_forms_and_answers_and_no_talk_between_colleagues(
    client: Client, known: Party
) -> None:
    answer = client.get(f"/privacy/people/{known.pk}/copy.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        whole: dict[str, Any] = json.loads(archive.read("person.json"))

    assert {row["subject"] for row in whole["mail.message"]} == {"My spaniel", "Both of you"}
    assert [row["address"] for row in whole["mail.messageparty"]] == ["anna@nord.example"] * 2
    assert [row["name"] for row in whole["mail.attachment"]] == ["anna.pdf"]
    assert "A hidden lining" in whole["leads.submission"][0]["answers"]
    assert len(whole["leads.firsttouch"]) == 1
    texts = {row["text"] for row in whole["coaching.playbookanswer"]}
    assert texts == {"Wants hopsack", "Anna Åberg and the board"}
    assert "coaching.review" not in whole
    assert "tasks.notice" not in whole


def test_every_kind_that_points_at_people_has_its_line(db: None) -> None:
    judged = {
        *(*person_traces.DROPPED, *person_traces.BLANKED, *person_traces.RETOLD),
        *(*person_traces.PLAIN, *person_traces.OWN),
    }
    found = [trace.rows.model for trace in ports.found_in_models(people=[0])]
    unjudged = {m._meta.label_lower for m in found if not issubclass(m, Document)} - judged
    assert unjudged == set()
