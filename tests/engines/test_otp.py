"""One-time codes against the published values."""

from __future__ import annotations

import pytest

from loomline.engines import otp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("counter", "code"),
    enumerate(
        ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    ),
)
def test_hotp_gives_the_values_of_rfc_4226_appendix_d(counter: int, code: str) -> None:
    assert otp.hotp(SECRET, counter) == code


@pytest.mark.parametrize(
    ("seconds", "algorithm", "code"),
    [
        (59, "sha1", "94287082"),
        (59, "sha256", "46119246"),
        (59, "sha512", "90693936"),
        (1111111109, "sha1", "07081804"),
        (1111111111, "sha1", "14050471"),
        (1234567890, "sha1", "89005924"),
        (2000000000, "sha1", "69279037"),
        (20000000000, "sha1", "65353130"),
        (20000000000, "sha256", "77737706"),
        (20000000000, "sha512", "47863826"),
    ],
)
def test_totp_gives_the_values_of_rfc_6238_appendix_b(seconds: int, algorithm: str, code: str) -> None:
    length = {"sha1": 20, "sha256": 32, "sha512": 64}[algorithm]
    secret = (SECRET * 4)[:length]
    assert otp.hotp(secret, otp.step_of(seconds), digits=8, algorithm=algorithm) == code


def test_a_code_fits_its_own_step_and_one_on_either_side() -> None:
    code = otp.hotp(SECRET, 100)
    fits = [otp.accepted_step(SECRET, code, at=step * 30, after=0) for step in (98, 99, 100, 101, 102)]
    assert fits == [None, 100, 100, 100, None]


def test_a_spent_step_is_not_accepted_again() -> None:
    code = otp.hotp(SECRET, 100)
    assert otp.accepted_step(SECRET, code, at=3000, after=99) == 100
    assert otp.accepted_step(SECRET, code, at=3000, after=100) is None


@pytest.mark.parametrize("typed", ["", "000000", "7552", "７５５２２４", "755224 ", "75522४"])
def test_anything_else_is_not_accepted(typed: str) -> None:
    assert otp.accepted_step(SECRET, typed, at=0, after=-1) is None


def test_the_address_for_the_app_carries_all_it_needs() -> None:
    uri = otp.provisioning_uri(SECRET, account="mei@example.org", issuer="Loomline Nord & Co")
    assert uri == (
        "otpauth://totp/Loomline%20Nord%20%26%20Co:mei@example.org"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Loomline%20Nord%20%26%20Co"
        "&algorithm=SHA1&digits=6&period=30"
    )


def test_recovery_codes_use_letters_that_cannot_be_misread_and_survive_typing() -> None:
    code = otp.recovery_code(bytes(range(16)))
    assert len(code) == 11
    assert set(code) - {"-"} <= set(otp.ALPHABET)
    assert otp.plain_recovery_code(f" {code.lower().replace('-', ' ')} ") == code.replace("-", "")


def test_different_random_bytes_give_different_recovery_codes() -> None:
    codes = {otp.recovery_code(n.to_bytes(16, "big")) for n in range(1000)}
    assert len(codes) == 1000
