"""Files out: the list as it is, whole, and safe to open."""

from __future__ import annotations

import io
from typing import Any

from django.test import Client
from python_calamine import CalamineWorkbook

from loomline.domains.accounts.models import Team
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.context import Ctx

TEAMS = "/accounts/teams/"


def text_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_the_export_is_the_list(client: Client, deals: list[Opportunity]) -> None:
    address = (
        "/pipeline/opportunities/export.csv?amount.from=20000&sort=-amount&columns=name,party,amount,state"
    )
    lines = text_of(client.get(address)).splitlines()
    assert lines == [
        "Number,Name,Customer,Amount,State",
        f"{deals[2].number},Deal 3,Nord Living,30000,Open",
        f"{deals[1].number},Deal 2,Nord Living,20000,Open",
    ]


def test_chosen_rows_alone_are_exported(client: Client, deals: list[Opportunity]) -> None:
    lines = text_of(client.get(f"/pipeline/opportunities/export.csv?ids={deals[1].pk}")).splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [deals[1].number]


def test_what_would_be_a_formula_is_written_as_text(client: Client, ctx: Ctx) -> None:
    names = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\tx", "-12", "Plain"]
    for name in names:
        Team.objects.create(name=name)
    lines = text_of(client.get(f"{TEAMS}export.csv?sort=pk")).splitlines()[1:]
    assert {line.strip('"') for line in lines} == {
        "'=1+1",
        "'+cmd|' /C calc'!A0",
        "'@SUM(A1)",
        "'-2+3",
        "'\tx",
        "-12",
        "Plain",
    }
    answer = client.get(f"{TEAMS}export.xlsx")
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert {row[0] for row in rows[1:]} == set(names)


def test_a_long_list_is_exported_whole(client: Client, ctx: Ctx) -> None:
    Team.objects.bulk_create(Team(name=f"T{n:05}") for n in range(2300))
    lines = text_of(client.get(f"{TEAMS}export.csv?sort=name")).splitlines()
    assert (len(lines), lines[1], lines[-1]) == (2301, "T00000", "T02299")
