"""An import of one file into one list, from the first upload to its undo."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class ImportState(States):
    """How far an import is."""

    UPLOADED = "uploaded", _("Uploaded"), "muted"
    CHECKED = "checked", _("Checked"), "info"
    RUNNING = "running", _("Running"), "info"
    DONE = "done", _("Done"), "ok"
    STOPPED = "stopped", _("Stopped"), "warn"
    UNDONE = "undone", _("Undone"), "hold"


S = ImportState


class ImportRun(Record):
    """One file on its way into one list."""

    moves = Moves(
        check=(S.UPLOADED, S.CHECKED) >> S.CHECKED,
        run=S.CHECKED >> S.RUNNING,
        finish=S.RUNNING >> S.DONE,
        stop=S.RUNNING >> S.STOPPED,
        undo=(S.DONE, S.STOPPED) >> S.UNDONE,
    )

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    resource = models.CharField(_("list"), max_length=80)
    file_name = models.CharField(_("file"), max_length=200)
    stored = models.CharField(max_length=200)
    state = StateField(ImportState, default=ImportState.UPLOADED, verbose_name=_("state"))
    encoding = models.CharField(_("encoding"), max_length=40, blank=True)
    delimiter = models.CharField(_("delimiter"), max_length=2, blank=True)
    sheet = models.CharField(_("sheet"), max_length=60, blank=True)
    columns = models.JSONField(_("columns"), default=list)
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    match_on = models.CharField(_("match on"), max_length=60, blank=True)
    total = models.PositiveIntegerField(_("rows"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    problems = models.JSONField(_("problems"), default=list, encoder=DjangoJSONEncoder)
    job_id = models.BigIntegerField(_("job"), null=True)
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        # The table is older than this room.
        db_table = "surface_importrun"
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["owner", "-id"], name="surface_import_owner")]

    def __str__(self) -> str:
        return self.file_name
