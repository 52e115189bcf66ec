"""What tracing answers."""

from loomline.domains.tracing.queries.thread import LotMark, Stretch, Thread, thread_of

__all__ = ["LotMark", "Stretch", "Thread", "thread_of"]
