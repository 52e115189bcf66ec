"""Noting what people allow and what they no longer want."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import Party
from loomline.domains.privacy.commands.suppression import suppress
from loomline.domains.privacy.events import ConsentGiven, ConsentWithdrawn
from loomline.domains.privacy.models import Answer, Basis, Channel, Consent, ConsentEntry, Proof, Purpose
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

BATCH = 2000


class NotAPerson(Refused):
    """Companies have no consent to give; the people in them have."""

    says = _("{name} is an organisation. Consent is given by a person; open the person who gave it.")


class ProofMissing(Refused):
    """A consent that nobody can show is none."""

    says = _(
        "Say how {name} agreed: a form, a letter, the words used. Without a proof a consent is worth nothing."
    )


class NothingAllowed(Refused):
    """Only what was allowed can be taken back; a refusal is noted once."""

    says = _("{name} has refused this already, since {since}.")


@command(label=_("Note a consent"), icon="circle-check", creates=Consent)
def give_consent(
    ctx: Ctx,
    *,
    party: Party,
    proof: str,
    channel: Channel = Channel.EMAIL,
    purpose: Purpose = Purpose.MARKETING,
    basis: Basis = Basis.CONSENT,
    source: str = "",
) -> Consent:
    """Keep that a person allowed to be reached, with what proves it."""
    party = lock(party)

    _refuse_organisation(party)
    if not proof.strip():
        raise ProofMissing(name=party.name, at_field="proof")

    consent = _answer(ctx, party, channel, purpose, Answer.GIVEN, basis=basis, source=source, proof=proof)

    ctx.emit(
        ConsentGiven(
            party_id=party.pk,
            consent_id=consent.pk,
            channel=channel,
            purpose=purpose,
            channel_label=str(Channel(channel).label).lower(),
            purpose_label=str(Purpose(purpose).label).lower(),
            basis=basis,
        )
    )
    return consent


@command(label=_("Note a refusal"), icon="hand-stop")
def withdraw_consent(
    ctx: Ctx,
    *,
    party: Party,
    channel: Channel = Channel.EMAIL,
    purpose: Purpose = Purpose.MARKETING,
    source: str = "",
    proof: str = "",
) -> Consent:
    """Keep that a person does not want to be reached any more, whether or not it was ever allowed."""
    party = lock(party)

    _refuse_organisation(party)
    known = Consent.objects.filter(party=party, channel=channel, purpose=purpose).first()
    if known is not None and known.answer == Answer.WITHDRAWN:
        since = known.at.astimezone(ctx.company.zone).date()
        raise NothingAllowed(name=party.name, since=since, at_field="purpose")

    basis = Basis(known.basis) if known is not None else Basis.CONSENT
    consent = _answer(ctx, party, channel, purpose, Answer.WITHDRAWN, basis=basis, source=source, proof=proof)

    ctx.emit(_withdrawn(consent))
    return consent


@command(hidden=True)
def follow_merge(ctx: Ctx, *, survivor: Party, absorbed: Party) -> list[Consent]:
    """Where one of two records that became one had refused, the one that stays refuses too."""
    survivor = lock(survivor)
    refused = Consent.objects.filter(party=absorbed, answer=Answer.WITHDRAWN)
    own = {(row.channel, row.purpose): row.answer for row in Consent.objects.filter(party=survivor)}
    source = _t("merged from {name}").format(name=f"#{absorbed.pk}")

    found = [
        _answer(
            ctx, survivor, row.channel, row.purpose, Answer.WITHDRAWN, basis=Basis(row.basis), source=source
        )
        for row in refused.order_by("pk")
        if own.get((row.channel, row.purpose)) == Answer.GIVEN
    ]

    for consent in found:
        ctx.emit(_withdrawn(consent))
    return found


def _withdrawn(consent: Consent) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        party_id=consent.party_id,
        consent_id=consent.pk,
        channel=consent.channel,
        purpose=consent.purpose,
        channel_label=str(Channel(consent.channel).label).lower(),
        purpose_label=str(Purpose(consent.purpose).label).lower(),
    )


def _answer(
    ctx: Ctx,
    party: Party,
    channel: str,
    purpose: str,
    answer: Answer,
    *,
    basis: Basis,
    source: str,
    proof: str = "",
) -> Consent:
    consent: Consent
    consent, _made = Consent.objects.update_or_create(
        party=party,
        channel=channel,
        purpose=purpose,
        defaults={"answer": answer, "basis": basis, "source": source.strip(), "at": ctx.now},
    )
    words = proof.strip()
    ConsentEntry.objects.create(
        consent=consent,
        answer=answer,
        basis=basis,
        source=source.strip(),
        proof=Proof.objects.create(text=words) if words else None,
        proof_digest=sha256(words.encode()).hexdigest() if words else "",
        at=ctx.now,
        by=ctx.actor,
    )
    return consent


def _refuse_organisation(party: Party) -> None:
    if not party.is_person:
        raise NotAPerson(name=party.name, at_field="party")


@dataclass(frozen=True, kw_only=True)
class PastRefusal:
    """By what and for what another system may not reach somebody any more."""

    party: Party
    channel: Channel
    purposes: tuple[Purpose, ...]


@command(hidden=True)
def take_over_refusals(ctx: Ctx, *, refusals: list[PastRefusal], source: str) -> list[Consent]:
    """Keep whom another system may not reach: people refuse, addresses of organisations are suppressed.

    What was refused there is refused here, whatever was allowed here before.
    """
    wanted = {
        (one.party.pk, one.channel, purpose): one.party
        for one in refusals
        if one.party.is_person
        for purpose in one.purposes
    }
    held = {
        (one.party_id, one.channel, one.purpose): one
        for one in Consent.objects.filter(party__in={pk for pk, _channel, _purpose in wanted})
    }

    fresh, changed = [], []
    for key, party in wanted.items():
        known = held.get(key)
        if known is None:
            fresh.append(
                Consent(
                    party=party,
                    channel=key[1],
                    purpose=key[2],
                    answer=Answer.WITHDRAWN,
                    basis=Basis.CONSENT,
                    source=source,
                    at=ctx.now,
                )
            )
        elif known.answer == Answer.GIVEN:
            known.answer, known.source, known.at = Answer.WITHDRAWN, source, ctx.now
            changed.append(known)
    Consent.objects.bulk_create(fresh, batch_size=BATCH)
    Consent.objects.bulk_update(changed, ["answer", "source", "at"], batch_size=BATCH)
    told = [*fresh, *changed]
    ConsentEntry.objects.bulk_create(
        [
            ConsentEntry(
                consent=one, answer=one.answer, basis=one.basis, source=source, at=ctx.now, by=ctx.actor
            )
            for one in told
        ],
        batch_size=BATCH,
    )
    _suppress_organisations(ctx, refusals, source)

    for one in told:
        ctx.emit(_withdrawn(one))
    return told


def _suppress_organisations(ctx: Ctx, refusals: list[PastRefusal], source: str) -> None:
    for channel, name in ((Channel.EMAIL, "email"), (Channel.PHONE, "phone")):
        theirs = [one.party for one in refusals if one.channel == channel and not one.party.is_person]
        addresses = [address for party in theirs if (address := getattr(party, name))]
        if addresses:
            suppress(ctx, addresses=addresses, channel=channel, source=source)
