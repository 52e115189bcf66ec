"""Keeping addresses from being written to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import ContactPoint
from loomline.domains.privacy import queries
from loomline.domains.privacy.events import AddressesSuppressed, SuppressionLifted
from loomline.domains.privacy.models import Channel, SuppressedFor, Suppression
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused


class AddressMissing(Refused):
    """There is nothing to suppress."""

    says = _("Write at least one address.")


class ReasonMissing(Refused):
    """Writing again to somebody who did not want it needs a reason that can be shown."""

    says = _("Say why the address may be written to again.")


@command(label=_("Suppress an address"), icon="hand-stop", creates=Suppression)
def suppress_address(
    ctx: Ctx,
    *,
    address: str,
    channel: Channel = Channel.EMAIL,
    reason: SuppressedFor = SuppressedFor.UNSUBSCRIBED,
    source: str = "",
) -> Suppression:
    """Never write to an address again, whoever it belongs to now or later."""
    suppress(ctx, addresses=[address], channel=channel, reason=reason, source=source)
    made: Suppression = Suppression.objects.get(
        digest=queries.digest(address, channel=channel), channel=channel, reason=reason
    )
    return made


@command(hidden=True)
def suppress(
    ctx: Ctx,
    *,
    addresses: list[str],
    channel: Channel = Channel.EMAIL,
    reason: SuppressedFor = SuppressedFor.UNSUBSCRIBED,
    source: str = "",
) -> int:
    """Never write to these addresses again; those that are suppressed already stay so."""
    wanted = {queries.digest(address, channel=channel): address for address in addresses if address.strip()}

    if not wanted:
        raise AddressMissing(at_field="address")

    there = Suppression.objects.filter(digest__in=list(wanted), channel=channel, reason=reason)
    new = wanted.keys() - set(there.values_list("digest", flat=True))
    Suppression.objects.bulk_create(
        [
            Suppression(digest=digest, channel=channel, reason=reason, source=source.strip(), at=ctx.now)
            for digest in sorted(new)
        ],
        batch_size=1000,
    )

    if new:
        ctx.emit(
            AddressesSuppressed(
                count=len(new),
                channel=channel,
                reason=reason,
                label=str(SuppressedFor(reason).label),
                party_ids=_users(addresses, channel) if reason != SuppressedFor.ERASED else (),
            )
        )
    return len(new)


@command(label=_("Lift"), icon="arrow-back-up")
def lift_suppression(ctx: Ctx, *, suppression: Suppression, reason: str) -> None:
    """Write to an address again, because its owner asked for it or it works again."""
    suppression = lock(suppression)

    if not reason.strip():
        raise ReasonMissing(at_field="reason")

    key = suppression.pk
    suppression.delete()

    ctx.emit(SuppressionLifted(suppression_id=key, reason=reason.strip()))


def _users(addresses: list[str], channel: str) -> tuple[int, ...]:
    """Whose addresses these are, as far as we know."""
    wanted = {queries.plain(address, channel=channel) for address in addresses}
    points = ContactPoint.objects.filter(
        kind=queries.KIND_OF.get(Channel(channel), ""), normalised__in=wanted
    )
    return tuple(sorted(set(points.values_list("party_id", flat=True))))
