"""How consents, suppressed addresses and retention are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import Party
from loomline.domains.privacy import commands, models, pages, queries
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.page import action
from loomline.surface.resource import (
    Changes,
    Column,
    Facts,
    Panel,
    Related,
    Resource,
    everyone,
    through,
)


class Consent(Resource):
    """Who has allowed and who has refused to be reached, for what and how."""

    model = models.Consent
    menu = "Customers"
    order = 70
    secondary = True
    icon = "circle-check"
    columns = "party", "purpose", "channel", "answer", "basis", "source", "at"
    filters = "party", "purpose", "channel", "answer", "basis", "at"
    search = "party.name", "source"
    form = "party", "channel", "purpose", "basis", "source"
    joins = ("party",)
    saved = {_("Allowed"): "answer=given", _("Refused"): "answer=withdrawn"}
    detail = (
        Related(
            "entries",
            "at",
            "answer",
            "basis",
            "source",
            Column("proof.text", label=_("Proof")),
            Column("proof_digest", label=_("Fingerprint")),
            "by",
            title=_("History"),
        ),
        Facts("party", "basis", "source", "at"),
    )
    sort = "-at"
    access = through("party", Party)
    create = commands.give_consent
    edit = False
    delete = False
    empty = _("Nobody has answered yet. Note a consent on the page of a person, with what proves it.")


class ConsentEntry(Resource):
    """The answers of people as they were given, one after the other."""

    model = models.ConsentEntry
    slug = "consent-entries"
    menu = None
    icon = "history"
    columns = "at", "consent", "answer", "basis", "source", "proof", "proof_digest", "by"
    filters = "answer", "basis", "at"
    search = "source", "consent.party.name"
    joins = "consent", "proof", "by"
    access = through("consent.party", Party)
    empty = _("No answers yet. They stand here as soon as a consent is noted.")


def fingerprints(records: Sequence[models.Suppression]) -> Mapping[int, str]:
    """As much of each fingerprint as tells it from others."""
    return {record.pk: f"{record.digest[:12]}…" for record in records}


class Suppression(Resource):
    """Addresses that are not written to, known by their fingerprint only."""

    model = models.Suppression
    menu = "Settings"
    icon = "hand-stop"
    columns = (
        Column("short", read=fingerprints, label=_("Fingerprint"), strong=True),
        "channel",
        "reason",
        "source",
        "at",
    )
    filters = "channel", "reason", "at"
    search = ("digest",)
    form = "channel", "reason", "source"
    sort = "-at"
    access = everyone()
    create = commands.suppress_address
    edit = False
    delete = False
    actions = (commands.lift_suppression.verb,)
    detail = Facts("channel", "reason", "source", "at", place="tab"), Changes()
    empty = _("No address is suppressed. Addresses that bounce, complain or unsubscribe stand here.")


class Erasure(Resource):
    """Who was erased, when and why. The numbers lead to records that say nothing any more."""

    model = models.Erasure
    menu = "Settings"
    icon = "trash"
    columns = Column("party.pk", label=_("Number")), "reason", "at", "by"
    filters = "at", "by"
    search = ("reason",)
    joins = ("by",)
    access = everyone()
    empty = _("Nobody was erased. Erase a person's data on the page of the person.")


class RetentionPolicy(Resource):
    """After how long without contact people are erased by themselves."""

    model = models.RetentionPolicy
    slug = "retention-policies"
    menu = "Settings"
    icon = "hourglass"
    columns = "name", "months", "with_consent", "is_active"
    filters = "is_active", "months"
    search = ("name",)
    form = "name", "months", "with_consent", "is_active"
    key = "name"
    access = everyone()
    detail = (
        Panel("loom/panels/table.html", read=pages.preview, name="preview", title=_("Preview")),
        Changes(),
        Facts("months", "with_consent", "is_active"),
    )
    empty = _("No policy yet: people stay for good. Add one to see whom it would erase.")


def _suppressed(record: Party) -> list[dict[str, Any]]:
    """The addresses of somebody that stand on the list of those never to be written to."""
    found = [
        address
        for channel, addresses in queries.addresses_of(parties=[record]).items()
        for address in sorted(queries.suppressed(addresses, channel=channel))
    ]
    text = _t("On the list of suppressed addresses: no letter goes there without a second thought.")
    badge = {"text": _t("Suppressed"), "tone": "warn"}
    return [{"title": one, "text": text, "badge": badge, "switch": None, "actions": []} for one in found]


def own_data(ctx: Ctx, record: Party) -> dict[str, Any] | None:
    """Where somebody is not to be written to, and what a person may ask for: a copy, and to be forgotten."""
    rows = _suppressed(record)
    if not record.is_person:
        return {"title": _t("Suppressed"), "empty": "", "rows": rows} if rows else None
    if access.may(ctx, commands.export_person.name):
        rows.append(
            {
                "title": _t("Copy of all data"),
                "text": _t("Everything known about {name}, as JSON and as tables.").format(name=record.name),
                "badge": None,
                "switch": None,
                "actions": [action(_t("Download"), f"/privacy/people/{record.pk}/copy.zip", icon="download")],
            }
        )
    if access.may(ctx, commands.erase_people.name) and not queries.erased_among(party_ids=[record.pk]):
        rows.append(
            {
                "title": _t("Erase personal data"),
                "text": _t("Names, addresses, notes and their history go for good; the books stay."),
                "badge": None,
                "switch": None,
                "actions": [
                    action(
                        _t("Erase"),
                        f"/parties/parties/do/erase_people/?ids={record.pk}",
                        icon="trash",
                        method="dialog",
                        kind="danger",
                    )
                ],
            }
        )
    return {"title": _t("Personal data"), "empty": "", "rows": rows} if rows else None


registry.contribute(
    Party,
    Related("consents", title=_("Consent"), tab="contact_points", create=True),
    Panel("loom/panels/settings.html", read=own_data, name="own_data", tab="contact_points"),
)
