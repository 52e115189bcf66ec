"""People, files in and files out from the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.app.conftest import Loomline

pytestmark = pytest.mark.usefixtures("installed")


def test_a_user_is_made_listed_and_given_a_new_password(loomline: Loomline) -> None:
    made = loomline(
        "user", "create", "mei@example.com", "--name", "Mei Lin", "--admin", stdin="warp and weft 1\n"
    )
    listed = loomline("user", "list")
    changed = loomline("user", "password", "mei@example.com", stdin="warp and weft 2\n")

    assert (made.stdout, made.stderr) == ("Mei Lin <mei@example.com> may sign in now.\n", "")
    assert listed.stdout.split() == ["mei@example.com", "Mei", "Lin", "administrator"]
    assert changed.stdout == "Mei Lin has a new password; all their sessions ended.\n"


def test_a_short_password_and_a_second_account_are_refused(loomline: Loomline) -> None:
    short = loomline("user", "create", "mei@example.com", stdin="x\n")
    loomline("user", "create", "mei@example.com", stdin="warp and weft 1\n")
    twice = loomline("user", "create", "MEI@example.com", stdin="warp and weft 1\n")

    assert (short.returncode, twice.returncode) == (1, 1)
    assert "This password is too short. It must contain at least 10 characters." in short.stderr
    assert (short.stderr.count("\n"), twice.stderr.count("\n")) == (1, 1)


def test_a_role_that_does_not_exist_is_refused_with_those_that_do(loomline: Loomline) -> None:
    answer = loomline("user", "create", "mei@example.com", "--role", "Emperor", stdin="warp and weft 1\n")

    assert answer.returncode == 2
    assert answer.stderr.startswith("loomline: There is no role Emperor. There is: ")
    assert "Planner" in answer.stderr


def test_an_export_holds_the_rows_of_the_list(loomline: Loomline, tmp_path: Path) -> None:
    target = tmp_path / "units.csv"

    answer = loomline("export", "catalog.units", str(target))

    rows = list(csv.DictReader(target.read_text("utf-8-sig").splitlines()))
    assert answer.stdout == f"{target}: {len(rows)} rows.\n"
    assert {row["Code"]: row["Name"] for row in rows}["kg"] == "kilogram"


def test_an_export_refuses_what_it_cannot_do(loomline: Loomline, tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")

    taken = loomline("export", "catalog.units", str(there))
    kind = loomline("export", "catalog.units", str(tmp_path / "units.pdf"))
    unknown = loomline("export", "catalog.unicorns", str(tmp_path / "u.csv"))

    assert taken.stderr == f"loomline: {there} exists already. Choose another name, or add --force.\n"
    assert kind.stderr == "loomline: units.pdf is neither .csv nor .xlsx. Choose one of the two.\n"
    assert unknown.stderr.startswith("loomline: There is no list catalog.unicorns. There is: catalog.")
    assert there.read_text() == "mine"


def test_an_import_names_its_recipes_and_what_is_missing(loomline: Loomline, tmp_path: Path) -> None:
    listed = loomline("import", "--list")
    unknown = loomline("import", "sap", str(tmp_path))
    empty = loomline("import", "northwind", str(tmp_path))
    answer = loomline("import", "northwind", str(tmp_path), "--answer", "day")

    assert "northwind\n" in listed.stdout
    assert [a.returncode for a in (unknown, empty, answer)] == [1, 1, 1]
    assert all(a.stderr.startswith("loomline: ") and a.stderr.count("\n") == 1 for a in (unknown, empty))


def test_undoing_an_import_that_never_was_is_refused(loomline: Loomline) -> None:
    answer = loomline("import", "--undo", "IM-9999")

    assert answer.returncode == 1
    assert answer.stderr == "loomline: There is no import IM-9999. The page Imports lists them.\n"
