"""The command line helps a newcomer and refuses in one sentence, never with a traceback."""

from __future__ import annotations

import socket

import pytest

from loomline.app import cli
from tests.app.conftest import Ask


def test_without_a_word_it_lists_every_command_and_setting(ask: Ask) -> None:
    answer = ask()

    assert answer.code == 0
    assert [name for name in cli.VERBS if f"  {name} " not in answer.out] == []
    assert "LOOMLINE_PORT" in answer.out
    assert "LOOMLINE_DATABASE_URL" in answer.out


def test_a_typing_error_is_answered_with_the_nearest_command(ask: Ask) -> None:
    answer = ask("restor")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "loomline: There is no command restor. Did you mean restore?\n"


@pytest.mark.parametrize("name", sorted(cli.VERBS))
@pytest.mark.django_db
def test_each_command_explains_itself(name: str, ask: Ask) -> None:
    answer = ask(name, "--help")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"usage: loomline {name}")
    assert len(answer.out.splitlines()) > 4


def test_a_wrong_setting_is_one_sentence(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOMLINE_PORT", "eighty")

    answer = ask("migrate")

    assert answer.code == 2
    assert answer.err == (
        "loomline: LOOMLINE_PORT is 'eighty', which cannot be used. Give a whole number from 1 to 65535.\n"
    )


def test_a_server_that_is_away_is_one_sentence(loomline: Ask, free_port: int) -> None:
    answer = loomline("migrate", LOOMLINE_DATABASE_URL=f"postgresql://x@127.0.0.1:{free_port}/y")

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("loomline: The database cannot be used: connection failed: ")
    assert "Connection refused" in answer.err
    assert answer.err.endswith("Check LOOMLINE_DATABASE_URL, or ask loomline doctor.\n")


def test_a_busy_port_is_one_sentence_with_another_port(
    ask: Ask, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOMLINE_PORT", str(free_port))
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        answer = ask("up")

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(
        f"loomline: Port {free_port} is taken by another program. Choose another, for example LOOMLINE_PORT="
    )
    assert answer.err.count("\n") == 1


@pytest.mark.django_db
def test_a_demo_that_does_not_exist_is_refused_with_those_that_do(ask: Ask) -> None:
    answer = ask("demo", "pyramids")

    assert answer.code == 2
    assert answer.err == "loomline: There is no demo called pyramids. There is: knitwear.\n"


@pytest.mark.django_db
def test_a_benchmark_that_does_not_exist_is_refused(ask: Ask) -> None:
    answer = ask("bench", "warp-speed")

    assert answer.code in {1, 2}
    assert answer.err.count("\n") == 1


def test_doctor_finds_what_is_missing_and_says_how_to_mend_it(loomline: Ask) -> None:
    answer = loomline("doctor", LOOMLINE_PROT="1", LOOMLINE_PG_BIN="/usr/bin")

    assert (answer.code, answer.err) == (1, "")
    assert "note  settings     LOOMLINE_PROT is set, and there is no such setting.\n" in answer.out
    assert "BAD   database     No PostgreSQL 15 or newer was found" in answer.out
