"""The customer's page: reading, choosing, ordering, declining, asking."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connections, transaction
from django.test import Client

from loomline.domains.accounts.queries import doors
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import OpportunityState
from loomline.domains.quoting import commands as quoting
from loomline.domains.quoting import queries
from loomline.domains.quoting.models import Answer, Evidence, OfferLink, Question, SentPaper, Terms
from loomline.domains.quoting.pages import public
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.sales.models import Order, Quote, QuoteState
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.sales.shop import World

Offered = Callable[..., OfferLink]
FIREFOX = {"HTTP_USER_AGENT": "Firefox/140", "REMOTE_ADDR": "127.0.0.9"}


@pytest.fixture(autouse=True)
def _nobody_came_before(settings: object) -> None:
    cache.clear()


@pytest.fixture
def visitor() -> Client:
    """Somebody who has the link and nothing else."""
    return Client(**FIREFOX)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch, ctx: Ctx) -> None:
    """The edge reads the clock of these tests."""
    monkeypatch.setattr("loomline.domains.accounts.pages.browser.now", lambda: ctx.now)
    new = Ctx.new
    monkeypatch.setattr(
        Ctx, "new", classmethod(lambda cls, **given: new(**{"now": ctx.now, **given})), raising=True
    )


def url_of(link: OfferLink) -> str:
    return f"/q/{queries.link_secret(link)}/"


def order_it(visitor: Client, link: OfferLink, **more: object) -> object:
    given = {"name": "Ines Brandt", "consent": "on", "total": str(link.quote.total), **more}
    return visitor.post(f"{url_of(link)}accept/", given)


def test_the_page_answers_what_when_and_how_much(visitor: Client, offered: Offered) -> None:
    link = offered(note="Deliver to the ramp", freight=Decimal(12))
    page = visitor.get(url_of(link))

    text = page.content.decode()
    assert page.status_code == 200
    assert "Your offer: €462.00, deliverable on" in text
    assert ("Fjord pine M" in text, "at 45.00" in text, "Deliver to the ramp" in text) == (
        True,
        True,
        True,
    )
    assert "30 days left" in text
    assert page["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in page["Cache-Control"]
    assert 'class="side"' not in text
    link.refresh_from_db()
    assert link.opened_count == 1
    assert StoredEvent.objects.filter(name="quoting.OfferRead").count() == 1


def test_ordering_makes_the_order_and_keeps_what_proves_it(
    ctx: Ctx, visitor: Client, offered: Offered, world: World
) -> None:
    Terms.objects.create(language="en", text="Goods stay ours until paid.")
    deal = pipeline.open_opportunity(ctx, name="Autumn", party=world.shop)
    link = offered(opportunity=deal)
    shown = visitor.get(f"{url_of(link)}accept/").content.decode()
    assert "Order now for €450.00" in shown
    assert "Goods stay ours until paid." in shown

    answer = order_it(visitor, link, customer_reference="PO 4711")

    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url_of(link))
    assert (order.total, order.customer_reference, order.quote_id) == (Decimal(450), "PO 4711", link.quote_id)
    kept = Evidence.objects.get()
    paper = SentPaper.objects.get()
    assert (kept.answer, kept.order, kept.name, kept.at) == (Answer.ACCEPTED, order, "Ines Brandt", ctx.now)
    assert (kept.address, kept.agent, kept.link) == ("127.0.0.9", "Firefox/140", link)
    assert kept.sha256 == paper.sha256 == hashlib.sha256(bytes(paper.body)).hexdigest()
    assert kept.terms == "Goods stay ours until paid."
    assert kept.statement == (
        f"I order from My company as offered in quote {link.quote.number}, for €450.00, and may do so"
        " for Nord Living. I agree to the terms of sale."
    )
    deal.refresh_from_db()
    assert deal.state == OpportunityState.WON
    assert "Thank you for your order" in visitor.get(url_of(link)).content.decode()


def test_a_second_click_gets_the_same_order(ctx: Ctx, visitor: Client, offered: Offered) -> None:
    link = offered()
    assert order_it(visitor, link).status_code == 302
    assert order_it(visitor, link).status_code == 302
    again = quoting.accept_offer(
        ctx, quote=link.quote, name="Ines Brandt", consent=True, statement="Yes", total=Decimal(1)
    )

    assert list(Order.objects.all()) == [again]
    assert Evidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_order(ctx: Ctx, offered: Offered) -> None:
    link = offered()

    def click() -> int:
        try:
            return quoting.accept_offer(
                ctx,
                quote=link.quote,
                name="Ines Brandt",
                consent=True,
                statement="Yes",
                total=link.quote.total,
            ).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        orders = set(pool.map(lambda _n: click(), range(4)))
    assert orders == {Order.objects.get().pk}
    assert Evidence.objects.count() == 1


def test_options_and_alternatives_are_chosen_by_the_customer(
    visitor: Client, offered: Offered, world: World
) -> None:
    link = offered(
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10)),
        QuoteLineDraft(item=world.scarf, quantity=Decimal(10), alternative_of=1),
        QuoteLineDraft(item=world.fitting, quantity=Decimal(1), is_optional=True),
    )
    sweater, scarf, fitting = link.quote.lines.order_by("position")
    assert link.quote.total == Decimal(450)
    review = visitor.get(f"{url_of(link)}accept/?take-1={scarf.pk}&take={fitting.pk}").content.decode()
    assert "Order now for €319.00" in review

    stale = order_it(visitor, link, take=[scarf.pk, fitting.pk])
    assert (stale.status_code, Order.objects.count()) == (409, 0)
    assert "The total is 319.00" in stale.content.decode()
    order_it(visitor, link, take=[scarf.pk, fitting.pk], total="319.0000")
    order = Order.objects.get()
    assert list(order.lines.values_list("quote_line", flat=True)) == [scarf.pk, fitting.pk]
    assert Evidence.objects.get().taken == [scarf.pk, fitting.pk]
    assert sweater.pk not in order.lines.values_list("quote_line", flat=True)


@pytest.mark.parametrize(
    ("given", "said"),
    [({"consent": ""}, "Tick the box"), ({"name": "I"}, "first and last name"), ({"name": ""}, "required")],
)
def test_without_name_or_consent_nothing_is_ordered(
    visitor: Client, offered: Offered, given: dict[str, str], said: str
) -> None:
    link = offered()
    answer = order_it(visitor, link, **given)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Order.objects.exists()
    assert not Evidence.objects.exists()


def test_an_offer_that_ended_is_not_ordered(
    ctx: Ctx, visitor: Client, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = offered()
    late = ctx.now + timedelta(days=31)
    monkeypatch.setattr("loomline.domains.accounts.pages.browser.now", lambda: late)
    new = Ctx.new
    monkeypatch.setattr(Ctx, "new", classmethod(lambda cls, **given: new(**{**given, "now": late})))

    assert "This offer ended on" in visitor.get(url_of(link)).content.decode()
    answer = order_it(visitor, link)
    assert answer.status_code == 409
    assert not Order.objects.exists()


def test_declining_keeps_the_reason_and_the_evidence(visitor: Client, offered: Offered) -> None:
    link = offered()
    assert visitor.post(f"{url_of(link)}decline/", {"name": "Ines Brandt", "reason": ""}).status_code == 422
    answer = visitor.post(f"{url_of(link)}decline/", {"name": "Ines Brandt", "reason": "Too late for us"})

    assert answer.status_code == 302
    link.quote.refresh_from_db()
    assert (link.quote.state, link.quote.declined_because) == (QuoteState.DECLINED, "Too late for us")
    kept = Evidence.objects.get()
    assert (kept.answer, kept.order, kept.reason) == (Answer.DECLINED, None, "Too late for us")
    assert "You declined this offer" in visitor.get(url_of(link)).content.decode()


def test_a_question_is_asked_and_answered_on_the_page(ctx: Ctx, visitor: Client, offered: Offered) -> None:
    link = offered()
    visitor.post(f"{url_of(link)}question/", {"name": "Ines Brandt", "text": "Is it <b>warm</b>?"})
    question = Question.objects.get()
    assert "Ada Boss will answer here" in visitor.get(url_of(link)).content.decode()

    quoting.answer_question(ctx, question=question, answer="Very warm.")
    text = visitor.get(url_of(link)).content.decode()
    assert ("Is it &lt;b&gt;warm&lt;/b&gt;?" in text, "Very warm." in text) == (True, True)
    assert visitor.post(f"{url_of(link)}question/", {"name": "I", "text": ""}).status_code == 422


def test_an_old_version_leads_to_the_newer_one(ctx: Ctx, visitor: Client, offered: Offered) -> None:
    old = offered()
    new = sales.revise_quote(ctx, quote=old.quote)
    assert "Open the newer version" not in visitor.get(url_of(old)).content.decode()

    link = quoting.hand_over(ctx, quote=sales.send_quote(ctx, quote=new))
    text = visitor.get(url_of(old)).content.decode()
    assert "There is a newer version" in text
    assert url_of(link) in text
    assert order_it(visitor, old).status_code == 409


def test_wrong_spent_and_withdrawn_links_open_nothing(
    ctx: Ctx, visitor: Client, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = offered()
    secret = queries.link_secret(link)
    for wrong in (secret[:-1] + ("0" if secret[-1] != "0" else "1"), f"{link.pk + 1}-x", "x", "1-"):
        answer = visitor.get(f"/q/{wrong}/")
        assert answer.status_code == 404
        assert "This link no longer works" in answer.content.decode()
    quoting.withdraw_link(ctx, link=link)
    assert visitor.get(url_of(link)).status_code == 404
    fresh = quoting.share_quote(ctx, quote=link.quote)
    assert visitor.get(url_of(fresh)).status_code == 200
    later = ctx.now + timedelta(days=91)
    monkeypatch.setattr("loomline.domains.accounts.pages.browser.now", lambda: later)
    assert visitor.get(url_of(fresh)).status_code == 404


def test_guessing_and_flooding_are_slowed_down(
    visitor: Client, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = offered()
    monkeypatch.setitem(
        doors.LIMITS, "offer", doors.Limit(account=3, address=5, window=timedelta(minutes=15))
    )
    assert [visitor.get(f"/q/7-{n}/").status_code for n in range(6)] == [404] * 5 + [429]
    assert visitor.get(url_of(link)).status_code == 200

    other = Client(REMOTE_ADDR="127.0.0.77")
    ask = {"name": "Eve", "text": "Spam"}
    asked = [other.post(f"{url_of(link)}question/", ask).status_code for _n in range(4)]
    assert asked == [302] * 3 + [429]
    assert Question.objects.count() == 3

    cache.clear()
    monkeypatch.setattr(public, "READS_A_MINUTE", 4)
    assert [other.get(url_of(link)).status_code for _n in range(5)] == [200] * 4 + [429]


def test_the_paper_is_the_one_that_was_sent(ctx: Ctx, visitor: Client, offered: Offered) -> None:
    link = offered()
    paper = SentPaper.objects.get()
    answer = visitor.get(f"{url_of(link)}quote.pdf")

    assert answer.content == bytes(paper.body)
    assert answer.content.startswith(b"%PDF")
    assert quoting.share_quote(ctx, quote=link.quote).pk != link.pk
    assert SentPaper.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        SentPaper.objects.filter(pk=paper.pk).update(body=b"other")


def test_a_draft_has_no_page(ctx: Ctx, draft: Callable[..., Quote]) -> None:
    with pytest.raises(quoting.NotShareable):
        quoting.share_quote(ctx, quote=draft())
    assert not OfferLink.objects.exists()


def test_the_page_speaks_the_customers_language(
    ctx: Ctx, visitor: Client, offered: Offered, world: World
) -> None:
    world.shop.language = "de"
    world.shop.save()
    text = visitor.get(url_of(offered())).content.decode()

    assert '<html lang="de"' in text
    assert "450,00" in text
