"""The verbs of promises."""

from loomline.domains.promises.commands.noting import note_promises, read_news, settle_promises

__all__ = ["note_promises", "read_news", "settle_promises"]
