"""Browsers that are signed in: begun, seen, ended."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session as BrowserSession
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts import queries
from loomline.domains.accounts.commands import checks
from loomline.domains.accounts.commands.by_hand import by_hand
from loomline.domains.accounts.commands.refusals import SessionOver
from loomline.domains.accounts.events import SessionsEnded, SignedIn
from loomline.domains.accounts.models import Session, User
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock


@by_hand
def begin_session(ctx: Ctx, *, key: str, agent: str = "", address: str = "") -> Session:
    """Remember in which browser somebody has signed in, so that they can see it and end it."""
    checks.refuse_program(ctx)

    session: Session = Session.objects.create(
        user=ctx.actor,
        key=key,
        device=queries.device(agent),
        agent=agent[:300],
        address=address or None,
        signed_in_at=ctx.now,
        last_seen_at=ctx.now,
    )

    ctx.emit(
        SignedIn(user_id=ctx.actor.pk, person=ctx.actor.name, device=session.device, address=address or "–")
    )
    return session


@command(label=_("End"), icon="logout")
def end_session(ctx: Ctx, *, session: Session) -> Session:
    """Sign a browser out, wherever it is."""
    session = lock(session)

    if session.ended_at is not None:
        raise SessionOver

    _end(ctx, [session], why="ended")

    ctx.emit(_ended(session.user, [session]))
    return session


@command(label=_("Sign out everywhere"), icon="logout", danger=True)
def end_sessions(ctx: Ctx, *, user: User, keep: Session | None = None) -> User:
    """Sign somebody out of every browser but the one named here."""
    checks.refuse_system_actor(user)

    ended = end_all(ctx, user=user, why="ended", keep=keep)

    ctx.emit(_ended(user, ended))
    return user


def end_all(ctx: Ctx, *, user: User, why: str, keep: Session | None = None) -> list[Session]:
    """End the open sessions of a person, all but one, and say which."""
    open_sessions = queries.open_sessions(user)
    if keep is not None:
        open_sessions = open_sessions.exclude(pk=keep.pk)
    ended = list(open_sessions)
    _end(ctx, ended, why=why)
    return ended


def note_sign_out(*, key: str, now: datetime) -> None:
    """Write down that the person signed this browser out themselves."""
    Session.objects.filter(key=key, ended_at=None).update(ended_at=now, why="signed_out")


def note_new_key(*, before: str, after: str) -> None:
    """Keep track of a browser whose session has got a new key."""
    Session.objects.filter(key=before, ended_at=None).update(key=after)


def note_seen(*, key: str, now: datetime) -> None:
    """Write down that a browser has just been used. The caller sees to it that this is not each time."""
    Session.objects.filter(key=key, ended_at=None).update(last_seen_at=now)


def _end(ctx: Ctx, sessions: list[Session], *, why: str) -> None:
    # Deleting the browser's session is what signs it out; our row remembers that it was there.
    BrowserSession.objects.filter(session_key__in=[session.key for session in sessions]).delete()
    Session.objects.filter(pk__in=[session.pk for session in sessions]).update(ended_at=ctx.now, why=why)


def _ended(user: User, sessions: list[Session]) -> SessionsEnded:
    devices = ", ".join(sorted({str(session) for session in sessions}))
    return SessionsEnded(user_id=user.pk, person=user.name, count=len(sessions), devices=devices)
