"""Middleware: notes that a browser was used, and leads who must set up a second factor to it first."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from loomline.domains.accounts import commands
from loomline.domains.accounts.pages import browser
from loomline.domains.accounts.pages.factor import HERE as SECOND_FACTOR
from loomline.domains.accounts.pages.gate import FACTOR_FIRST
from loomline.surface import answer

EVERY = 60.0
REMEMBERED = 5000
FREE = (SECOND_FACTOR, "/account/confirm/", "/sign-out/", "/static/", "/live/")


class Seen:
    """Stands behind the authentication middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._noted: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            key = request.session.session_key or ""
            if key and self._is_due(key):
                commands.note_seen(key=key, now=browser.now())
            if request.session.get(FACTOR_FIRST) and not request.path.startswith(FREE):
                return self._to_second_factor(request)
        return self.get_response(request)

    def _to_second_factor(self, request: HttpRequest) -> HttpResponseBase:
        if answer.is_htmx(request):
            return answer.triggered({}, status=403)
        return HttpResponseRedirect(SECOND_FACTOR)

    def _is_due(self, key: str) -> bool:
        """At most once a minute for each browser and process."""
        moment = time.monotonic()
        with self._lock:
            if moment - self._noted.get(key, -EVERY) < EVERY:
                return False
            self._noted[key] = moment
            self._noted.move_to_end(key)
            if len(self._noted) > REMEMBERED:
                self._noted.popitem(last=False)
        return True
