"""What tracing answers."""

from loomline.domains.tracing.queries.standing import Footing, footing_of, orders_standing_on
from loomline.domains.tracing.queries.thread import LotMark, Stretch, Thread, thread_of

__all__ = ["Footing", "LotMark", "Stretch", "Thread", "footing_of", "orders_standing_on", "thread_of"]
