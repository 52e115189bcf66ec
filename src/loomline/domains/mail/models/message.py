"""Letters, who wrote them to whom, what they are about, and the files with them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.mail.models.mailbox import Mailbox, Privacy
from loomline.domains.mail.models.thread import Thread
from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class Direction(models.TextChoices):
    IN = "in", _("Incoming")
    OUT = "out", _("Outgoing")


class MessageState(States):
    QUEUED = "queued", _("Waiting"), "info"
    SENDING = "sending", _("Being sent"), "info"
    SENT = "sent", _("Sent"), "ok"
    FAILED = "failed", _("Not sent"), "bad"
    BOUNCED = "bounced", _("Came back"), "bad"
    CANCELLED = "cancelled", _("Taken back"), "muted"
    RECEIVED = "received", _("Received"), "muted"


S = MessageState


class Message(Record):
    """One letter, kept once. Its words never reach the record of changes."""

    audit_exclude = ("subject", "text", "html", "opening", "from_address", "from_name", "trouble")
    starts = (S.RECEIVED,)
    moves = Moves(
        claim=S.QUEUED >> S.SENDING,
        settle=S.SENDING >> S.SENT,
        fail=S.SENDING >> S.FAILED,
        requeue=(S.SENDING, S.FAILED) >> S.QUEUED,
        undo=S.QUEUED >> S.CANCELLED,
        bounce=S.SENT >> S.BOUNCED,
    )

    thread = models.ForeignKey(
        Thread, models.CASCADE, related_name="messages", verbose_name=_("thread"), db_index=False
    )
    message_id = models.CharField(_("message id"), max_length=250, unique=True, editable=False)
    references = ArrayField(
        models.CharField(max_length=250), default=list, editable=False, verbose_name=_("answers to")
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    state = StateField(MessageState, default=S.QUEUED, verbose_name=_("state"))
    mailbox = models.ForeignKey(
        Mailbox,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("mailbox"),
        help_text=_("Nobody's: the company's own outgoing server."),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name=_("author"),
    )
    privacy = models.CharField(
        _("colleagues see"), max_length=8, choices=Privacy.choices, default=Privacy.PRIVATE, editable=False
    )
    from_address = models.CharField(_("from"), max_length=254)
    from_name = models.CharField(_("name of the sender"), max_length=120, blank=True)
    subject = models.CharField(_("subject"), max_length=998, blank=True)
    opening = models.CharField(_("begins"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True, editable=False)
    remote_images = models.PositiveIntegerField(_("pictures from elsewhere"), default=0, editable=False)
    is_automatic = models.BooleanField(_("written by a machine"), default=False, editable=False)
    at = models.DateTimeField(_("at"))
    due_at = models.DateTimeField(_("goes out"), null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    trouble = models.CharField(_("trouble"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="mail_message_direction"
            ),
            models.CheckConstraint(condition=Q(privacy__in=Privacy.values), name="mail_message_privacy"),
        ]
        indexes = [
            models.Index(fields=["thread", "at"], name="mail_message_thread"),
            models.Index(fields=["-at", "-id"], name="mail_message_at"),
            GinIndex(fields=["references"], name="mail_message_refs"),
            models.Index(
                fields=["due_at"], name="mail_message_due", condition=Q(state__in=["queued", "sending"])
            ),
        ]

    def __str__(self) -> str:
        # What it is called stands in the record of changes too, and the subject shall not.
        return f"#{self.pk}"

    @property
    def sender(self) -> str:
        """Who wrote it, by name where there is one."""
        return self.from_name or self.from_address


class Copy(Record):
    """That a message lies in a mailbox."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="copies", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="copies", db_index=False)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="copies", db_index=False)
    folder = models.CharField(_("folder"), max_length=200, blank=True)
    uid = models.BigIntegerField(_("UID"), default=0)

    class Meta:
        verbose_name = _("copy of an e-mail")
        verbose_name_plural = _("copies of e-mails")
        constraints = [models.UniqueConstraint(fields=["message", "mailbox"], name="mail_copy_once")]
        indexes = [
            models.Index(fields=["mailbox", "thread"], name="mail_copy_mailbox"),
            models.Index(fields=["thread"], name="mail_copy_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} in {self.mailbox_id}"


class Place(models.TextChoices):
    FROM = "from", _("From")
    TO = "to", _("To")
    CC = "cc", _("Cc")
    BCC = "bcc", _("Bcc")


class MessageParty(Record):
    """One address on a letter, and whom we know under it."""

    audit_exclude = ("address", "name", "trouble")

    message = models.ForeignKey(Message, models.CASCADE, related_name="parties", db_index=False)
    place = models.CharField(_("place"), max_length=4, choices=Place.choices)
    address = models.CharField(_("address"), max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True)
    party = models.ForeignKey(
        "parties.Party",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name=_("party"),
    )
    trouble = models.CharField(_("not reached"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("correspondent")
        verbose_name_plural = _("correspondents")
        constraints = [
            models.UniqueConstraint(fields=["message", "place", "address"], name="mail_party_once"),
            models.CheckConstraint(condition=Q(place__in=Place.values), name="mail_party_place"),
        ]
        indexes = [models.Index(fields=["address"], name="mail_party_address")]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


class How(models.TextChoices):
    """How a letter came to be tied to a record."""

    THREAD = "thread", _("as the letters before")
    NUMBER = "number", _("by its number in the subject")
    ABOUT = "about", _("written about it")
    HAND = "hand", _("by hand")


class MessageLink(Record):
    """That a letter is about a record: a deal, an order, a quote."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="links", db_index=False)
    kind = models.CharField(_("kind of record"), max_length=60)
    object_id = models.BigIntegerField(_("record"))
    how = models.CharField(_("how"), max_length=8, choices=How.choices)

    class Meta:
        verbose_name = _("link of an e-mail")
        verbose_name_plural = _("links of e-mails")
        constraints = [
            models.UniqueConstraint(fields=["message", "kind", "object_id"], name="mail_link_once"),
            models.CheckConstraint(condition=Q(how__in=How.values), name="mail_link_how"),
        ]
        indexes = [models.Index(fields=["kind", "object_id"], name="mail_link_record")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Attachment(Record):
    """A file with a letter: kept once under its digest, typed by its content."""

    audit_exclude = ("name",)

    message = models.ForeignKey(Message, models.CASCADE, related_name="files", verbose_name=_("e-mail"))
    name = models.CharField(_("name"), max_length=180)
    type = models.CharField(_("type"), max_length=120)
    size = models.PositiveBigIntegerField(_("size"))
    digest = models.CharField(_("digest"), max_length=64, db_index=True)
    content_id = models.CharField(_("content id"), max_length=200, blank=True)
    is_inline = models.BooleanField(_("part of the text"), default=False)
    is_risky = models.BooleanField(_("may run something"), default=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["message", "id"]

    def __str__(self) -> str:
        return self.name
