"""The web process: pages in threads, live updates in the event loop, one port for both."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from loomline.app import processes
from loomline.app.bridge import Bridge, Receive, Scope, Send
from loomline.app.live import Live, answer
from loomline.app.settings import ENV

EVENTS = "/live/events/"
HEALTH = "/health/"

pages = get_wsgi_application()
bridge = Bridge(pages, threads=ENV.web_threads, behind_proxy=ENV.https)
live = Live()

# All pages are read in before the first one is asked for.
list(get_resolver().url_patterns)
processes.settle()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request to the part that answers it."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == EVENTS:
        await live(scope, receive, send)
    elif scope["type"] == "http" and scope["path"] == HEALTH:
        await answer(send, 200, "ok")
    elif scope["type"] == "http":
        await bridge(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await live.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
