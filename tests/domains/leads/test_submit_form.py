"""A form on the web becomes a lead, and machines do not."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.test import Client

from loomline.domains.accounts.pages import browser
from loomline.domains.leads import commands
from loomline.domains.leads.commands import Touch
from loomline.domains.leads.models import FirstTouch, FormField, LeadForm, Submission
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Lead
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.pipeline.desk import NOW

ANSWERS = {"name": "Ines Brandt", "company": "Nord Living", "email": "INES@nord.example"}


def send(ctx: Ctx, form: LeadForm, stamp: str = "s1", sender: str = "me", **given: Any) -> Submission:
    values: dict[str, Any] = {"answers": ANSWERS, "touch": Touch(source="fair", campaign="autumn")}
    return commands.submit_form(ctx, form=form, stamp=stamp, sender=sender, **{**values, **given})


def test_what_is_sent_becomes_a_lead_with_its_first_touch(ctx: Ctx, form: LeadForm) -> None:
    question = form.fields.get(tells="question")
    sent = send(ctx, form, answers={**ANSWERS, question.key: "100"}, consented=True)

    lead = Lead.objects.get()
    assert (lead.name, lead.company, lead.email, lead.interest) == (
        "Ines Brandt", "Nord Living", "ines@nord.example", "Samples\nHow many pieces? 100"
    )  # fmt: skip
    assert (lead.source, lead.source_detail) == ("fair", "Samples / autumn")
    touch = FirstTouch.objects.get()
    assert (touch.lead, touch.source, touch.campaign, touch.at) == (lead, "fair", "autumn", NOW)
    assert (sent.lead, sent.consented, sent.answers["Name"]) == (lead, True, "Ines Brandt")
    told = StoredEvent.objects.get(name="leads.FormSubmitted")
    assert told.sentence == "Form Samples filled in, campaign autumn"
    assert told.payload["consent"] == "You may write to me."


def test_the_first_touch_is_never_written_over(ctx: Ctx, form: LeadForm) -> None:
    send(ctx, form)
    send(ctx.at(NOW + timedelta(days=1)), form, stamp="s2", touch=Touch(source="newsletter"))

    assert Lead.objects.count() == 1
    assert FirstTouch.objects.get().source == "fair"
    assert Submission.objects.count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        FirstTouch.objects.update(source="newsletter")


def test_somebody_whose_lead_is_closed_is_a_new_lead(ctx: Ctx, form: LeadForm) -> None:
    first = send(ctx, form).lead
    assert first is not None
    pipeline.disqualify_lead(ctx, lead=first, reason="No budget")
    send(ctx, form, stamp="s2")

    assert Lead.objects.count() == 2


def test_the_same_press_of_the_button_counts_once(ctx: Ctx, form: LeadForm) -> None:
    assert send(ctx, form) == send(ctx, form)
    assert Submission.objects.count() == 1


def test_what_is_missing_or_unreadable_is_named_by_its_field(ctx: Ctx, form: LeadForm) -> None:
    question = form.fields.get(tells="question")
    with pytest.raises(commands.AnswersIncomplete) as refused:
        send(ctx, form, answers={"name": "", "email": "nowhere", question.key: "7", "company": "x" * 300})

    assert refused.value.errors == {
        "name": ["Please fill this in."],
        "company": ["This is too long."],
        "email": ["This is not an e-mail address."],
        question.key: ["Please choose one of the options."],
    }
    assert not Lead.objects.exists()
    assert not Submission.objects.exists()


def test_a_sender_who_never_stops_is_stopped(ctx: Ctx, form: LeadForm) -> None:
    for n in range(5):
        send(ctx, form, stamp=f"s{n}")
    with pytest.raises(commands.TooManySubmissions):
        send(ctx, form, stamp="s5")
    send(ctx, form, stamp="s6", sender="somebody else")
    assert send(ctx.at(NOW + timedelta(minutes=11)), form, stamp="s7").lead == Lead.objects.get()


def test_a_form_takes_no_more_than_its_limit_in_an_hour(ctx: Ctx, form: LeadForm) -> None:
    LeadForm.objects.update(hourly_limit=1)
    send(ctx, form, sender="a")
    with pytest.raises(commands.TooManySubmissions):
        send(ctx, form, stamp="s2", sender="b")


def test_a_closed_form_takes_nothing(ctx: Ctx, form: LeadForm) -> None:
    LeadForm.objects.update(is_active=False)
    with pytest.raises(commands.FormClosed):
        send(ctx, form)
    assert Client().get("/f/abc/").status_code == 404


# The page


class Visitor:
    """Somebody without an account who opens the page, waits and presses the button."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client, self.now = Client(enforce_csrf_checks=True), NOW
        monkeypatch.setattr(browser, "now", lambda: self.now)
        self.page = ""

    def opens(self, address: str = "/f/abc/?utm_source=fair&utm_campaign=autumn") -> str:
        answer = self.client.get(address, headers={"Referer": "https://fair.example/"})
        assert answer.status_code == 200
        self.page = answer.content.decode()
        return self.page

    def sends(self, wait: float = 20, **given: str) -> HttpResponse:
        self.now += timedelta(seconds=wait)
        stamp = re.search(r'name="stamp" value="([^"]+)"', self.page)
        assert stamp is not None
        answer = self.client.post("/f/abc/", {**ANSWERS, "stamp": stamp[1], **given})
        self.page = answer.content.decode()
        return answer


@pytest.fixture
def visitor(ctx: Ctx, form: LeadForm, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    return Visitor(monkeypatch)


def test_a_stranger_fills_in_the_page_without_script(visitor: Visitor) -> None:
    page = visitor.opens()
    assert "<script" not in page
    assert "Ask for samples" in page
    done = visitor.sends(consent="on")

    assert (done.status_code, done.headers["Location"]) == (302, "/f/abc/thanks/")
    assert "Thank you." in visitor.client.get("/f/abc/thanks/").content.decode()
    touch = FirstTouch.objects.get()
    assert (touch.source, touch.campaign, touch.referrer) == ("fair", "autumn", "https://fair.example/")
    assert Submission.objects.get().consented
    activity = StoredEvent.objects.get(name="leads.FormSubmitted").activity
    assert (activity.actor.name, activity.via) == ("Web forms", "page")


def test_the_trap_catches_a_machine_that_is_none_the_wiser(visitor: Visitor) -> None:
    visitor.opens()
    done = visitor.sends(homepage="https://spam.example")

    assert done.headers["Location"] == "/f/abc/thanks/"
    assert not Lead.objects.exists()
    assert Submission.objects.get().refused == "the trap was filled in"
    assert Submission.objects.get().answers == {}


def test_too_quick_a_hand_is_asked_to_press_again(visitor: Visitor) -> None:
    visitor.opens()
    assert visitor.sends(wait=1).status_code == 422
    assert "That was quick." in visitor.page
    assert 'value="Ines Brandt"' in visitor.page
    assert visitor.sends(wait=5).status_code == 302
    assert Lead.objects.count() == 1


def test_a_stamp_that_is_old_or_forged_is_asked_to_press_again(visitor: Visitor) -> None:
    visitor.opens()
    assert visitor.sends(wait=25 * 3600).status_code == 422
    assert visitor.sends(wait=10).status_code == 302
    # Where they came from survives the fresh stamp.
    assert FirstTouch.objects.get().source == "fair"
    visitor.opens()
    assert visitor.sends(stamp="forged").status_code == 422
    assert Submission.objects.count() == 1


def test_a_stamp_of_one_form_does_not_open_another(visitor: Visitor) -> None:
    LeadForm.objects.create(name="Other", title="Other", token="xyz")
    visitor.opens("/f/xyz/")
    assert visitor.sends().status_code == 422
    assert not Submission.objects.exists()


def test_faults_stand_at_their_fields(visitor: Visitor) -> None:
    visitor.opens()
    assert visitor.sends(name="", email="nowhere").status_code == 422
    assert "Please fill this in." in visitor.page
    assert "This is not an e-mail address." in visitor.page
    assert not Lead.objects.exists()


def test_a_country_is_chosen_from_a_list_and_each_fault_is_said_once(
    visitor: Visitor, form: LeadForm
) -> None:
    FormField.objects.create(form=form, position=9, tells="country")
    assert '<option value="PT">Portugal</option>' in visitor.opens()

    assert visitor.sends(name="", email="").status_code == 422
    assert visitor.page.count("Please fill this in.") == 2
    assert "This field is required." not in visitor.page


def test_a_flood_is_turned_away(visitor: Visitor) -> None:
    for _n in range(5):
        visitor.opens()
        assert visitor.sends().status_code == 302
    visitor.opens()
    assert visitor.sends().status_code == 429
    assert Submission.objects.count() == 5


def test_what_somebody_writes_is_never_run(visitor: Visitor) -> None:
    visitor.opens()
    visitor.sends(email="nowhere", name="<script>alert(1)</script>")
    assert "<script>alert" not in visitor.page
