"""What a batch costs: as many statements for a thousand rows as for ten, when new, changed and the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loomline.domains.exchange.models import ForeignKey
from loomline.domains.parties.models import Address, ContactPoint, Party, Relationship
from loomline.engines.cells import country
from loomline.engines.rows import fingerprint
from loomline.kernel.audit import Change
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.exchange.heads import made
from tests.domains.exchange.taking import counted, take

COMPANY = {"Id": "001D000000IRt53IAD", "Name": "Acme", "Type": "Customer - Direct", "BillingCity": "Porto"}


def contacts(count: int, *, department: str = "Purchasing") -> dict[str, bytes]:
    """One company, and people who work there."""
    rows = [
        {
            "Id": f"003D{n:014d}",
            "AccountId": COMPANY["Id"],
            "LastName": f'Sá "{n}"',
            "Email": f"ana{n}@example.org",
            "Phone": f"+351 21 {n:07d}",
            "MobilePhone": f"+351 91 {n:07d}",
            "MailingStreet": f"Rua {n}\nPorta 2",
            "MailingCity": "Porto",
            "MailingCountry": "Portugal",
            "Title": "Buyer" if n % 2 else "Designer",
            "Department": department if n % 2 else "Design",
        }
        for n in range(count)
    ]
    return {
        "Account.csv": made("salesforce", "accounts", COMPANY),
        "Contact.csv": made("salesforce", "contacts", *rows),
    }


@pytest.fixture
def cost(ctx: Ctx) -> Callable[[dict[str, bytes]], tuple[int, tuple[int, ...]]]:
    """The statements of one import and what became of the contacts in it."""

    def taken(files: dict[str, bytes]) -> tuple[int, tuple[int, ...]]:
        with CaptureQueriesContext(connection) as seen:
            outcome = take(ctx, "salesforce", files)
        assert outcome.errors == []
        return len(seen), counted(outcome)["contacts"]

    return taken


@pytest.mark.parametrize("count", [10, 1000])
def test_a_thousand_contacts_cost_as_many_statements_as_ten(
    cost: Callable[[dict[str, bytes]], tuple[int, tuple[int, ...]]], count: int
) -> None:
    found = [cost(contacts(count)), cost(contacts(count)), cost(contacts(count, department="Buying"))]
    assert found == [
        (49, (count, 0, 0, 0)),
        (22, (0, 0, count, 0)),
        (32, (0, count // 2, count // 2, 0)),
    ]


def test_a_batch_leaves_exactly_its_rows(ctx: Ctx) -> None:
    take(ctx, "salesforce", contacts(3))

    people = Party.objects.filter(kind="person").order_by("pk")
    assert [(p.name, p.email, p.phone) for p in people] == [
        (f'Sá "{n}"', f"ana{n}@example.org", f"+35121{n:07d}") for n in range(3)
    ]
    reach = ContactPoint.objects.filter(party=people[1]).order_by("pk")
    assert [(c.kind, c.value, c.normalised, c.purpose, c.is_primary) for c in reach] == [
        ("email", "ana1@example.org", "ana1@example.org", "", True),
        ("phone", "+351210000001", "+351210000001", "", True),
        ("phone", "+351 91 0000001", "+351910000001", "mobile", False),
    ]
    (place,) = Address.objects.filter(party=people[1])
    assert (place.purpose, place.line1, place.line2, place.city, place.country, place.is_primary) == (
        "visiting", "Rua 1", "Porta 2", "Porto", "PT", True,
    )  # fmt: skip
    (tie,) = Relationship.objects.filter(person=people[1])
    assert (tie.organisation.name, tie.kind, tie.title, tie.until) == ("Acme", "employed_by", "Buyer", None)
    (key,) = ForeignKey.objects.filter(object_id=people[1].pk, table="contacts")
    assert (key.system, key.key, key.kind) == ("salesforce", f"003D{1:014d}", "parties.party")
    assert key.source_row["MailingStreet"] == "Rua 1\nPorta 2"
    assert key.fingerprint == fingerprint([key.source_row])
    written = Change.objects.filter(activity__verb="exchange.take_batch").values_list("kind", "operation")
    counts = {pair: list(written).count(pair) for pair in set(written)}
    assert counts == {
        ("parties_party", "I"): 4,
        ("parties_partyrole", "I"): 1,
        ("parties_customerterms", "I"): 1,
        ("parties_contactpoint", "I"): 9,
        ("parties_address", "I"): 4,
        ("parties_relationship", "I"): 3,
        ("exchange_foreignkey", "I"): 4,
    }
    told = StoredEvent.objects.filter(activity__verb="exchange.take_batch").order_by("id")
    assert [e.name.split(".")[1] for e in told] == ["PartyOpened"] + ["PartyOpened", "PersonRelated"] * 3


def test_a_fingerprint_is_the_one_that_was_kept_by_earlier_versions() -> None:
    assert fingerprint([{"b": "2", "a": "Sá"}, {"c": ""}]) == "8068b7bd594cf3919b09c72b601aa641"
    assert fingerprint([]) == "cae66941d9efbd404e4d88758ea67670"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Portugal", "PT"),
        ("pt", "PT"),
        ("USA", "US"),
        ("Deutschland", "DE"),
        ("Pays-Bas", "NL"),
        ("Nowhere", ""),
    ],
)
def test_countries_are_known_in_every_usual_language(text: str, code: str) -> None:
    assert country(text) == code
