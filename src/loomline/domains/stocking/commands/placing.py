"""Chains: laid out from the plan, their safety stock placed and taken over."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.stocking import queries
from loomline.domains.stocking.events import SafetyStockPlaced
from loomline.domains.stocking.models import Chain, ChainLink, ChainStage
from loomline.domains.stocking.queries.placing import Placed
from loomline.domains.supplyplan import commands as supplyplan
from loomline.domains.supplyplan.commands import PolicyDraft
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

RESULTS = ["service_time", "inbound_time", "net_time", "safety_stock", "base_stock", "cost"]


class NotLaidOut(Refused):
    """The plan does not know the item."""

    says = _("{item} is not planned at any site of yours, so there is no chain to lay out.")


class NotPlaced(Refused):
    """There is nothing to take over."""

    says = _("Safety stock was not placed in {chain} yet. Place it first.")


@command(label=_("Lay out the chain"), icon="hierarchy-3")
def lay_out_chain(ctx: Ctx, *, item: Item) -> Chain:
    """Draw the network that brings an item, from bills, lanes and lead times, to place safety stock in it."""
    laid = queries.lay_out(ctx, item=item, rule=queries.house_rule())
    if not laid.stages:
        raise NotLaidOut(item=item)

    taken = Chain.objects.filter(name__startswith=item.name).count()
    chain = Chain.objects.create(name=f"{item.name} {taken + 1}" if taken else item.name)
    rows = ChainStage.objects.bulk_create(
        ChainStage(
            chain=chain,
            code=f"{chain.pk}:{draft.code}",
            name=draft.name,
            item_id=draft.key[0],
            site_id=draft.key[1],
            time=draft.time,
            holding=draft.holding,
            promise=draft.promise,
            mean=draft.mean,
            deviation=draft.deviation,
            factor=draft.factor,
        )
        for draft in laid.stages
    )
    keys = {draft.key: row.pk for draft, row in zip(laid.stages, rows, strict=True)}
    ChainLink.objects.bulk_create(
        ChainLink(supplier_id=keys[supplier], customer_id=keys[customer], units=units)
        for supplier, customer, units in laid.links
    )
    return chain


@command(hidden=True)
def keep_placing(ctx: Ctx, *, chain: Chain, placed: Placed) -> Chain:
    """Write down what every stage promises and holds."""
    chain = lock(chain)

    rows = {row.pk: row for row in ChainStage.objects.filter(chain=chain)}
    kept = [one for one in placed.stages if one.stage_id in rows]
    for one in kept:
        for name in RESULTS:
            setattr(rows[one.stage_id], name, getattr(one, name))
    ChainStage.objects.bulk_update(rows.values(), RESULTS, batch_size=500)
    chain.placed_at, chain.cost, chain.bound = ctx.now, placed.cost, placed.bound
    chain.stock = sum(one.safety_stock for one in placed.stages)
    chain.save(update_fields=["placed_at", "cost", "bound", "stock"])

    ctx.emit(
        SafetyStockPlaced(chain_id=chain.pk, chain=chain.name, stages=len(kept), cost=f"{placed.cost:,.4f}")
    )
    return chain


@command(label=_("Take over into policies"), icon="check")
def take_over_placing(ctx: Ctx, *, chain: Chain) -> Chain:
    """Make the safety stock of every stage that is an item at a site of ours its planning policy."""
    chain = lock(chain)
    rows = ChainStage.objects.filter(
        chain=chain, item__isnull=False, site__isnull=False, safety_stock__isnull=False
    )
    stages = list(rows.select_related("item", "site").order_by("pk"))
    if chain.placed_at is None or not stages:
        raise NotPlaced(chain=chain)

    supplyplan.agree_policies(
        ctx,
        drafts=[
            PolicyDraft(item=row.item, site=row.site, safety_stock=row.safety_stock)
            for row in stages
            if row.item is not None and row.site is not None
        ],
    )
    return chain
