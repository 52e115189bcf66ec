"""The bridge gives Django's pages what WSGI promises, and lets go of a browser that has left."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

from loomline.app.bridge import Bridge


def ask(pages: Any, *, body: list[bytes] | None = None, leave_after: int = 10_000, **scope: Any) -> list[Any]:
    """Put one request to the bridge and return what it sent."""
    sent: list[Any] = []
    whole = {
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "http_version": "1.1",
        "headers": [],
        "server": ("shop.example", 8443),
        "client": ("10.1.2.3", 5),
        "scheme": "http",
    } | scope

    async def talk() -> None:
        parts = list(body or [b""])
        left = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if parts:
                return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)
            if len(sent) >= leave_after:
                left.set()

        await Bridge(pages, threads=2)(whole, receive, send)

    asyncio.run(asyncio.wait_for(talk(), timeout=20))
    return sent


class Whole(list[bytes]):
    """An answer that is complete, as most of Django's are."""

    streaming = False


def test_a_page_sees_path_query_headers_and_body_as_wsgi_promises() -> None:
    seen: dict[str, Any] = {}

    def page(environ: dict[str, Any], start: Any) -> Whole:
        seen.update(environ, body=environ["wsgi.input"].read())
        start("201 Created", [("X-Name", "v")])
        return Whole([b"a", b"b"])

    headers = [(b"host", b"x"), (b"content-type", b"text/plain"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]
    sent = ask(
        page, body=[b"one", b"two"], method="POST", path="/käse/", query_string=b"q=%C3%A4", headers=headers
    )

    assert seen["PATH_INFO"].encode("latin-1").decode() == "/käse/"
    assert (seen["REQUEST_METHOD"], seen["QUERY_STRING"], seen["body"]) == ("POST", "q=%C3%A4", b"onetwo")
    assert (seen["CONTENT_TYPE"], seen["CONTENT_LENGTH"]) == ("text/plain", "6")
    assert (seen["HTTP_HOST"], seen["HTTP_COOKIE"], seen["REMOTE_ADDR"]) == ("x", "a=1; b=2", "10.1.2.3")
    assert sent == [
        {"type": "http.response.start", "status": 201, "headers": [(b"x-name", b"v")]},
        {"type": "http.response.body", "body": b"ab"},
    ]


def test_a_streamed_page_arrives_piece_by_piece_in_order() -> None:
    def page(environ: dict[str, Any], start: Any) -> Iterator[bytes]:
        start("200 OK", [])
        return (str(n).encode() for n in range(50))

    sent = ask(page)

    assert b"".join(message.get("body", b"") for message in sent) == b"".join(b"%d" % n for n in range(50))
    assert [message.get("more_body") for message in sent[1:]] == [True] * 50 + [False]


def test_a_stream_is_closed_in_its_own_thread_when_the_browser_leaves() -> None:
    threads: list[int] = []

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                threads.append(threading.get_ident())
                yield b"x"

        def close(self) -> None:
            threads.append(-threading.get_ident())

    def page(environ: dict[str, Any], start: Any) -> Endless:
        start("200 OK", [])
        return Endless()

    ask(page, leave_after=5)

    assert threads[-1] == -threads[0]
    assert len(threads) < 100
