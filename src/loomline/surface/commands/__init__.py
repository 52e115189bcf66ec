"""The verbs of the surface itself: saved views, imports, undo of a whole request, stopping long work."""

from loomline.surface.commands.imports import (
    NothingToRun,
    begin_import,
    check_import,
    end_import,
    import_rows,
    undo_import,
    upload_import,
)
from loomline.surface.commands.views import NoTeam, NotYourView, drop_view, save_view
from loomline.surface.commands.work import stop_job, undo_request

__all__ = [
    "NoTeam",
    "NotYourView",
    "NothingToRun",
    "begin_import",
    "check_import",
    "drop_view",
    "end_import",
    "import_rows",
    "save_view",
    "stop_job",
    "undo_import",
    "undo_request",
    "upload_import",
]
