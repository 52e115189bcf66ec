"""The second factor: an authenticator app, and recovery codes for the day the phone is lost."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from loomline.domains.accounts import queries
from loomline.domains.accounts.commands import checks
from loomline.domains.accounts.commands.by_hand import by_hand
from loomline.domains.accounts.commands.links import tell_by_mail
from loomline.domains.accounts.commands.refusals import AlreadyOn, AskedFor, NotOn, WrongCode
from loomline.domains.accounts.events import RecoveryCodeUsed, SecondFactorTurnedOff, SecondFactorTurnedOn
from loomline.domains.accounts.models import RecoveryCode, Role, SecondFactor, User
from loomline.domains.accounts.queries import sealed
from loomline.engines import otp
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock

CODES = 10


@dataclass(frozen=True)
class NewCodes:
    """Recovery codes, to be shown once; they do not print themselves into logs."""

    codes: tuple[str, ...] = field(repr=False)


@by_hand
def begin_second_factor(ctx: Ctx) -> SecondFactor:
    """Make a secret for an authenticator app; it counts once a first code confirms it."""
    user = checks.locked_actor(ctx)

    checks.refuse_program(ctx)
    if queries.second_factor_of(user) is not None:
        raise AlreadyOn

    factor: SecondFactor
    factor, _made = SecondFactor.objects.update_or_create(
        user=user,
        defaults={
            "secret": sealed.seal(secrets.token_bytes(otp.SECRET_BYTES)),
            "last_step": 0,
            "begun_at": ctx.now,
        },
    )
    return factor


@by_hand
def confirm_second_factor(ctx: Ctx, *, code: SecretStr) -> NewCodes:
    """Turn the second factor on: the first code shows that the app holds the secret."""
    user = checks.locked_actor(ctx)

    checks.refuse_program(ctx)
    factor = queries.second_factor_begun(user)
    if factor is None:
        raise NotOn(name=user.name)
    step = _step(ctx, factor, code)

    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=ctx.now, last_step=step)
    codes = _new_codes(user)
    tell_by_mail(user=user, what="factor_on")

    ctx.emit(SecondFactorTurnedOn(user_id=user.pk, person=user.name))
    return codes


@by_hand
def pass_second_factor(ctx: Ctx, *, code: SecretStr) -> SecondFactor:
    """Show the second factor while signing in: a code of the app, or one from paper. Each works once."""
    factor = queries.second_factor_of(ctx.actor)
    if factor is None:
        raise NotOn(name=ctx.actor.name)
    factor = lock(factor)

    typed = "".join(code.get_secret_value().split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == otp.DIGITS):
        _spend_recovery_code(ctx, typed)
        return factor
    step = _step(ctx, factor, code)

    SecondFactor.objects.filter(pk=factor.pk).update(last_step=step)
    return factor


@by_hand
def renew_recovery_codes(ctx: Ctx) -> NewCodes:
    """Make new recovery codes; those on the old paper open nothing any more."""
    user = checks.locked_actor(ctx)

    checks.refuse_program(ctx)
    if queries.second_factor_of(user) is None:
        raise NotOn(name=user.name)

    return _new_codes(user)


@by_hand
def turn_off_second_factor(ctx: Ctx) -> User:
    """Sign in with the password alone again."""
    user = checks.locked_actor(ctx)

    checks.refuse_program(ctx)
    asking = Role.objects.filter(members=user, needs_second_factor=True).first()
    if asking is not None:
        raise AskedFor(role=asking.name)

    return _turn_off(ctx, user)


@command(label=_("Remove second factor"), icon="shield-lock", danger=True)
def reset_second_factor(ctx: Ctx, *, user: User) -> User:
    """Help somebody who lost both phone and recovery codes, once you are sure who they are."""
    user = lock(user)

    checks.refuse_program(ctx)
    checks.refuse_above(ctx, user)

    return _turn_off(ctx, user)


def _turn_off(ctx: Ctx, user: User) -> User:
    if queries.second_factor_of(user) is None:
        raise NotOn(name=user.name)
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    tell_by_mail(user=user, what="factor_off")
    ctx.emit(SecondFactorTurnedOff(user_id=user.pk, person=user.name))
    return user


def _step(ctx: Ctx, factor: SecondFactor, code: SecretStr) -> int:
    typed = "".join(code.get_secret_value().split())
    secret = sealed.unseal(factor.secret)
    step = None
    if secret is not None and typed.isascii():
        step = otp.accepted_step(secret, typed, at=ctx.now.timestamp(), after=factor.last_step)
    if step is None:
        raise WrongCode(at_field="code")
    return step


def _new_codes(user: User) -> NewCodes:
    RecoveryCode.objects.filter(user=user).delete()
    codes = tuple(otp.recovery_code(secrets.token_bytes(16)) for _ in range(CODES))
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=sealed.peppered(otp.plain_recovery_code(code), purpose="recovery")[0])
        for code in codes
    )
    return NewCodes(codes=codes)


def _spend_recovery_code(ctx: Ctx, typed: str) -> None:
    digests = sealed.peppered(otp.plain_recovery_code(typed), purpose="recovery")
    unused = RecoveryCode.objects.filter(user=ctx.actor, digest__in=digests, used_at=None)
    spent = unused.update(used_at=ctx.now)
    if not spent:
        raise WrongCode(at_field="code")
    left = queries.recovery_codes_left(ctx.actor)
    ctx.emit(RecoveryCodeUsed(user_id=ctx.actor.pk, person=ctx.actor.name, left=left))
