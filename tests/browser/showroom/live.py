"""An event stream that is open and says something only when asked."""

import time
from collections.abc import Iterator

from django.http import HttpRequest, StreamingHttpResponse


def live(request: HttpRequest) -> StreamingHttpResponse:
    """Stay open; with ?say=orders tell that orders changed after a moment."""

    def events() -> Iterator[str]:
        yield "retry: 2000\n\n"
        if request.COOKIES.get("say"):
            time.sleep(0.6)
            yield f'event: change\ndata: {{"topics": ["{request.COOKIES["say"]}"]}}\n\n'
        for _ in range(30):
            time.sleep(1)
            yield ": still here\n\n"

    return StreamingHttpResponse(
        events(), content_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )
