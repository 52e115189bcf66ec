"""People, files in and files out from the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from loomline.app import upkeep
from loomline.domains.accounts.models import User
from tests.app.conftest import Ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rows_that_everybody_needs() -> None:
    upkeep.load_reference()


def test_a_user_is_made_listed_and_given_a_new_password(ask: Ask) -> None:
    words = ("user", "create", "mei@example.com", "--name", "Mei Lin", "--admin")
    made = ask(*words, stdin="warp and weft 1\n")
    listed = ask("user", "list")
    changed = ask("user", "password", "mei@example.com", stdin="warp and weft 2\n")

    assert (made.out, made.err) == ("Mei Lin <mei@example.com> may sign in now.\n", "")
    assert listed.out.split() == ["mei@example.com", "Mei", "Lin", "administrator"]
    assert changed.out == "Mei Lin has a new password; all their sessions ended.\n"
    assert User.objects.get(email="mei@example.com").check_password("warp and weft 2")


def test_a_short_password_makes_nobody(ask: Ask) -> None:
    answer = ask("user", "create", "mei@example.com", stdin="x\n")

    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert "This password is too short. It must contain at least 10 characters." in answer.err
    assert not User.objects.filter(email="mei@example.com").exists()


def test_a_second_account_with_the_same_address_is_refused(ask: Ask) -> None:
    ask("user", "create", "mei@example.com", stdin="warp and weft 1\n")

    answer = ask("user", "create", "MEI@example.com", stdin="warp and weft 1\n")

    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert User.objects.filter(email__iexact="mei@example.com").count() == 1


def test_a_role_that_does_not_exist_is_refused_with_those_that_do(ask: Ask) -> None:
    answer = ask("user", "create", "mei@example.com", "--role", "Emperor", stdin="warp and weft 1\n")

    assert answer.code == 2
    assert answer.err.startswith("loomline: There is no role Emperor. There is: ")
    assert "Planner" in answer.err


def test_an_export_holds_the_rows_of_the_list(ask: Ask, tmp_path: Path) -> None:
    target = tmp_path / "units.csv"

    answer = ask("export", "catalog.units", str(target))

    rows = list(csv.DictReader(target.read_text("utf-8-sig").splitlines()))
    assert (answer.out, answer.err) == (f"{target}: {len(rows)} rows.\n", "")
    assert {row["Code"]: row["Name"] for row in rows}["kg"] == "kilogram"


def test_an_export_never_replaces_a_file_unasked(ask: Ask, tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")

    answer = ask("export", "catalog.units", str(there))

    assert answer.err == f"loomline: {there} exists already. Choose another name, or add --force.\n"
    assert there.read_text() == "mine"


def test_an_export_to_another_kind_of_file_is_refused(ask: Ask, tmp_path: Path) -> None:
    answer = ask("export", "catalog.units", str(tmp_path / "units.pdf"))

    assert (answer.code, answer.err) == (
        2,
        "loomline: units.pdf is neither .csv nor .xlsx. Choose one of the two.\n",
    )


def test_an_export_of_an_unknown_list_names_those_of_the_domain(ask: Ask, tmp_path: Path) -> None:
    answer = ask("export", "catalog.unicorns", str(tmp_path / "u.csv"))

    assert answer.err.startswith("loomline: There is no list catalog.unicorns. There is: catalog.")
    assert list(tmp_path.iterdir()) == []


def test_an_import_lists_its_recipes(ask: Ask) -> None:
    assert {"northwind", "adventureworks", "maven-crm"} <= set(ask("import", "--list").out.split())


def test_an_import_from_an_empty_folder_is_refused(ask: Ask, tmp_path: Path) -> None:
    answer = ask("import", "northwind", str(tmp_path))

    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert str(tmp_path) in answer.err


def test_undoing_an_import_that_never_was_is_refused(ask: Ask) -> None:
    answer = ask("import", "--undo", "IM-9999")

    assert answer.code == 1
    assert answer.err == "loomline: There is no import IM-9999. The page Imports lists them.\n"
