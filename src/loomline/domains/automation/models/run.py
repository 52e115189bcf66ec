"""What rules have done: a run for each cause, a step for each action on each record."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.domains.automation.models.rule import Rule, RuleVersion
from loomline.kernel.audit import Activity
from loomline.kernel.event import StoredEvent
from loomline.kernel.state import StateField, States


class RunState(States):
    WAITING = "waiting", _("Waiting"), "info"
    HELD = "held", _("Held back"), "hold"
    DONE = "done", _("Done"), "ok"
    FAILED = "failed", _("Failed"), "bad"
    STOPPED = "stopped", _("Stopped"), "warn"
    UNDONE = "undone", _("Taken back"), "muted"


class StepState(States):
    WAITING = "waiting", _("Waiting"), "info"
    DONE = "done", _("Done"), "ok"
    FAILED = "failed", _("Failed"), "bad"
    UNDONE = "undone", _("Taken back"), "muted"


class Run(models.Model):
    """All that one version did for one cause. The pair is unique: the same cause never acts twice."""

    version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="runs", verbose_name=_("version"))
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="runs", verbose_name=_("rule"))
    cause = models.CharField(_("key of the cause"), max_length=80)
    says = models.CharField(_("cause"), max_length=300)
    event = models.ForeignKey(
        StoredEvent, models.SET_NULL, null=True, related_name="+", verbose_name=_("event")
    )
    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, related_name="+", verbose_name=_("activity"), db_index=False
    )
    lineage = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("rules that led here"))
    state = StateField(RunState, default=RunState.WAITING, verbose_name=_("state"))
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("at"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    records = models.PositiveIntegerField(_("records"), default=0)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.UniqueConstraint(fields=["version", "cause"], name="automation_run_once_a_cause")
        ]
        indexes = [
            models.Index(fields=["rule", "-id"], name="automation_run_of_rule"),
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=("waiting", "held")),
                name="automation_run_open",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Run {number}")).format(number=self.pk)

    @property
    def request_id(self) -> str:
        """What its commands are found by in the record of changes."""
        return f"rule-{self.pk}"


class RunStep(models.Model):
    """One action on one record. (run, record, position) is its key: retried, but never done twice."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps", verbose_name=_("run"))
    kind = models.CharField(_("kind of record"), max_length=60)
    object_id = models.BigIntegerField(_("key of the record"))
    subject = models.CharField(_("record"), max_length=200)
    position = models.PositiveSmallIntegerField(_("action"))
    command = models.CharField(_("command"), max_length=80)
    state = StateField(StepState, default=StepState.WAITING, verbose_name=_("state"))
    reason = models.TextField(_("reason"), blank=True)
    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, related_name="+", verbose_name=_("activity"), db_index=False
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    done_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "object_id", "position"], name="automation_step_once"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "object_id", "-id"], name="automation_step_record"),
            models.Index(fields=["done_at"], name="automation_step_done"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.command}"


class Cursor(models.Model):
    """How far a stream has been read, or a schedule followed (`position` is then the second it was last due).

    Keys are drawn before they are committed, so a lower one may appear after a higher one. `fence` is a key
    that had been drawn at a known moment; it is read up to only once all `writers` of the stream that were
    at work at that moment have ended, and so nothing can appear below it any more.
    """

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)
    fence = models.BigIntegerField(null=True)
    writers = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        verbose_name = _("place in a stream")
        verbose_name_plural = _("places in streams")
