"""Forgetting people: the words go everywhere, the books stay."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, EmailField, JSONField, TextField
from django.test import Client

from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import ContactPoint, Party
from loomline.domains.privacy import commands as privacy
from loomline.domains.privacy import jobs, queries
from loomline.domains.privacy.models import ConsentEntry, Erasure, Proof, RetentionPolicy
from loomline.domains.sales import commands as sales
from loomline.domains.timeline import commands as timeline
from loomline.domains.timeline.models import Note
from loomline.kernel import edit
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout
from loomline.kernel.job import JobRun

WORDS = ("anna", "åberg", "aberg", "1234567", "weg 7", "likes oat", "spoke about her dog", "ticked")
write_party = edit.plain_commands(Party)["save"]


@pytest.fixture
def known(ctx: Ctx, anna: Party, shop: Party) -> Party:
    """Somebody with traces in many places."""
    write_party(ctx, record=anna, values={"name": "Anna Berg", "notes": "Likes oat and pine"})
    write_party(ctx, record=anna, values={"name": "Anna Åberg"})
    privacy.give_consent(ctx, party=anna, source="web form", proof="Anna ticked the box")
    timeline.log_call(ctx, about=anna, subject="Anna called", body="Spoke about her dog")
    timeline.write_note(ctx, about=shop, body="Met", party=anna)
    sales.open_order(ctx, customer=shop, contact=anna)
    return anna


def left_over() -> list[str]:
    """Where in the whole database one of the words still stands."""
    found = []
    for model in apps.get_models():
        if model._meta.app_label in ("contenttypes", "auth", "sessions", "procrastinate"):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, (CharField, TextField, EmailField, JSONField)):
                with connection.cursor() as cursor:
                    cursor.execute(
                        f'SELECT lower("{field.column}"::text) FROM "{model._meta.db_table}"'
                        f' WHERE "{field.column}"::text ~* %s',
                        ["|".join(WORDS)],
                    )
                    found += [f"{model._meta.label}.{field.name}: {row[0]}" for row in cursor.fetchall()]
    return found


def test_the_words_are_gone_from_the_whole_database(ctx: Ctx, known: Party) -> None:
    assert len(left_over()) > 20
    privacy.erase_people(accepting(ctx), people=[known], reason="asked for it")

    assert left_over() == []
    known.refresh_from_db()
    assert (known.name, known.email, known.is_active) == (f"Erased person {known.pk}", "", False)
    assert not ContactPoint.objects.filter(party=known).exists()


def accepting(ctx: Ctx) -> Ctx:
    return Ctx.new(actor=ctx.actor, via="page", now=ctx.now, accepted=["StillInTrade"])


def test_the_books_and_the_proof_of_the_consent_stay(ctx: Ctx, known: Party) -> None:
    told = EventAbout.objects.filter(kind="parties.party", object_id=known.pk).count()
    privacy.erase_people(accepting(ctx), people=[known], reason="asked for it")

    order = apps.get_model("sales", "Order").objects.get()
    assert order.contact == known
    entry = ConsentEntry.objects.get()
    assert (entry.answer, len(entry.proof_digest), Proof.objects.get().text) == ("given", 64, "")
    assert EventAbout.objects.filter(kind="parties.party", object_id=known.pk).count() == told + 1
    assert Note.objects.filter(body="").count() == 2
    erasure = Erasure.objects.get()
    assert (erasure.party, erasure.reason, erasure.by) == (known, "asked for it", ctx.actor)


def test_the_address_is_never_written_to_again(ctx: Ctx, known: Party) -> None:
    privacy.erase_people(accepting(ctx), people=[known], reason="asked for it")
    assert queries.suppressed(["anna@nord.example"], purpose="service") == {"anna@nord.example"}
    assert queries.suppressed(["+49 170 1234567"], channel="phone") == {"+49 170 1234567"}


def test_trade_with_the_person_asks_first(ctx: Ctx, known: Party) -> None:
    with pytest.raises(privacy.StillInTrade, match="1 trade and accounting records name Anna Åberg"):
        privacy.erase_people(ctx, people=[known], reason="asked for it")
    known.refresh_from_db()
    assert known.name == "Anna Åberg"


def test_what_cannot_be_erased_is_refused(ctx: Ctx, anna: Party, shop: Party) -> None:
    with pytest.raises(privacy.NotAPerson):
        privacy.erase_people(ctx, people=[shop], reason="asked")
    twin = parties.open_party(ctx, name="A. Åberg", kind="person")
    parties.merge_parties(ctx, duplicates=[twin], survivor=anna)
    with pytest.raises(privacy.PartOfAnother, match="was merged into Anna Åberg"):
        privacy.erase_people(ctx, people=[twin], reason="asked")

    privacy.erase_people(ctx, people=[anna], reason="asked")
    with pytest.raises(privacy.AlreadyErased):
        privacy.erase_people(ctx, people=[anna], reason="asked")
    with pytest.raises(parties.MergeFinal):
        parties.unmerge_party(ctx, party=twin)
    assert left_over() == []


def test_a_copy_holds_everything_in_json_and_tables(client: Client, known: Party) -> None:
    answer = client.get(f"/privacy/people/{known.pk}/copy.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        whole: dict[str, Any] = json.loads(archive.read("person.json"))
        names = archive.namelist()
    assert answer["Content-Disposition"] == f'attachment; filename="person-{known.pk}.zip"'
    assert whole["parties.party"][0]["name"] == "Anna Åberg"
    assert {row["value"] for row in whole["parties.contactpoint"]} == {"anna@nord.example", "+49 170 1234567"}
    assert {row["body"] for row in whole["timeline.note"]} == {"Spoke about her dog", "Met"}
    assert whole["privacy.proof"][0]["text"] == "Anna ticked the box"
    assert "sales-order.csv" in names
    assert any("Ada Boss logged a call" in row["what"] for row in whole["history"])
    told = EventAbout.objects.filter(object_id=known.pk, event__name="privacy.PersonExported")
    assert told.count() == 1


def test_a_stranger_gets_no_copy(client: Client, known: Party) -> None:
    sam = apps.get_model("accounts", "User").objects.create(email="sam@example.org", name="Sam")
    client.force_login(sam)
    assert client.get(f"/privacy/people/{known.pk}/copy.zip").status_code == 403


@pytest.fixture
def policy(db: None) -> RetentionPolicy:
    made: RetentionPolicy = RetentionPolicy.objects.create(name="Old contacts", months=24)
    return made


def test_a_policy_names_people_nobody_heard_of_and_nobody_else(
    ctx: Ctx, known: Party, policy: RetentionPolicy
) -> None:
    ben = parties.open_party(ctx, name="Ben Berg", kind="person")
    cleo = parties.open_party(ctx, name="Cleo Cruz", kind="person")
    Party.objects.update(opened_at=ctx.now)
    later = ctx.at(ctx.now + timedelta(days=400))
    timeline.log_call(later, about=cleo, body="Still there")

    assert list(queries.due(policy=policy, today=(ctx.now + timedelta(days=700)).date())) == []
    assert list(queries.due(policy=policy, today=(ctx.now + timedelta(days=800)).date())) == [ben]
    assert list(queries.due(policy=policy, today=(ctx.now + timedelta(days=1200)).date())) == [ben, cleo]


def test_the_preview_says_how_many_and_the_job_erases_them(
    client: Client, ctx: Ctx, policy: RetentionPolicy
) -> None:
    long_ago = ctx.at(ctx.now - timedelta(days=1200))
    for name in ("Ben Berg", "Cleo Cruz"):
        parties.open_party(long_ago, name=name, kind="person", email=f"{name[:3]}@x.example")
    Party.objects.update(opened_at=long_ago.now)

    text = client.get(f"/privacy/retention-policies/{policy.pk}/").content.decode()
    assert "Would anonymise 2 contacts" in text

    run = JobRun.objects.create(name=jobs.apply_retention.name, title="", actor=ctx.actor, created_at=ctx.now)
    job = Ctx.new(actor=ctx.actor, via="job", now=ctx.now)
    assert jobs.apply_retention.function(job, run, policy_id=policy.pk) == {"erased": 2}
    assert Erasure.objects.filter(reason="Old contacts: 24 months without contact").count() == 2
    assert not Party.objects.filter(name__contains="B").exists()
