"""Django's pages inside the event loop: each request runs in a thread, as it would under WSGI."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Environ = dict[str, Any]

SPOOL = 1024 * 1024
AHEAD = 4


class Gone(Exception):
    """The browser has left before the answer was complete."""


@dataclass
class Bridge:
    """An ASGI application that answers with a WSGI one."""

    pages: Callable[..., Iterable[bytes]]
    threads: int
    behind_proxy: bool = False
    pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(max_workers=self.threads, thread_name_prefix="page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the whole request in, answer it in a thread, and hand the answer out."""
        body = await _take(receive)
        if body is None:
            return
        out = _Out(asyncio.get_running_loop())
        with body:
            work = out.loop.run_in_executor(self.pool, self._answer, self._environ(scope, body), out)
            gone = asyncio.ensure_future(receive())
            try:
                await out.deliver(send, until=(work, gone))
            finally:
                gone.cancel()
                out.closed = True
                await work

    def _environ(self, scope: Scope, body: IO[bytes]) -> Environ:
        environ = _environ(scope, body)
        hops = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        # Only the last hop was written by our own proxy; what stands before it anybody can invent.
        if self.behind_proxy and hops[-1].strip():
            environ["REMOTE_ADDR"] = hops[-1].strip()
        return environ

    def _answer(self, environ: Environ, out: _Out) -> None:
        head: Message = {}

        def start(status: str, headers: list[tuple[str, str]], _fault: object = None) -> None:
            pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            head.update({"type": "http.response.start", "status": int(status[:3]), "headers": pairs})

        parts = self.pages(environ, start)
        try:
            # Only a page that is made piece by piece needs the way through the queue.
            if getattr(parts, "streaming", True):
                for part in parts:
                    out.put(head, part)
                out.put(head, b"", more=False)
            else:
                out.whole = [head, {"type": "http.response.body", "body": b"".join(parts)}]
        except Gone:
            return
        finally:
            # Here Django gives the connection back, so it must be this thread that closes.
            close = getattr(parts, "close", None)
            if close is not None:
                close()


@dataclass
class _Out:
    """The way of one answer from its thread to the event loop."""

    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[Message] = field(default_factory=lambda: asyncio.Queue(maxsize=AHEAD))
    whole: list[Message] = field(default_factory=list)
    started: bool = False
    closed: bool = False

    def put(self, head: Message, part: bytes, *, more: bool = True) -> None:
        messages = [] if self.started else [head]
        self.started = True
        for message in [*messages, {"type": "http.response.body", "body": part, "more_body": more}]:
            waiting = asyncio.run_coroutine_threadsafe(self.queue.put(message), self.loop)
            while not self.closed:
                try:
                    waiting.result(timeout=1)
                    break
                except TimeoutError:
                    continue
            if self.closed:
                waiting.cancel()
                raise Gone

    async def deliver(self, send: Send, *, until: tuple[asyncio.Future[Any], ...]) -> None:
        work, gone = until
        while not gone.done():
            next_ = asyncio.ensure_future(self.queue.get())
            await asyncio.wait({next_, work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not next_.done():
                next_.cancel()
                break
            await send(next_.result())
        if not gone.done():
            while not self.queue.empty():
                await send(self.queue.get_nowait())
            for message in self.whole:
                await send(message)


async def _take(receive: Receive) -> IO[bytes] | None:
    body: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - the caller closes it
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            body.close()
            return None
        body.write(message.get("body", b""))
        if not message.get("more_body", False):
            body.seek(0)
            return body


def _environ(scope: Scope, body: IO[bytes]) -> Environ:
    host, port = scope.get("server") or ("localhost", 80)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # WSGI wants the bytes of the path as if they were Latin-1.
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    _add_headers(environ, scope)
    if "CONTENT_LENGTH" not in environ:
        body.seek(0, 2)
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
    return environ


def _add_headers(environ: Environ, scope: Scope) -> None:
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        key = name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if key in environ:
            value = f"{environ[key]}{'; ' if name == 'COOKIE' else ','}{value}"
        environ[key] = value
