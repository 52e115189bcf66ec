"""What people allow and refuse, and how that came about."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.privacy import commands as privacy
from loomline.domains.privacy import queries
from loomline.domains.privacy.models import Consent, ConsentEntry
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotPermitted

FORM = "Ticked the box on the form of 23 November"


def test_a_consent_is_kept_with_basis_source_time_and_proof(ctx: Ctx, anna: Party) -> None:
    consent = privacy.give_consent(ctx, party=anna, source="web form", proof=FORM)

    assert (consent.channel, consent.purpose, consent.answer) == ("email", "marketing", "given")
    entry = ConsentEntry.objects.get()
    assert (entry.basis, entry.source, entry.at, entry.by) == ("consent", "web form", ctx.now, ctx.actor)
    assert entry.proof is not None
    assert (entry.proof.text, entry.proof_digest) == (FORM, sha256(FORM.encode()).hexdigest())


def test_every_answer_stays_in_the_history(ctx: Ctx, anna: Party) -> None:
    privacy.give_consent(ctx, party=anna, proof=FORM)
    later = ctx.at(ctx.now + timedelta(days=3))
    privacy.withdraw_consent(later, party=anna, source="phone")
    privacy.give_consent(ctx.at(ctx.now + timedelta(days=9)), party=anna, proof="Wrote again")

    assert Consent.objects.get().answer == "given"
    answers = ConsentEntry.objects.order_by("id").values_list("answer", "source")
    assert list(answers) == [("given", ""), ("withdrawn", "phone"), ("given", "")]
    with pytest.raises(IntegrityError, match="never changed or deleted"):
        ConsentEntry.objects.update(source="else")


def test_who_may_be_reached_is_asked_for_many_at_once(ctx: Ctx, anna: Party) -> None:
    ben = parties.open_party(ctx, name="Ben Berg", kind="person")
    privacy.give_consent(ctx, party=anna, proof=FORM)
    privacy.withdraw_consent(ctx, party=ben)
    keys = [anna.pk, ben.pk]

    assert queries.allowed(party_ids=keys, channel="email", purpose="marketing") == {anna.pk}
    assert queries.refused(party_ids=keys, channel="email", purpose="marketing") == {ben.pk}
    assert queries.allowed(party_ids=keys, channel="phone", purpose="marketing") == set()


def test_a_consent_without_proof_or_of_a_company_is_refused(ctx: Ctx, anna: Party, shop: Party) -> None:
    with pytest.raises(privacy.ProofMissing, match="Say how Anna Åberg agreed"):
        privacy.give_consent(ctx, party=anna, proof=" ")
    with pytest.raises(privacy.NotAPerson, match="Nord Living is an organisation"):
        privacy.give_consent(ctx, party=shop, proof=FORM)
    assert not Consent.objects.exists()


def test_a_refusal_is_noted_once(ctx: Ctx, anna: Party) -> None:
    privacy.withdraw_consent(ctx, party=anna)
    with pytest.raises(privacy.NothingAllowed, match="refused this already, since 23 Nov 2026"):
        privacy.withdraw_consent(ctx, party=anna)
    assert ConsentEntry.objects.count() == 1


def test_when_two_become_one_a_no_is_stronger_than_a_yes(ctx: Ctx, anna: Party) -> None:
    twin = parties.open_party(ctx, name="Anna Aberg", kind="person")
    privacy.give_consent(ctx, party=anna, proof=FORM)
    privacy.withdraw_consent(ctx, party=twin)
    privacy.give_consent(ctx, party=twin, channel="phone", proof=FORM)

    parties.merge_parties(ctx, duplicates=[twin], survivor=anna)
    answers = {(c.channel, c.answer) for c in queries.consents_of(party_ids=[anna.pk])}
    assert answers == {("email", "withdrawn"), ("phone", "given")}


def test_consents_stand_on_the_page_of_the_person(client: Client, ctx: Ctx, anna: Party) -> None:
    privacy.give_consent(ctx, party=anna, source="web form", proof=FORM)

    text = client.get(f"/parties/parties/{anna.pk}/?tab=contact_points").content.decode()
    assert "Personal data" in text
    assert "web form" in text
    assert "Agreed to marketing by e-mail" in client.get(f"/parties/parties/{anna.pk}/").content.decode()
    consent = Consent.objects.get()
    assert FORM in client.get(f"/privacy/consents/{consent.pk}/").content.decode()


def test_the_form_asks_for_a_proof(client: Client, anna: Party) -> None:
    sent = {"party": str(anna.pk), "channel": "email", "purpose": "marketing", "basis": "consent"}
    answer = client.post("/privacy/consents/new/", sent)
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()

    assert client.post("/privacy/consents/new/", {**sent, "proof": FORM}).status_code == 302
    assert Consent.objects.get().party == anna


def test_nobody_notes_a_consent_without_the_right(anna: Party, ctx: Ctx) -> None:
    stranger = User.objects.create(email="sam@example.org", name="Sam")
    with pytest.raises(NotPermitted):
        privacy.give_consent(Ctx.new(actor=stranger, via="page", now=ctx.now), party=anna, proof=FORM)
    assert not Consent.objects.exists()
