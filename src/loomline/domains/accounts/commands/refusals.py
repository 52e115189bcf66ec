"""What accounts refuse, in the user's words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.kernel.refusal import Refused


class TooManyAttempts(Refused):
    """Guessing is slow here."""

    says = _("Too many attempts. Try again at {at}, in {wait}.")
    status = 429

    def __init__(self, *, until: datetime, now: datetime, zone: ZoneInfo) -> None:
        self.seconds = max(1, int((until - now).total_seconds()))
        minutes = -(-self.seconds // 60)
        wait = ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
        # Rounded up, so that trying at the minute we name does work.
        shown = datetime.fromtimestamp(-(-until.timestamp() // 60) * 60, tz=zone)
        super().__init__(None, at=date_format(shown, "H:i"), wait=wait)


class LinkSpent(Refused):
    """A link opens its page once, and not for ever."""

    says = _("This link was used before, replaced by a newer one, or is too old. Ask for a new one.")
    status = 410


class WrongPassword(Refused):
    """The present password was asked for and did not fit."""

    says = _("This is not your present password. Nothing was changed.")
    status = 422


class WrongCode(Refused):
    """A code that fits neither the authenticator app nor a recovery code."""

    says = _("This code does not fit, or was used before. Wait for the next one in your app and type that.")
    status = 422


class NotForPrograms(Refused):
    """A token must not be able to widen or renew itself."""

    says = _("Programs cannot do this with an API token. Sign in and do it on your account page.")
    status = 403


class SystemActor(Refused):
    """A named actor of the house is not a person."""

    says = _("{name} is a system actor: it has no mailbox, no password and no roles of its own.")


class RightsBeyond(Refused):
    """Nobody gives away more than they have."""

    says = _("{role} grants {permission}, which is further than your own rights reach. Ask an administrator.")
    status = 403


class OnlyAdministrators(Refused):
    """Being an administrator passes from administrator to administrator."""

    says = _("Only an administrator makes somebody an administrator, or ends that.")
    status = 403


class LastAdministrator(Refused):
    """Nobody could let anybody back in."""

    says = _("{name} is the last administrator. Make somebody else one first.")


class NotYourself(Refused):
    """A slip of the finger must not lock out the person who slipped."""

    says = _("You cannot deactivate yourself. Ask another administrator.")


class HasNotLeft(Refused):
    """There is nothing to reactivate."""

    says = _("{name} is active already.")


class HasLeft(Refused):
    """There is nothing to deactivate, and nobody to invite."""

    says = _("{name} is deactivated. Reactivate the account first.")


class HasJoined(Refused):
    """An invitation is for people who have no password yet."""

    says = _("{name} has joined already. Send a link for a new password instead.")


class NoSuchPermission(Refused):
    """A permission that nothing carries is a typing error."""

    says = _(
        "There is no permission {permission}. Name a command or view such as sales.confirm_order, "
        "or a pattern such as sales.*."
    )
    status = 422


class NoSuchLevel(Refused):
    """A grant reaches somewhere."""

    says = _("A grant needs a level: their own company's, own, team's, territory's or all.")
    status = 422


class NotGranted(Refused):
    """There is nothing to take away."""

    says = _("Role {role} does not grant {permission}.")


class AlreadyOn(Refused):
    """A second authenticator app would silently replace the first."""

    says = _("Your second factor is on already. Turn it off first to use another authenticator app.")


class NotOn(Refused):
    """There is no second factor to turn off."""

    says = _("There is no second factor on the account of {name}.")


class AskedFor(Refused):
    """A role asks for the second factor."""

    says = _("Your role {role} needs a second factor. Set up another app instead of turning it off.")


class SessionOver(Refused):
    """The session ended before."""

    says = _("This session has ended already.")


class TokenSpent(Refused):
    """The token was revoked before."""

    says = _("Token {token} is revoked already.")


class ExpiryPast(Refused):
    """A token that could never be used."""

    says = _("The last day of a token must lie ahead: {on} is past.")
    status = 422


class SameAddress(Refused):
    """Nothing would change."""

    says = _("{email} is your address already.")
    status = 422


class UnknownChoice(Refused):
    """A language or time zone that this installation does not have."""

    says = _("{value} is no {what} that this installation knows.")
    status = 422


class RightsAbove(Refused):
    """Who looks after accounts must not be able to take over a more powerful one."""

    says = _("{name} may do more than you: only somebody with at least the same rights changes that account.")
    status = 403
