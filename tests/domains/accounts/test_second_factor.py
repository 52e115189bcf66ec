"""The second factor: turned on, asked for, spent once, and the ways out when the phone is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pydantic import SecretStr

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.commands.refusals import (
    AlreadyOn,
    AskedFor,
    NotForPrograms,
    NotOn,
    RightsAbove,
    WrongCode,
)
from loomline.domains.accounts.models import RecoveryCode, Role, SecondFactor, User
from loomline.kernel.audit import Change
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import NotPermitted
from tests.domains.accounts.doors import PASSWORD, SOME_DAYS_AGO, code_at, shown, sign_in

WithFactor = tuple[User, tuple[str, ...]]
As = Callable[[User], Ctx]


def now_code(user: User) -> str:
    return code_at(user, datetime.now(UTC))


def confirmed(browser: Client) -> None:
    """Type the password once more, as pages with keys ask for."""
    assert browser.post("/account/confirm/", {"password": PASSWORD}).status_code == 302


# By command


def test_a_begun_factor_counts_only_after_its_first_code(mei: User, as_: As) -> None:
    ctx = as_(mei)
    commands.begin_second_factor(ctx)
    assert queries.second_factor_of(mei) is None

    made = commands.confirm_second_factor(ctx, code=SecretStr(code_at(mei, ctx.now)))
    assert queries.second_factor_of(mei) is not None
    assert len(set(made.codes)) == 10
    assert queries.recovery_codes_left(mei) == 10


def test_a_wrong_first_code_leaves_it_off(mei: User, as_: As) -> None:
    ctx = as_(mei)
    commands.begin_second_factor(ctx)

    with pytest.raises(WrongCode, match="does not fit"):
        commands.confirm_second_factor(ctx, code=SecretStr(code_at(mei, ctx.now + timedelta(hours=1))))
    assert queries.second_factor_of(mei) is None
    assert not RecoveryCode.objects.exists()


def test_turning_it_on_twice_is_refused(with_factor: WithFactor, as_: As) -> None:
    mei, _codes = with_factor

    with pytest.raises(AlreadyOn):
        commands.begin_second_factor(as_(mei))


def test_a_code_passes_once(with_factor: WithFactor, as_: As) -> None:
    mei, _codes = with_factor
    later = as_(mei).at(as_(mei).now + timedelta(minutes=5))
    code = SecretStr(code_at(mei, later.now))

    commands.pass_second_factor(later, code=code)
    with pytest.raises(WrongCode):
        commands.pass_second_factor(later, code=code)


def test_the_code_that_turned_it_on_is_spent(with_factor: WithFactor, as_: As) -> None:
    mei, _codes = with_factor

    with pytest.raises(WrongCode):
        commands.pass_second_factor(as_(mei).at(SOME_DAYS_AGO), code=SecretStr(code_at(mei, SOME_DAYS_AGO)))


def test_a_recovery_code_passes_once_in_any_writing(with_factor: WithFactor, as_: As) -> None:
    mei, codes = with_factor
    typed = SecretStr(f" {codes[3].lower().replace('-', ' ')} ")

    commands.pass_second_factor(as_(mei), code=typed)
    with pytest.raises(WrongCode):
        commands.pass_second_factor(as_(mei), code=typed)
    assert queries.recovery_codes_left(mei) == 9
    assert StoredEvent.objects.latest("id").sentence == "Mei Lin used a recovery code; 9 are left"


def test_somebody_elses_recovery_code_does_not_pass(with_factor: WithFactor, sam: User, as_: As) -> None:
    _mei, codes = with_factor
    ctx = as_(sam)
    commands.begin_second_factor(ctx)
    commands.confirm_second_factor(ctx, code=SecretStr(code_at(sam, ctx.now)))

    with pytest.raises(WrongCode):
        commands.pass_second_factor(ctx, code=SecretStr(codes[0]))


def test_new_recovery_codes_replace_the_old_ones(with_factor: WithFactor, as_: As) -> None:
    mei, old = with_factor
    new = commands.renew_recovery_codes(as_(mei)).codes

    with pytest.raises(WrongCode):
        commands.pass_second_factor(as_(mei), code=SecretStr(old[0]))
    commands.pass_second_factor(as_(mei), code=SecretStr(new[0]))


def test_neither_secret_nor_codes_stand_in_the_database_or_the_audit(with_factor: WithFactor) -> None:
    mei, codes = with_factor
    factor = SecondFactor.objects.get(user=mei)

    assert factor.secret.startswith("gAAAA")
    stored = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not stored & {code.replace("-", "") for code in codes}
    seen = [c.new or {} for c in Change.objects.filter(kind="accounts_secondfactor")]
    assert not [row for row in seen if "secret" in row or "last_step" in row]


def test_a_new_installation_key_still_opens_what_the_old_one_sealed(
    with_factor: WithFactor, as_: As, settings: Any
) -> None:
    mei, codes = with_factor
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, long enough to be one of them"
    later = as_(mei).at(as_(mei).now + timedelta(minutes=5))

    commands.pass_second_factor(later, code=SecretStr(code_at(mei, later.now)))
    commands.pass_second_factor(later, code=SecretStr(codes[0]))


def test_turning_it_off_takes_everything_with_it(with_factor: WithFactor, as_: As) -> None:
    mei, _codes = with_factor
    commands.turn_off_second_factor(as_(mei))

    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    notices = ProcrastinateJob.objects.filter(task_name="accounts.mail_notice").order_by("id")
    assert [job.args["what"] for job in notices] == ["factor_on", "factor_off"]


def test_a_role_that_asks_for_it_keeps_it_on(
    with_factor: WithFactor, as_: As, ctx: Ctx, role: Callable[..., Role]
) -> None:
    mei, _codes = with_factor
    finance = commands.add_role(ctx, name="Finance", needs_second_factor=True)
    commands.set_roles(ctx, user=mei, roles=[finance])

    with pytest.raises(AskedFor, match="Finance"):
        commands.turn_off_second_factor(as_(mei))
    assert queries.second_factor_of(mei) is not None


def test_an_administrator_helps_who_lost_everything(with_factor: WithFactor, ctx: Ctx) -> None:
    mei, _codes = with_factor
    commands.reset_second_factor(ctx, user=mei)
    assert queries.second_factor_of(mei) is None

    with pytest.raises(NotOn, match="Mei Lin"):
        commands.reset_second_factor(ctx, user=mei)


def test_nobody_else_does(with_factor: WithFactor, sam: User, as_: As) -> None:
    mei, _codes = with_factor

    with pytest.raises(NotPermitted):
        commands.reset_second_factor(as_(sam), user=mei)
    assert queries.second_factor_of(mei) is not None


def test_who_looks_after_people_does_not_strip_a_more_powerful_account(
    ctx: Ctx, admin: User, sam: User, as_: As, role: Callable[..., Role]
) -> None:
    commands.begin_second_factor(ctx)
    commands.confirm_second_factor(ctx, code=SecretStr(code_at(admin, ctx.now)))
    commands.set_roles(ctx, user=sam, roles=[role("Staff office", {"accounts.*": "all"})])

    with pytest.raises(RightsAbove, match="Ada Boss may do more than you"):
        commands.reset_second_factor(as_(sam), user=admin)
    assert queries.second_factor_of(admin) is not None


def test_a_program_cannot_touch_it(ctx: Ctx, admin: User, as_: As) -> None:
    made = commands.make_token(ctx, name="Robot", scopes=["*"])
    found = queries.user_for_token(made.secret, ctx.now)
    assert found is not None

    with pytest.raises(NotForPrograms):
        commands.begin_second_factor(replace(ctx, actor=found[0], via="api"))


# On pages


def test_the_page_shows_a_picture_without_styles_and_turns_it_on(browser: Client, mei: User) -> None:
    sign_in(browser, mei)
    assert browser.post("/account/second-factor/set-up/").status_code == 302

    page = browser.get("/account/second-factor/set-up/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    response = browser.post("/account/second-factor/set-up/", {"code": now_code(mei)})
    assert response.status_code == 200
    listed = response.context["auth"]["codes"]
    assert len(listed) == 10
    assert all(code in shown(response) for code in listed)
    assert "no-store" in response["Cache-Control"]


def test_the_set_up_asks_for_the_password_when_it_was_typed_long_ago(browser: Client, mei: User) -> None:
    browser.force_login(mei)

    response = browser.post("/account/second-factor/set-up/")
    assert response["Location"] == "/account/confirm/?next=%2Faccount%2Fsecond-factor%2F"
    assert not SecondFactor.objects.exists()

    confirmed(browser)
    browser.post("/account/second-factor/set-up/")
    assert SecondFactor.objects.get().user == mei


def test_asking_again_for_the_password_counts_tries(browser: Client, mei: User) -> None:
    browser.force_login(mei)

    tries = [browser.post("/account/confirm/", {"password": "wrong"}).status_code for _ in range(6)]
    assert tries == [422] * 5 + [429]


def test_the_password_alone_does_not_sign_in(browser: Client, with_factor: WithFactor) -> None:
    mei, _codes = with_factor

    response = sign_in(browser, mei, next="/account/sessions/")
    assert response["Location"] == "/sign-in/code/?next=%2Faccount%2Fsessions%2F"
    assert browser.get("/account/").status_code == 302
    assert "_auth_user_id" not in browser.session


def test_password_and_code_sign_in_and_lead_on(browser: Client, with_factor: WithFactor) -> None:
    mei, _codes = with_factor
    sign_in(browser, mei, next="/account/sessions/")

    response = browser.post("/sign-in/code/", {"code": now_code(mei), "next": "/account/sessions/"})
    assert (response.status_code, response["Location"]) == (302, "/account/sessions/")
    assert browser.session["_auth_user_id"] == str(mei.pk)
    assert "accounts.pending" not in browser.session


def test_a_recovery_code_signs_in_as_well(browser: Client, with_factor: WithFactor) -> None:
    mei, codes = with_factor
    sign_in(browser, mei)

    assert "Recovery code" in shown(browser.get("/sign-in/code/?paper=1"))
    response = browser.post("/sign-in/code/?paper=1", {"code": codes[0]})
    assert response.status_code == 302
    assert browser.session["_auth_user_id"] == str(mei.pk)


def test_codes_are_guessed_five_times(browser: Client, with_factor: WithFactor) -> None:
    mei, codes = with_factor
    sign_in(browser, mei)

    tries = [browser.post("/sign-in/code/", {"code": f"00000{n}"}).status_code for n in range(6)]
    assert tries == [422] * 5 + [429]
    # Signing in with the password again does not give new tries, and a right code has to wait too.
    sign_in(browser, mei)
    assert browser.post("/sign-in/code/", {"code": codes[0]}).status_code == 429
    assert "_auth_user_id" not in browser.session


def test_the_second_step_needs_the_first(browser: Client, with_factor: WithFactor) -> None:
    mei, _codes = with_factor

    response = browser.post("/sign-in/code/", {"code": now_code(mei)})
    assert response["Location"] == "/sign-in/?next=%2F"
    assert "_auth_user_id" not in browser.session


def test_the_second_step_does_not_wait_for_ever(browser: Client, with_factor: WithFactor) -> None:
    mei, _codes = with_factor
    sign_in(browser, mei)
    session = browser.session
    session["accounts.pending"] = {
        **session["accounts.pending"],
        "at": session["accounts.pending"]["at"] - 601,
    }
    session.save()

    assert browser.post("/sign-in/code/", {"code": now_code(mei)}).status_code == 302
    assert "_auth_user_id" not in browser.session


def test_a_password_changed_meanwhile_ends_the_second_step(browser: Client, with_factor: WithFactor) -> None:
    mei, _codes = with_factor
    sign_in(browser, mei)
    mei.set_password("another one entirely")
    mei.save()

    browser.post("/sign-in/code/", {"code": now_code(mei)})
    assert "_auth_user_id" not in browser.session


def test_the_page_after_the_code_is_ours(browser: Client, with_factor: WithFactor) -> None:
    mei, _codes = with_factor
    sign_in(browser, mei)

    response = browser.post("/sign-in/code/?next=//evil.example/", {"code": now_code(mei)})
    assert response["Location"] == "/"


def test_a_role_that_asks_for_it_leads_to_the_set_up_first(browser: Client, ctx: Ctx, mei: User) -> None:
    commands.set_roles(
        ctx, user=mei, roles=[commands.add_role(ctx, name="Finance", needs_second_factor=True)]
    )
    sign_in(browser, mei)

    response = browser.get("/account/")
    assert (response.status_code, response["Location"]) == (302, "/account/second-factor/")
    browser.post("/account/second-factor/set-up/")
    browser.post("/account/second-factor/set-up/", {"code": now_code(mei)})
    assert browser.get("/account/").status_code == 200


def test_the_page_renews_codes_and_turns_it_off(browser: Client, with_factor: WithFactor) -> None:
    mei, _codes = with_factor
    sign_in(browser, mei)
    browser.post("/sign-in/code/", {"code": now_code(mei)})

    assert "10 of 10 are left." in shown(browser.get("/account/second-factor/"))
    assert len(browser.post("/account/second-factor/recovery-codes/").context["auth"]["codes"]) == 10
    assert browser.post("/account/second-factor/turn-off/").status_code == 302
    assert "Set up" in shown(browser.get("/account/second-factor/"))
