"""Whole recipes through the pages: upload, files, dry run, run, report, and the way back."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.exchange import commands as exchange
from loomline.domains.exchange.commands import intake
from loomline.domains.exchange.commands import takeover as takeovers
from loomline.domains.exchange.models import ForeignKey, Takeover, TakeoverState
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.recipes import queries as recipes
from loomline.domains.sales.models import Order
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState, JobStopped, perform
from loomline.kernel.refusal import Refused

SALES = {
    "sales_teams.csv": "sales_agent,regional_office\nAnna Snelling,Central\n",
    "accounts.csv": "account,office_location\nCancity,United States\nIsdom,Japan\n",
    "products.csv": "product,sales_price\nGTX Pro,4821\n",
    "sales_pipeline.csv": (
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "1C1I7A6R,Anna Snelling,GTXPro,Cancity,Won,2016-10-20,2017-03-01,1054\n"
        "=1+1,Anna Snelling,GTXPro,Isdom,Perhaps,2016-10-20,,\n"
    ),
}


def sales(**changes: str) -> dict[str, bytes]:
    """Files of the small sales team, some of them changed; an empty text leaves one out."""
    wanted = {**SALES, **{f"{name}.csv": text for name, text in changes.items()}}
    return {name: text.encode() for name, text in wanted.items() if text}


def packed(files: dict[str, bytes], folder: str = "export/") -> bytes:
    """A ZIP archive of files in a folder."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"{folder}{name}", data)
    return held.getvalue()


def send(client: Client, files: dict[str, bytes], recipe: str = "", to: str = "/import/") -> Any:
    sent = [SimpleUploadedFile(name, data) for name, data in files.items()]
    return client.post(to, {"file": sent, "recipe": recipe})


def upload(client: Client, files: dict[str, bytes], recipe: str = "") -> Takeover:
    answer = send(client, files, recipe)
    assert answer.status_code == 302, answer.context["upload"]["errors"]
    return Takeover.objects.latest("id")


def rehearse(client: Client, takeover: Takeover, **answers: str) -> JobRun:
    answer = client.post(f"/import/{takeover.pk}/files/", answers)
    assert answer.status_code == 302, answer.context["files"]["problems"]
    return perform(JobRun.objects.latest("id"))


def carry_out(client: Client, takeover: Takeover) -> JobRun:
    client.post(f"/import/{takeover.pk}/check/")
    return perform(JobRun.objects.latest("id"))


def stored() -> list[Path]:
    """The uploaded files that still wait on the disk."""
    return list((Path(settings.MEDIA_ROOT) / intake.FOLDER).glob("*"))


def figures(answer: Any, part: str) -> dict[str, str]:
    return {f["label"]: f["value"] for f in answer.context[part]["figures"]}


@pytest.fixture(autouse=True)
def files_of_its_own(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def test_northwind_comes_in_once_and_goes_again(client: Client, public_data: Path) -> None:
    folder = public_data / "supply-chain" / "northwind"
    archive = {"northwind.zip": packed({f.name: f.read_bytes() for f in folder.glob("*.csv")})}
    takeover = upload(client, archive)
    assert (takeover.recipe, takeover.state) == ("northwind", TakeoverState.WAITING)

    assert rehearse(client, takeover).state == JobState.DONE
    check = client.get(f"/import/{takeover.pk}/check/")
    assert (figures(check, "check")["New"], check.context["check"]["submit"]) == (
        "1,124",
        "Import 1,124 records",
    )
    assert not Order.objects.exists()
    assert not ForeignKey.objects.exists()

    assert carry_out(client, takeover).result == {"done": 1124, "failed": 0}
    report = client.get(f"/import/{takeover.pk}/report/")
    assert report.context["report"]["title"] == "The files are in."
    assert Order.objects.count() == 830
    assert stored() == []

    again = upload(client, archive)
    rehearse(client, again)
    check = client.get(f"/import/{again.pk}/check/").context["check"]
    assert (check["can_run"], check["blocked"][:30]) == (False, "Everything in these files is h")
    client.post(f"/import/{again.pk}/check/")
    assert Order.objects.count() == 830

    client.post(report.context["report"]["undo"]["url"])
    perform(JobRun.objects.latest("id"))
    assert not Order.objects.exists()
    shown = client.get(f"/import/{takeover.pk}/report/").context["report"]
    assert (shown["title"], shown["undo"]) == ("This import was taken back.", None)


def test_files_are_told_by_their_columns_and_the_recipe_by_the_files(client: Client, ctx: Ctx) -> None:
    renamed = {f"table {n}.csv": data for n, data in enumerate(sales().values())}
    takeover = upload(client, {**renamed, "notes.txt": b"remember the milk"})
    table = client.get(f"/import/{takeover.pk}/files/").context["files"]["panel"]["table"]
    rows = [[cell.text or cell.value for cell in row["cells"]] for row in table["rows"]]
    assert rows == [
        ["table 0.csv", "Teams", 1, "Recognised"],
        ["table 1.csv", "Accounts", 2, "Recognised"],
        ["table 2.csv", "Products", 1, "Recognised"],
        ["table 3.csv", "Opportunities", 2, "Recognised"],
        ["notes.txt", None, 0, "Not used"],
    ]


def test_rows_left_out_stand_in_a_file_that_is_safe_to_open(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales())
    rehearse(client, takeover)
    carry_out(client, takeover)

    report = client.get(f"/import/{takeover.pk}/report/")
    assert figures(report, "report")["Left out"] == "1"
    assert Opportunity.objects.count() == 1
    answer = client.get(report.context["report"]["error_file_url"])
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value,"
        "Loomline: line,Loomline: why"
    )
    assert lines[1].startswith(
        "'=1+1,Anna Snelling,GTXPro,Isdom,Perhaps,2016-10-20,,,3,\"deal_stage: the value"
    )
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_a_report_that_cannot_keep_all_rows_left_out_says_so(
    client: Client, ctx: Ctx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeovers, "MOST_ERRORS", 1)
    head = SALES["sales_pipeline.csv"].splitlines()[0]
    lines = "\n".join(f"{key},Anna Snelling,GTXPro,Isdom,Perhaps,2016-10-20,,," for key in "ABC")
    takeover = upload(client, sales(sales_pipeline=f"{head}\n{lines}\n"))
    rehearse(client, takeover)

    said = "3 rows were left out; the list and its file hold the first 1 of them."
    assert client.get(f"/import/{takeover.pk}/check/").context["check"]["notes"][0].startswith(said)
    carry_out(client, takeover)
    report = client.get(f"/import/{takeover.pk}/report/")
    assert report.context["report"]["notes"][0].startswith(said)
    page = report.content.decode()
    assert "and 2 more" in page
    assert "The first 1 as a file" in page


def test_a_missing_file_is_named_and_can_be_added(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales(accounts="", products=""))
    page = f"/import/{takeover.pk}/files/"
    shown = client.get(page).context["files"]
    assert shown["problems"] == [
        "Maven CRM opportunities also needs accounts.csv, products.csv. Add what is missing."
    ]
    assert client.post(page).status_code == 200
    assert not JobRun.objects.exists()

    send(client, sales(sales_teams="", sales_pipeline=""), to=f"{page}add/")
    assert client.get(page).context["files"]["problems"] == []
    assert rehearse(client, takeover).state == JobState.DONE


def test_a_missing_column_is_named_and_the_file_can_be_replaced(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales(products="product,colour\nGTX Pro,red\n"))
    page = f"/import/{takeover.pk}/files/"
    assert client.get(page).context["files"]["problems"] == [
        "products.csv lacks the columns sales_price. Export it once more with all of its columns."
    ]
    send(client, {"products.csv": SALES["products.csv"].encode()}, to=f"{page}add/")
    assert client.get(page).context["files"]["problems"] == []
    assert len(stored()) == 4


def test_an_unreadable_table_says_why(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, {**sales(), "products.csv": b""})
    assert client.get(f"/import/{takeover.pk}/files/").context["files"]["problems"] == [
        "products.csv is empty: it has no header line."
    ]


ORDERS = {"orders.csv": b"a,b\n1,2\n"}
BOMB = packed({"sales_teams.csv": b"0" * 1_100_000})


@pytest.mark.parametrize(
    ("files", "recipe", "says"),
    [
        ({}, "", "Choose at least one file that is not empty."),
        ({"a.csv": b"", "b.csv": b""}, "", "Choose at least one file that is not empty."),
        ({"a.zip": packed({})}, "", "Choose at least one file that is not empty."),
        (
            {"a.png": b"\x89PNG\r\n\x1a\n\x00\x00"},
            "",
            "a.png holds binary data, not text. Save it as CSV or XLSX and send",
        ),
        (ORDERS, "", "None of these files belongs to one of the recipes: "),
        (ORDERS, "maven-crm", "None of these files belongs to Maven CRM opportunities, which reads sales_t"),
        ({"a.zip": b"PK\x03\x04 and no more"}, "", "a.zip is no whole ZIP archive: "),
        ({"a.zip": packed(sales())[:-40]}, "", "a.zip is no whole ZIP archive: "),
        (
            {"a.zip": packed(ORDERS, "../../etc/")},
            "",
            "a.zip holds a file called ../../etc/orders.csv, which",
        ),
        (
            {"a.zip": packed(ORDERS, "/etc/")},
            "",
            "a.zip holds a file called /etc/orders.csv, which leads out",
        ),
        (
            {"a.zip": packed(ORDERS, "C:\\")},
            "",
            "a.zip holds a file called C:\\orders.csv, which leads out of",
        ),
        (
            {"a.zip": packed({"x/o.csv": b"1", "y/o.csv": b"2"})},
            "",
            "a.zip holds a file called o.csv, and an",
        ),
        ({"a.zip": BOMB}, "", "a.zip unpacks to more than 1 MB."),
        ({"a.csv.gz": gzip.compress(b"0" * 1_100_000)}, "", "These files are larger than 1 MB together"),
        ({"a.csv": b"0" * 1_100_000}, "", "These files are larger than 1 MB together, unpacked."),
        ({"a.csv.gz": b"\x1f\x8bnothing"}, "", "a.csv.gz is no whole gzip file."),
        ({"a.xlsx": BOMB}, "", "These files are larger than 1 MB together, unpacked."),
        ({"a.xlsx": b"PK\x03\x04 and no more"}, "", "a.xlsx cannot be opened as a spreadsheet: "),
    ],
)
def test_what_cannot_be_taken_is_refused_in_a_sentence_and_nothing_stays(
    client: Client,
    ctx: Ctx,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, bytes],
    recipe: str,
    says: str,
) -> None:
    monkeypatch.setattr(intake, "LARGEST", 1024**2)
    answer = send(client, files, recipe)
    assert answer.status_code == 422
    [error] = answer.context["upload"]["errors"]
    assert error["text"].startswith(says)
    assert not Takeover.objects.exists()
    assert stored() == []


def test_windows_and_utf_16_files_are_read_in_their_own_writing(client: Client, ctx: Ctx) -> None:
    files = sales(accounts="account;office_location\nMüller;Germany\n")
    files["accounts.csv"] = files["accounts.csv"].decode().encode("cp1252")
    files["products.csv"] = SALES["products.csv"].encode("utf-16")
    takeover = upload(client, files)
    rehearse(client, takeover)
    carry_out(client, takeover)
    assert Party.objects.filter(name="Müller").exists()


def test_the_days_that_files_have_lost_are_asked_for(client: Client, public_data: Path) -> None:
    folder = public_data / "supply-chain" / "adventureworks"
    takeover = upload(client, {"aw.zip": packed({f.name: f.read_bytes() for f in folder.iterdir()})})
    page = f"/import/{takeover.pk}/files/"
    labels = [field.label for field in client.get(page).context["files"]["questions"]]
    assert labels == list(recipes.recipe_named("adventureworks").asks.values())

    refused = client.post(page, {"q0": "2022-03-01", "q1": "never"})
    assert refused.status_code == 422
    assert not JobRun.objects.exists()

    client.post(page, {"q0": "2022-03-01", "q1": "2022-04-01", "q2": "2022-03-02"})
    takeover.refresh_from_db()
    assert takeover.answers == {
        "OrderDate": "2022-03-01",
        "DueDate": "2022-04-01",
        "StartDate": "2022-03-02",
    }
    assert client.get(page).url == f"/import/{takeover.pk}/progress/"


def test_what_files_leave_open_is_asked_once_and_remembered(client: Client, ctx: Ctx) -> None:
    heads = "Record Id,Deal Name,Stage,Deal Owner,Created Time,Closing Date"
    rows = ["zcrm_1,One,Gewonnen,Gone Away,2026-05-01 10:00:00,5/6/2026", "zcrm_2,Two,Gewonnen,,,6/5/2026"]
    files = {"Deals_001.csv": "\n".join([heads, *rows]).encode()}
    takeover = upload(client, files)
    assert takeover.recipe == "zoho"
    page = f"/import/{takeover.pk}/files/"
    asked = {q["name"]: (q["kind"], q["help"]) for q in takeover.questions}
    assert list(asked) == ["timezone", "dates", "owner", "deals.state=Gewonnen"]
    assert asked["deals.state=Gewonnen"] == ("choice", "2 rows have it.")

    refused = client.post(page, {"q0": "Europe/Berlin", "q1": "day", "q2": "ada@example.org", "q3": ""})
    assert refused.status_code == 422
    assert "Say what it is." in refused.content.decode()
    rehearse(client, takeover, q0="Europe/Berlin", q1="day", q2="ada@example.org", q3="won")
    carry_out(client, takeover)
    deals = Opportunity.objects.order_by("name")
    assert [(deal.state, deal.closes_on.month) for deal in deals] == [("won", 6), ("won", 5)]
    assert deals[0].opened_at.hour == 8

    again = upload(client, files)
    shown = client.get(f"/import/{again.pk}/files/").context["files"]["questions"]
    assert [field.initial for field in shown] == ["Europe/Berlin", "day", "ada@example.org", "won"]


def test_an_import_that_is_stopped_halfway_takes_back_what_it_did(
    ctx: Ctx, client: Client, public_data: Path
) -> None:
    folder = public_data / "supply-chain" / "northwind"
    takeover = upload(client, {f.name: f.read_bytes() for f in folder.glob("*.csv")})

    def stop(done: int, total: int, message: str) -> None:
        if message == "orders":
            assert Party.objects.exists()
            raise JobStopped

    with pytest.raises(JobStopped):
        exchange.bring_in(ctx, takeover=takeover, job_id=1, progress=stop)
    takeover.refresh_from_db()
    assert takeover.state == TakeoverState.UNDONE
    assert not Party.objects.exists()
    assert not ForeignKey.objects.exists()
    assert stored() == []


def test_the_stop_button_ends_dry_run_and_run_with_nothing_done(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales())
    rehearse(client, takeover)
    client.post(f"/import/{takeover.pk}/check/")
    job = JobRun.objects.latest("id")
    shown = client.get(f"/import/{takeover.pk}/progress/").context["job"]
    client.post(next(a["url"] for a in shown["actions"] if a["label"] == "Stop"))

    job = perform(JobRun.objects.get(pk=job.pk))
    assert (job.state, job.message) == (
        JobState.STOPPED,
        "Stopped on request. What had come in before was taken back.",
    )
    assert not Party.objects.exists()
    report = client.get(f"/import/{takeover.pk}/report/").context["report"]
    assert (report["tone"], report["text"]) == ("warn", job.message)


def test_a_job_that_another_worker_left_goes_on(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales())
    rehearse(client, takeover)
    client.post(f"/import/{takeover.pk}/check/")
    job = JobRun.objects.latest("id")
    exchange.start_takeover(ctx.fresh(), takeover=takeover, job_id=job.pk)

    assert perform(job).state == JobState.DONE
    takeover.refresh_from_db()
    assert takeover.findings[0].startswith("The worker was interrupted and went on;")
    assert Opportunity.objects.count() == 1


def test_two_presses_run_an_import_once(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales())
    rehearse(client, takeover)
    client.post(f"/import/{takeover.pk}/check/")
    assert client.post(f"/import/{takeover.pk}/check/").url == f"/import/{takeover.pk}/progress/"
    first = JobRun.objects.latest("id")
    exchange.start_takeover(ctx.fresh(), takeover=takeover, job_id=first.pk)

    with pytest.raises(Refused):
        exchange.bring_in(ctx, takeover=takeover, job_id=first.pk + 1, progress=lambda *_: None)
    takeover.refresh_from_db()
    assert (takeover.state, takeover.job_id) == (TakeoverState.RUNNING, first.pk)
    assert len(stored()) == 4


def test_what_runs_is_neither_undone_nor_run_beside(client: Client, ctx: Ctx) -> None:
    takeover, other = upload(client, sales()), upload(client, sales())
    rehearse(client, takeover)
    rehearse(client, other)
    client.post(f"/import/{takeover.pk}/check/")
    exchange.start_takeover(ctx.fresh(), takeover=takeover, job_id=JobRun.objects.latest("id").pk)

    with pytest.raises(Refused, match=f"{takeover.number} brings in Maven CRM opportunities right now"):
        exchange.undo_takeover(ctx.fresh(), takeover=takeover)
    job = carry_out(client, other)
    assert (job.state, job.message[: len(takeover.number)]) == (JobState.FAILED, takeover.number)
    assert client.get(f"/import/{other.pk}/check/").context["check"]["blocked"] == job.message


def test_other_answers_or_files_need_another_dry_run(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales())
    rehearse(client, takeover)
    send(client, {"products.csv": SALES["products.csv"].encode()}, to=f"/import/{takeover.pk}/files/add/")
    assert client.post(f"/import/{takeover.pk}/check/").url == f"/import/{takeover.pk}/files/"
    assert JobRun.objects.count() == 1


def test_a_discarded_import_forgets_its_files(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales())
    assert client.get(f"/import/{takeover.pk}/discard/").status_code == 405
    client.post(f"/import/{takeover.pk}/discard/")
    takeover.refresh_from_db()
    assert (takeover.state, stored()) == (TakeoverState.DISCARDED, [])
    assert client.get(f"/import/{takeover.pk}/").url == "/import/"


def test_only_who_may_import_sees_the_pages(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales())
    stranger = Client()
    assert stranger.get("/import/").url == "/sign-in/?next=%2Fimport%2F"
    stranger.force_login(User.objects.create(email="mei@example.org", name="Mei Lin"))
    for page in ("", "files/", "check/", "progress/", "report/"):
        assert stranger.get(f"/import/{takeover.pk}/{page}").status_code == 403
    assert stranger.get(f"/import/{takeover.pk}/errors.csv").status_code == 404
    for page in ("discard/", "undo/", "files/", "files/add/", "check/"):
        assert stranger.post(f"/import/{takeover.pk}/{page}").status_code == 403
    assert send(stranger, sales()).status_code == 403
    assert Takeover.objects.count() == 1
    assert '"/import/"' not in stranger.get("/account/").content.decode()


def test_past_imports_lead_to_where_they_stand(client: Client, ctx: Ctx) -> None:
    takeover = upload(client, sales())
    assert f'href="/import/{takeover.pk}/"' in client.get("/import/").content.decode()
    record = client.get(f"/exchange/takeovers/{takeover.pk}/")
    assert record.context["record"]["callouts"][0]["action"]["url"] == f"/import/{takeover.pk}/"
    assert client.get(f"/import/{takeover.pk}/").url == f"/import/{takeover.pk}/files/"
    assert client.get("/import/999999/").status_code == 404
