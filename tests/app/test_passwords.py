"""New passwords are hashed by Argon2; what was hashed before still opens, and is hashed anew when it has."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password, make_password
from pytest_django.fixtures import Settings

from loomline.app.settings import PASSWORD_HASHERS


@pytest.fixture(autouse=True)
def _hashed_as_in_real_life(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS


def test_a_new_password_is_hashed_by_argon2() -> None:
    hashed = make_password("wool and water")

    assert hashed.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    assert check_password("wool and water", hashed)
    assert not check_password("wool and wine", hashed)


def test_an_old_hash_opens_and_is_replaced() -> None:
    renewed: list[str] = []

    assert check_password("wool", make_password("wool", hasher="pbkdf2_sha256"), setter=renewed.append)
    assert renewed == ["wool"]
