"""A wrong setting stops the start with one sentence and a way out."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from loomline.app import environment
from loomline.app.fault import Fault


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "LOOMLINE_PORT",
            "80a",
            "LOOMLINE_PORT is '80a', which cannot be used. Give a whole number from 1 to 65535.",
        ),
        (
            "LOOMLINE_PORT",
            "70000",
            "LOOMLINE_PORT is '70000', which cannot be used. Give a whole number from 1 to 65535.",
        ),
        ("LOOMLINE_DEBUG", "maybe", "LOOMLINE_DEBUG is 'maybe', which cannot be used. Give yes or no."),
        (
            "LOOMLINE_SECRET_KEY",
            "short",
            "LOOMLINE_SECRET_KEY is shorter than 32 characters and easy to guess. "
            "Give a longer one, or leave it out and one is made for you.",
        ),
        (
            "LOOMLINE_DATABASE_URL",
            "mysql://localhost/x",
            "LOOMLINE_DATABASE_URL is not the address of a PostgreSQL server. "
            "Write it as postgresql://user:password@host:5432/name.",
        ),
        (
            "LOOMLINE_DATABASE_URL",
            "postgresql://localhost:x/y",
            "LOOMLINE_DATABASE_URL is not an address. Write it as postgresql://user:password@host:5432/name.",
        ),
        (
            "LOOMLINE_DATABASE_URL",
            "postgresql://localhost",
            "LOOMLINE_DATABASE_URL names no database. Write it as postgresql://user:password@host:5432/name.",
        ),
        (
            "LOOMLINE_LOG",
            "loud",
            "LOOMLINE_LOG is 'loud', which cannot be used. Give debug, info, warning or error.",
        ),
        (
            "LOOMLINE_MAIL_URL",
            "mail.example.com",
            "LOOMLINE_MAIL_URL is not the address of a mail server. "
            "Write it as smtp://user:password@host:587, or smtps:// if it starts with TLS.",
        ),
    ],
)
def test_a_wrong_value_is_refused_in_words(name: str, value: str, sentence: str) -> None:
    with pytest.raises(Fault) as refusal:
        environment.read({name: value})

    assert str(refusal.value) == sentence
    assert refusal.value.code == 2


def test_without_any_setting_the_defaults_hold() -> None:
    env = environment.read({})

    assert (env.host, env.port, env.demo, env.embedded) == ("127.0.0.1", 8000, "knitwear", True)
    assert (env.debug, env.https, env.log, env.database_url) == (False, False, "warning", "")


def test_a_database_address_is_taken_apart_with_its_escapes() -> None:
    assert environment.database("postgresql://an%40na:p%2Fw@db.example:6432/loom?sslmode=require") == {
        "NAME": "loom",
        "USER": "an@na",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_the_secret_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    env = environment.read({"LOOMLINE_DATA": str(tmp_path)})

    first, second = environment.secret_key(env), environment.secret_key(env)

    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_without_a_data_folder_no_key_is_left_behind(tmp_path: Path) -> None:
    env = environment.read({"LOOMLINE_DATA": str(tmp_path / "none")})

    assert len(environment.secret_key(env)) == 64
    assert not (tmp_path / "none").exists()


def test_a_given_secret_key_is_used(tmp_path: Path) -> None:
    env = environment.read({"LOOMLINE_DATA": str(tmp_path), "LOOMLINE_SECRET_KEY": "k" * 40})

    assert environment.secret_key(env) == "k" * 40
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_setting_is_found() -> None:
    given = {"LOOMLINE_PROT": "1", "LOOMLINE_PORT": "1", "LOOMLINE_TEST_DATA": "x", "HOME": "/"}

    assert environment.unknown(given) == ["LOOMLINE_PROT"]


def test_every_setting_is_documented_with_its_default() -> None:
    names = {f"LOOMLINE_{field.upper()}" for field in environment.Environment.__dataclass_fields__}

    assert names == {setting.name for setting in environment.SETTINGS}
