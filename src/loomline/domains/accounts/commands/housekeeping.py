"""What is forgotten, and when."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session as BrowserSession

from loomline.domains.accounts.commands.attempts import forget_before
from loomline.domains.accounts.models import OneTimeLink, SecondFactor, Session
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

ATTEMPTS = timedelta(days=90)
ENDED_SESSIONS = timedelta(days=180)
LINKS = timedelta(days=180)
UNCONFIRMED_FACTORS = timedelta(days=1)


@command(hidden=True)
def forget_old_traces(ctx: Ctx) -> None:
    """Forget tries, spent links and ended sessions that serve nobody any more."""
    forget_before(ctx.now - ATTEMPTS)
    OneTimeLink.objects.filter(expires_at__lt=ctx.now - LINKS).delete()
    SecondFactor.objects.filter(confirmed_at=None, begun_at__lt=ctx.now - UNCONFIRMED_FACTORS).delete()
    BrowserSession.objects.filter(expire_date__lt=ctx.now).delete()
    gone = Session.objects.filter(ended_at=None).exclude(key__in=BrowserSession.objects.values("session_key"))
    gone.update(ended_at=ctx.now, why="expired")
    Session.objects.filter(ended_at__lt=ctx.now - ENDED_SESSIONS).delete()
