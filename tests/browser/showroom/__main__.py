"""Serve every page archetype with sample contexts: `python -m showroom [PORT]`, from tests/browser.

The samples are the contract of the templates: what a page gives its template looks like what is given here.
"""

import os
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

os.environ["DJANGO_SETTINGS_MODULE"] = "showroom.settings"

from django.core.wsgi import get_wsgi_application


class Server(ThreadingMixIn, WSGIServer):
    """One thread a request: an event stream must not hold the others up."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Requests are the test's business, not the terminal's."""

    def log_message(self, format: str, *args: object) -> None:
        return None


def main() -> None:
    """Serve until stopped."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8150
    server = make_server("127.0.0.1", port, get_wsgi_application(), server_class=Server, handler_class=Quiet)
    print(f"showroom ready on {server.server_port}", flush=True)
    server.serve_forever()


main()
