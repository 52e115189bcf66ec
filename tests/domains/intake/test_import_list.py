"""Files into a list: the same when they come back, and gone again when taken back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loomline.domains.accounts.models import Team, User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Item
from loomline.domains.intake import commands, ports
from loomline.domains.intake.models import ImportRun, ImportState
from loomline.domains.intake.resources import tables
from loomline.domains.intake.resources.tables import Format
from loomline.domains.parties.models import Party
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState, perform

TEAMS = "/accounts/teams/"
PARTIES = "/parties/parties/"


def text_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


@pytest.fixture
def sweater(ctx: Ctx) -> Item:
    units.load(ctx)
    return catalog.add_item(ctx, sku="FJ-M", name="Fjord M", list_price=Decimal(45))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"Name,Code\nA,1\n", Format("utf-8", ",")),
        ("\ufeffName;Code\nA;1\n".encode(), Format("utf-8-sig", ";")),
        ("Name;Preis\nM\xfcller;1,5\n".encode("cp1252"), Format("cp1252", ";")),
        ("Name\tCode\nA\t1\n".encode("utf-16"), Format("utf-16", "\t")),
        (b'Name,Note\nA,"x; y; z"\nB,"u; v"\n', Format("utf-8", ",")),
        (b"Name\nA\nB\n", Format("utf-8", ",")),
    ],
)
def test_encoding_and_delimiter_are_found_out(tmp_path: Path, content: bytes, expected: Format) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert tables.detect(path, "file.csv") == expected


def upload(client: Client, base: str, name: str, content: bytes) -> ImportRun:
    answer = client.post(f"{base}import/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.context["upload"]["errors"]
    return ImportRun.objects.latest("id")


def match(client: Client, base: str, run: ImportRun, **changes: str) -> Any:
    form = client.get(f"{base}import/{run.pk}/match/").context["match"]
    data = {c["field"].html_name: c["field"].value() or "" for c in form["columns"]}
    data |= {f.html_name: f.value() or "" for f in form["options"]}
    return client.post(f"{base}import/{run.pk}/match/", {**data, **changes})


def carry_out(client: Client, base: str, run: ImportRun) -> ImportRun:
    client.post(f"{base}import/{run.pk}/check/")
    perform(JobRun.objects.latest("id"))
    run.refresh_from_db()
    return run


CUSTOMERS = (
    "Name;E-Mail;Phone;Currency;Color\n"
    "Nord Living;info@nord.example;+351 912 345 678;EUR;red\n"
    "M\xfcller GmbH;mail@mueller.example;;CHF;blue\n"
)


def test_a_file_comes_in_through_all_its_steps(client: Client, ctx: Ctx) -> None:
    run = upload(client, PARTIES, "customers.csv", CUSTOMERS.encode("cp1252"))
    assert (run.encoding, run.delimiter, run.total, run.columns) == (
        "cp1252",
        ";",
        2,
        ["Name", "E-Mail", "Phone", "Currency", "Color"],
    )
    shown = client.get(f"{PARTIES}import/{run.pk}/match/").context["match"]
    assert [c["field"].value() for c in shown["columns"]] == ["name", "email", "phone", "currency", ""]

    before = Activity.objects.count()
    assert match(client, PARTIES, run, match_on="name").url == f"{PARTIES}import/{run.pk}/check/"
    check = client.get(f"{PARTIES}import/{run.pk}/check/").context["check"]
    assert [f["value"] for f in check["figures"]] == ["2", "0", "0", "0"]
    assert check["submit"] == "Import 2 rows"
    assert not Party.objects.exists()
    assert Activity.objects.count() == before + 1

    run = carry_out(client, PARTIES, run)
    assert (run.state, run.created, run.failed) == (ImportState.DONE, 2, 0)
    assert set(Party.objects.values_list("name", "currency")) == {
        ("Nord Living", "EUR"),
        ("Müller GmbH", "CHF"),
    }
    report = client.get(f"{PARTIES}import/{run.pk}/report/").context["report"]
    assert report["title"] == "The file is in."

    again = upload(client, PARTIES, "customers.csv", CUSTOMERS.encode("cp1252"))
    match(client, PARTIES, again, match_on="name")
    again = carry_out(client, PARTIES, again)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    assert Party.objects.count() == 2

    client.post(report["undo"]["url"])
    assert not Party.objects.exists()
    run.refresh_from_db()
    assert run.state == ImportState.UNDONE


def test_what_came_in_before_a_worker_was_killed_is_counted_and_can_be_taken_back(
    client: Client, ctx: Ctx
) -> None:
    run = upload(client, PARTIES, "customers.csv", CUSTOMERS.encode("cp1252"))
    match(client, PARTIES, run, match_on="name")
    client.post(f"{PARTIES}import/{run.pk}/check/")
    job = JobRun.objects.latest("id")
    told = Ctx.new(actor=ctx.actor, via="import", request_id=f"job-{job.pk}")
    run.refresh_from_db()
    commands.begin_import(told, run=run, job_id=job.pk)
    file = ports.incoming(told, run=run)
    file.take(next(iter(file.chunks())), ports.Tally())
    JobRun.objects.update(state=JobState.RUNNING)

    job.refresh_from_db()
    perform(job)
    run.refresh_from_db()
    assert (run.state, run.created, run.changed) == (ImportState.STOPPED, 2, 0)
    assert (job.state, job.message) == (
        JobState.STOPPED,
        "Its worker ended in the middle. What was done before stays; start the rest again.",
    )
    assert Party.objects.count() == 2
    commands.undo_import(ctx, run=run)
    assert not Party.objects.exists()


def test_rows_that_fail_are_named_and_can_be_mended_or_left(client: Client, ctx: Ctx) -> None:
    content = b"Name,Currency,Active since\nGood,EUR,\n,EUR,\nLong,EURO,\nGood,EUR,\n"
    run = upload(client, PARTIES, "x.csv", content)
    match(client, PARTIES, run, match_on="name")
    check = client.get(f"{PARTIES}import/{run.pk}/check/").context["check"]
    assert [p["number"] for p in check["problems"]] == [3, 4, 5]
    reasons = [p["reasons"][0] for p in check["problems"]]
    assert reasons[0].startswith("Name: ")
    assert reasons[1].startswith("Currency: ")
    assert reasons[2] == "The same Name stands in row 2."
    file = text_of(client.get(check["error_file_url"])).splitlines()
    assert (len(file), file[0]) == (4, "Name,Currency,Active since,Why")

    client.post(check["fix_url"], {"fix-4:1": "USD"})
    check = client.get(f"{PARTIES}import/{run.pk}/check/").context["check"]
    assert [p["number"] for p in check["problems"]] == [3, 5]
    run = carry_out(client, PARTIES, run)
    assert (run.created, run.failed) == (2, 2)
    assert set(Party.objects.values_list("name", "currency")) == {("Good", "EUR"), ("Long", "USD")}


def test_known_rows_are_changed_and_empty_cells_leave_alone(client: Client, ctx: Ctx) -> None:
    Team.objects.create(name="Dye")
    run = upload(client, TEAMS, "teams.csv", b"Name\nDye\nKnit\n")
    match(client, TEAMS, run)
    run = carry_out(client, TEAMS, run)
    assert (run.created, run.changed, run.unchanged) == (1, 0, 1)


def test_an_export_comes_back_unchanged(client: Client, ctx: Ctx, sweater: Item) -> None:
    exported = client.get("/catalog/items/export.xlsx?columns=sku,name,unit,list_price,tracking,supply")
    run = upload(client, "/catalog/items/", "items.xlsx", b"".join(exported.streaming_content))
    match(client, "/catalog/items/", run)
    run.refresh_from_db()
    assert (run.created, run.changed, run.unchanged, run.failed, run.problems) == (0, 0, 1, 0, [])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "not empty"),
        ("heads.csv", b"Name,Code\n", "no rows"),
        ("photo.csv", b"\x89PNG\x00\x00\x01", "binary data"),
        ("broken.xlsx", b"not a workbook", "cannot be read as a table"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(
    client: Client, ctx: Ctx, name: str, content: bytes, words: str
) -> None:
    answer = client.post(f"{TEAMS}import/", {"file": SimpleUploadedFile(name, content)} if content else {})
    assert answer.status_code == 422
    assert words in answer.context["upload"]["errors"][0]["text"]
    assert not ImportRun.objects.exists()


def test_the_import_of_another_is_not_there(client: Client, ctx: Ctx, stranger_client: Client) -> None:
    run = upload(client, TEAMS, "teams.csv", b"Name\nDye\n")
    assert stranger_client.get(f"{TEAMS}import/{run.pk}/match/").status_code == 404


@pytest.fixture
def stranger_client(db: None) -> Client:
    other = Client()
    other.force_login(User.objects.create(email="boss@example.org", name="Other Boss", is_superuser=True))
    return other


def test_rows_of_who_is_in_the_books_are_left_out_alone(client: Client, ctx: Ctx) -> None:
    rows = "".join(f"Shop {n},s{n}@example.org,yes\n" for n in range(40)) + "Shop again,s7@example.org,no\n"
    run = upload(client, PARTIES, "shops.csv", f"Name,E-mail,Customer\n{rows}".encode())
    match(client, PARTIES, run)

    run = carry_out(client, PARTIES, run)

    assert (run.created, run.failed) == (40, 1)
    assert [problem["number"] for problem in run.problems] == [42]
    assert Party.objects.filter(is_customer=True).count() == 40
