"""The command line helps a newcomer and refuses in one sentence, never with a traceback."""

from __future__ import annotations

import socket

import pytest

from loomline.app import cli
from tests.app.conftest import Loomline


def test_without_a_word_it_lists_every_command_and_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0

    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in cli.VERBS)
    assert "LOOMLINE_PORT" in text
    assert "LOOMLINE_DATABASE_URL" in text


def test_a_typing_error_is_answered_with_the_nearest_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["restor"]) == 2

    assert capsys.readouterr().err == "loomline: There is no command restor. Did you mean restore?\n"


@pytest.mark.parametrize("name", sorted(cli.VERBS))
def test_each_command_explains_itself(name: str, loomline: Loomline) -> None:
    answer = loomline(name, "--help")

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(f"usage: loomline {name}")
    assert len(answer.stdout.splitlines()) > 4
    assert answer.stderr == ""


def test_a_wrong_setting_is_one_sentence(loomline: Loomline) -> None:
    answer = loomline("migrate", LOOMLINE_PORT="eighty")

    assert answer.returncode == 2
    assert answer.stderr == (
        "loomline: LOOMLINE_PORT is 'eighty', which cannot be used. Give a whole number from 1 to 65535.\n"
    )


def test_a_server_that_is_away_is_one_sentence(loomline: Loomline, free_port: int) -> None:
    answer = loomline("migrate", LOOMLINE_DATABASE_URL=f"postgresql://x@127.0.0.1:{free_port}/y")

    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert answer.stderr.startswith("loomline: The database cannot be used: connection failed: ")
    assert "Connection refused" in answer.stderr
    assert answer.stderr.endswith("Check LOOMLINE_DATABASE_URL, or ask loomline doctor.\n")


def test_a_busy_port_is_one_sentence_with_another_port(loomline: Loomline, free_port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        answer = loomline("up")

    assert answer.returncode == 1
    assert answer.stderr.startswith(
        f"loomline: Port {free_port} is taken by another program. Choose another, for example LOOMLINE_PORT="
    )
    assert answer.stderr.count("\n") == 1


def test_a_demo_that_does_not_exist_is_refused(loomline: Loomline) -> None:
    answer = loomline("demo", "pyramids")

    assert answer.returncode == 2
    assert answer.stderr.startswith("loomline: There is no demo called pyramids.")


def test_doctor_finds_what_is_missing_and_says_how_to_mend_it(loomline: Loomline) -> None:
    answer = loomline("doctor", LOOMLINE_PROT="1", LOOMLINE_PG_BIN="/usr/bin")

    assert answer.returncode == 1
    assert "note  settings     LOOMLINE_PROT is set, and there is no such setting.\n" in answer.stdout
    assert "BAD   database     No PostgreSQL 15 or newer was found" in answer.stdout
    assert answer.stderr == ""
