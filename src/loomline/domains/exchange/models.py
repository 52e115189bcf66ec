"""Takeovers and the keys they leave behind."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.number import NumberField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States


class TakeoverState(States):
    WAITING = "waiting", _("Waiting"), "muted"
    CHECKED = "checked", _("Rehearsed"), "info"
    RUNNING = "running", _("Running"), "info"
    DONE = "done", _("Done"), "ok"
    FAILED = "failed", _("Failed"), "bad"
    UNDONE = "undone", _("Undone"), "muted"
    DISCARDED = "discarded", _("Discarded"), "muted"


S = TakeoverState


class Takeover(Document):
    """One run of a recipe over one set of files."""

    moves = Moves(
        prepare=(S.WAITING, S.CHECKED) >> S.WAITING,
        check=S.WAITING >> S.CHECKED,
        discard=(S.WAITING, S.CHECKED) >> S.DISCARDED,
        begin=(S.WAITING, S.CHECKED) >> S.RUNNING,
        finish=S.RUNNING >> S.DONE,
        fail=(S.WAITING, S.RUNNING) >> S.FAILED,
        undo=(S.RUNNING, S.DONE, S.FAILED) >> S.UNDONE,
    )

    number = NumberField(series="takeover", prefix="IM-", verbose_name=_("number"))
    recipe = models.CharField(_("recipe"), max_length=60)
    # A recipe of one's own as it was when this import began; empty for those that come with the product.
    recipe_text = models.TextField(_("text of the recipe"), blank=True, db_default="", editable=False)
    title = models.CharField(_("title"), max_length=200)
    state = StateField(TakeoverState, default=S.WAITING, verbose_name=_("state"), editable=False)
    source = models.CharField(_("files"), max_length=300, blank=True)
    # What was uploaded, as commands/intake.py describes it; where the files are gone, what they were.
    files = models.JSONField(_("uploaded files"), default=list, blank=True, editable=False)
    job_id = models.BigIntegerField(_("job"), null=True, editable=False)
    # What the files raise, as commands/answers.py describes it.
    questions = models.JSONField(_("questions"), default=list, blank=True, editable=False)
    answers = models.JSONField(_("answers"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    counts = models.JSONField(_("counts"), default=dict, editable=False)
    findings = models.JSONField(_("findings"), default=list, editable=False)
    errors = models.JSONField(_("rows left out"), default=list, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started"), editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    class Meta:
        verbose_name = _("takeover")
        verbose_name_plural = _("takeovers")
        ordering = ["-id"]


class ForeignKey(Record):
    """Which record of ours stands for a record of another system, and a fingerprint of how it was read."""

    system = models.CharField(_("system"), max_length=60)
    table = models.CharField(_("table"), max_length=80)
    key = models.CharField(_("key"), max_length=200)
    kind = models.CharField(_("kind of record"), max_length=60)
    object_id = models.BigIntegerField(_("record"))
    fingerprint = models.CharField(_("fingerprint"), max_length=32)
    # Every filled cell of the row, those included that no field here takes.
    source_row = models.JSONField(_("row of the other system"), default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("foreign key")
        verbose_name_plural = _("foreign keys")
        constraints = [
            models.UniqueConstraint(fields=["system", "table", "key"], name="exchange_foreign_key_once")
        ]
        indexes = [models.Index(fields=["kind", "object_id"], name="exchange_foreign_key_record")]

    def __str__(self) -> str:
        return f"{self.system} {self.table} {self.key}"


class Answer(Record):
    """What somebody has answered once about a system's files: the next import takes it up."""

    system = models.CharField(_("system"), max_length=60)
    question = models.CharField(_("question"), max_length=400)
    value = models.CharField(_("answer"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.UniqueConstraint(fields=["system", "question"], name="exchange_answer_once")]

    def __str__(self) -> str:
        return f"{self.system}: {self.question}"
