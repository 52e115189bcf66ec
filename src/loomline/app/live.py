"""Live updates: what a command notified in PostgreSQL reaches every open page that asked for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

import orjson
import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import auth
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils.module_loading import import_string

from loomline.app import database
from loomline.app.bridge import Receive, Scope, Send

CHANNEL = "loomline"
# Read when first asked for: this module is loaded before the models are.
MAY_FOLLOW = "loomline.surface.following.may_follow"
HEARTBEAT = 15.0
# A stream outlives the session that opened it, so the session is asked again every few beats.
BEATS_BETWEEN_CHECKS = 4
AHEAD = 200
MOST_TOPICS = 50
MOST_STREAMS = 2000
TOPIC = re.compile(r"[A-Za-z0-9_.:/-]{1,100}")
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,100}")

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Stream:
    """One open page: the topics it asked for and what waits to be sent to it."""

    topics: frozenset[str]
    waiting: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(maxsize=AHEAD))

    def offer(self, piece: bytes) -> None:
        try:
            self.waiting.put_nowait(piece)
        except asyncio.QueueFull:
            # Too slow to follow: one word that everything may have changed replaces the backlog.
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(REFRESH)


def event(name: str, **data: object) -> bytes:
    """One server-sent event; JSON keeps its data on one line."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


# Sent after a gap in the connection to PostgreSQL: notifications may have been missed.
REFRESH = event("refresh", topic="*", id=None)


class Live:
    """The streams of one web process, fed by one session that listens."""

    def __init__(self) -> None:
        self.streams: set[_Stream] = set()
        self.closing = asyncio.Event()
        self.listener: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer `/live/events/?topics=a,b` for as long as the page stays open."""
        topics = _topics(scope)
        if scope["method"] != "GET":
            await answer(send, 405, "Only GET works here.")
        elif topics is None:
            await answer(
                send, 400, f"Give 1 to {MOST_TOPICS} topics, as in ?topics=sales.order,parties.party:7"
            )
        elif len(self.streams) >= MOST_STREAMS:
            await answer(send, 503, "Too many pages are open; this one works without live updates.")
        elif (open_topics := await _open_topics(scope, topics)) is None:
            await answer(send, 401, "Sign in first.")
        elif not open_topics:
            await answer(send, 403, "Your roles do not open what this page would follow.")
        else:
            await self._stream(_Stream(open_topics), scope, receive, send)

    async def close(self) -> None:
        """End every stream, so that the server can stop."""
        self.closing.set()
        if self.listener is not None:
            self.listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.listener

    async def _stream(self, stream: _Stream, scope: Scope, receive: Receive, send: Send) -> None:
        if self.listener is None or self.listener.done():
            self.listener = asyncio.create_task(self._listen())
        self.streams.add(stream)
        ends: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(_left(receive)),
            asyncio.ensure_future(self.closing.wait()),
        ]
        try:
            await send(_head(200, b"text/event-stream"))
            await send(_part(b"retry: 3000\n: welcome\n\n"))
            await self._feed(stream, scope, send, ends)
            if not ends[0].done():
                await send(_part(b"", more=False))
        finally:
            self.streams.discard(stream)
            for end in ends:
                end.cancel()

    async def _feed(self, stream: _Stream, scope: Scope, send: Send, ends: list[asyncio.Future[Any]]) -> None:
        beats = 0
        while True:
            piece = asyncio.ensure_future(stream.waiting.get())
            await asyncio.wait([piece, *ends], timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            if any(end.done() for end in ends):
                piece.cancel()
                return
            if piece.done():
                await send(_part(piece.result()))
                continue
            piece.cancel()
            beats += 1
            if beats % BEATS_BETWEEN_CHECKS == 0 and not await _signed_in(scope):
                return
            await send(_part(b": beat\n\n"))

    async def _listen(self) -> None:
        pause = 0.5
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    autocommit=True, **database.address()
                ) as session:
                    await session.execute(f"LISTEN {CHANNEL}")
                    if pause > 0.5:
                        self._tell(lambda stream: [REFRESH])
                    pause = 0.5
                    async for note in session.notifies():
                        self._spread(note.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("Live updates wait for the database: %s", error)
            pause = min(pause * 2, 10)
            await asyncio.sleep(pause)

    def _spread(self, payload: str) -> None:
        try:
            note = orjson.loads(payload)
            name, topics, number = note["event"], note["topics"], note.get("id")
            known = NAME.fullmatch(name) is not None and isinstance(topics, list)
        except (ValueError, KeyError, TypeError, AttributeError):
            known = False
        if not known:
            log.warning("A notification that cannot be read was left out: %.200s", payload)
            return
        self._tell(lambda s: [event(name, topic=t, id=number) for t in topics if t in s.topics])

    def _tell(self, pieces: Callable[[_Stream], list[bytes]]) -> None:
        for stream in tuple(self.streams):
            for piece in pieces(stream):
                stream.offer(piece)


def _topics(scope: Scope) -> frozenset[str] | None:
    text = parse_qs(scope["query_string"].decode("latin-1")).get("topics", [""])[-1]
    topics = frozenset(filter(None, text.split(",")))
    if not 1 <= len(topics) <= MOST_TOPICS or not all(TOPIC.fullmatch(t) for t in topics):
        return None
    return topics


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _signed_in(scope: Scope) -> bool:
    return await _open_topics(scope, frozenset()) is not None


async def _open_topics(scope: Scope, topics: frozenset[str]) -> frozenset[str] | None:
    """Those of the topics that the person may follow; None when nobody is signed in."""
    return await sync_to_async(_ask, thread_sensitive=False)(_cookie(scope), topics)


def _cookie(scope: Scope) -> str:
    text = "; ".join(v.decode("latin-1") for n, v in scope["headers"] if n == b"cookie")
    with contextlib.suppress(CookieError):
        morsel = SimpleCookie(text).get(settings.SESSION_COOKIE_NAME)
        return morsel.value if morsel else ""
    return ""


def _ask(key: str, topics: frozenset[str]) -> frozenset[str] | None:
    if not key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    try:
        user = auth.get_user(request)
        if not user.is_authenticated:
            return None
        may_follow = import_string(MAY_FOLLOW)
        return frozenset(topic for topic in topics if may_follow(user, topic))
    finally:
        close_old_connections()


def _head(status: int, kind: bytes) -> dict[str, Any]:
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    return {"type": "http.response.start", "status": status, "headers": headers}


def _part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def answer(send: Send, status: int, text: str) -> None:
    """A short plain answer."""
    await send(_head(status, b"text/plain; charset=utf-8"))
    await send(_part(f"{text}\n".encode(), more=False))
