"""The verbs of the surface itself: saved views, trash, undo of a whole request, stopping long work."""

from loomline.surface.commands.trash import NoSuchTime, clear_trash, keep_days, keep_deleted
from loomline.surface.commands.views import NoTeam, NotShared, NotYourView, drop_view, open_first, save_view
from loomline.surface.commands.work import stop_job, undo_request

__all__ = [
    "NoSuchTime",
    "NoTeam",
    "NotShared",
    "NotYourView",
    "clear_trash",
    "drop_view",
    "keep_days",
    "keep_deleted",
    "open_first",
    "save_view",
    "stop_job",
    "undo_request",
]
