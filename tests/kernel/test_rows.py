"""Many rows written at once, each with values of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from loomline.domains.parties.models import Address, CustomerTerms, Party, PartyRole, Role
from loomline.domains.sites.models import Calendar
from loomline.kernel.audit import Change
from loomline.kernel.prepared import array, json_text
from loomline.kernel.rows import insert_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def calendars(db: None) -> list[Calendar]:
    return [Calendar.objects.create(name=f"C{n}") for n in range(3)]


def shown() -> list[tuple[str, str, list[int]]]:
    return list(Calendar.objects.order_by("pk").values_list("name", "country", "weekdays"))


def test_each_row_gets_its_own_values_in_one_statement(calendars: list[Calendar]) -> None:
    for calendar, country in zip(calendars[:2], ("PT", "NO"), strict=True):
        calendar.country, calendar.name = country, f"{country} works"

    with CaptureQueriesContext(connection) as seen:
        changed = Calendar.objects.bulk_update(calendars[:2], ["name", "country"])

    assert (changed, len(seen)) == (2, 1)
    assert [row[:2] for row in shown()] == [("PT works", "PT"), ("NO works", "NO"), ("C2", "")]


def test_rows_go_in_parts_when_there_are_many(calendars: list[Calendar]) -> None:
    for calendar in calendars:
        calendar.country = "PT"
    with CaptureQueriesContext(connection) as seen:
        assert Calendar.objects.bulk_update(calendars, ["country"], batch_size=2) == 3
    assert len(seen) == 2


def test_a_text_that_is_too_long_is_refused_and_not_cut(calendars: list[Calendar]) -> None:
    calendars[0].name = "x" * 81
    with pytest.raises(DataError, match="too long"):
        Calendar.objects.bulk_update(calendars, ["name"])


def test_lists_and_expressions_are_written_too(calendars: list[Calendar]) -> None:
    calendars[0].weekdays = [0, 1]
    calendars[1].weekdays = [5]
    Calendar.objects.bulk_update(calendars[:2], ["weekdays"])
    for calendar in calendars:
        calendar.name = Concat(F("name"), Value("!"))  # type: ignore[assignment]
    Calendar.objects.bulk_update(calendars, ["name"])

    assert [(name, days) for name, _country, days in shown()] == [
        ("C0!", [0, 1]),
        ("C1!", [5]),
        ("C2!", [0, 1, 2, 3, 4]),
    ]


def test_a_row_that_was_never_written_is_refused(calendars: list[Calendar]) -> None:
    with pytest.raises(ValueError, match="primary key"):
        Calendar.objects.bulk_update([*calendars, Calendar(name="new")], ["name"])


# What an array or a table as text could be taken apart by.
HARD = [
    "plain",
    'a "quoted" word',
    "back\\slash",
    "{a,b}",
    "NULL",
    "a,b",
    "two\nlines\tand a tab",
    "\\N",
    "\\.",
    " blanks ",
    "Sá 日本 \u2028",
]


def test_new_rows_keep_every_sign_of_their_texts(db: None) -> None:
    made = [Party(name=text, notes=text, custom={"note": text, "day": date(2026, 1, 2)}) for text in HARD]
    made.append(Party(name="without", vat_number="pt 500.000", code="", touch_due_on=date(2026, 5, 6)))

    with CaptureQueriesContext(connection) as seen:
        Party.objects.bulk_create(made)

    assert len(seen) == 1
    rows = Party.objects.order_by("pk")
    assert [party.pk for party in made] == [party.pk for party in rows]
    assert [(p.name, p.notes, p.custom) for p in rows][:-1] == [
        (text, text, {"note": text, "day": "2026-01-02"}) for text in HARD
    ]
    last = rows[len(HARD)]
    assert (last.vat_number, last.code, last.notes, last.custom) == ("PT500000", None, "", {})
    assert (last.touch_due_on, last.owner_id, last.is_active) == (date(2026, 5, 6), None, True)


def test_a_text_that_no_database_can_hold_is_refused_and_not_taken_apart(db: None) -> None:
    for text in ("a\0b", "\0,", "\0N", "\0"):
        with pytest.raises(DataError, match="NUL"), transaction.atomic():
            Party.objects.bulk_create([Party(name="one"), Party(name=text)])
        party = Party.objects.create(name="owner")
        rows = [(party.pk, text, "PT"), (party.pk, "b", "PT")]
        with pytest.raises(DataError), transaction.atomic():
            insert_rows(Address, ("party", "city", "country"), rows)
    assert not Address.objects.exists()
    assert set(Party.objects.values_list("name", flat=True)) == {"owner"}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["a", None, ""], '{"a",NULL,""}'),
        ([None, None], "{NULL,NULL}"),
        (["N", "", "N"], '{"N","","N"}'),
        (['"', "\\"], '{"\\"","\\\\"}'),
        ([1, None, 3], '{"1",NULL,"3"}'),
        ([True, Decimal("1.50")], '{"True","1.50"}'),
        ([date(2026, 1, 2)], '{"2026-01-02"}'),
        ([Role.CUSTOMER, "other"], '{"customer","other"}'),
        ([], []),
        ([b"raw"], [b"raw"]),
        (["a\0b"], ["a\0b"]),
        (["\0N", None], ["\0N", None]),
    ],
)
def test_an_array_is_written_as_the_database_reads_it(values: list[Any], text: Any) -> None:
    assert array(values) == text


def test_what_the_fast_writer_of_json_does_not_know_is_left_to_the_field(db: None) -> None:
    assert json_text({"a": ["Sá", 1, None, True]}) == '{"a":["Sá",1,null,true]}'
    assert json_text({1: 2**70}) == '{"1": 1180591620717411303424}'
    with pytest.raises(TypeError):
        json_text({"a": Decimal(1)})
    party = Party.objects.create(name="one", custom={"sum": Decimal("1.50"), "day": date(2026, 1, 2)})
    party.custom = {"sum": Decimal("2.50")}
    Party.objects.bulk_update([party], ["custom"])
    party.refresh_from_db()
    assert party.custom == {"sum": "2.50"}


def test_rows_are_copied_in_with_defaults_audit_and_the_rules_of_their_fields(db: None) -> None:
    party = Party.objects.create(name="Nord")
    before = Change.objects.count()
    rows = [(party.pk, text, "pt ", Decimal("41.150000"), Decimal(-8)) for text in HARD]

    with CaptureQueriesContext(connection) as seen:
        insert_rows(Address, ("party", "line1", "country", "latitude", "longitude"), rows)

    assert len(seen) == 1
    kept = Address.objects.order_by("pk")
    assert [(a.party_id, a.line1, a.country, a.latitude, a.longitude) for a in kept] == [
        (party.pk, text, "PT", Decimal("41.150000"), Decimal(-8)) for text in HARD
    ]
    assert {(a.purpose, a.city, a.line2, a.is_primary) for a in kept} == {("shipping", "", "", False)}
    told = Change.objects.order_by("pk")[before:]
    assert [(c.kind, c.operation, c.object_id, c.old, c.new) for c in told] == [
        ("parties_address", "I", a.pk, None, None) for a in kept
    ]


def test_copying_nothing_asks_the_database_nothing(db: None) -> None:
    with CaptureQueriesContext(connection) as seen:
        insert_rows(Address, ("party", "line1"), [])
    assert len(seen) == 0


def test_what_the_database_forbids_is_refused_by_its_name(db: None) -> None:
    party = Party.objects.create(name="Nord")
    with pytest.raises(IntegrityError) as fault, transaction.atomic():
        insert_rows(CustomerTerms, ("party", "credit_limit"), [(party.pk, Decimal(-1))])
    assert "parties_credit_limit" in str(fault.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(PartyRole, ("party", "role", "since"), [(party.pk, "customer", date(2026, 1, 2))] * 2)
    with pytest.raises(FieldDoesNotExist):
        insert_rows(PartyRole, ("party", "rolle"), [(party.pk, "customer")])
    with pytest.raises(ValueError, match="zip"):
        insert_rows(PartyRole, ("party", "role", "since"), [(party.pk, "customer")])
    assert not PartyRole.objects.exists()
