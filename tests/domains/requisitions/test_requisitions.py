"""What people need is asked for, approved by whom the rules name, and ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import Role
from loomline.domains.approvals import commands as approvals
from loomline.domains.approvals import queries
from loomline.domains.approvals.models import Approval, ApprovalRule, ApprovalState, Turn
from loomline.domains.ledger.models import ExchangeRate
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseLineDraft
from loomline.domains.procurement.models import PurchaseState
from loomline.domains.requisitions import commands as requisitions
from loomline.domains.requisitions.commands import RequisitionLineDraft
from loomline.domains.requisitions.models import Requisition, RequisitionState
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import MoveRefused, NotThere
from tests.domains.requisitions.conftest import World

MakeRole = Callable[[str], Role]
Person = Callable[..., Ctx]
MakeRule = Callable[..., ApprovalRule]
REQUISITION, PURCHASE = "requisitions.requisition", "procurement.purchase"


def needed(ctx: Ctx, world: World, quantity: str = "100", **more: object) -> Requisition:
    line = RequisitionLineDraft(item=world.merino, quantity=Decimal(quantity))
    return requisitions.open_requisition(ctx, title="Spring", lines=[line], site=world.site, **more)  # type: ignore[arg-type]


def of(requisition: Requisition) -> Approval:
    found: Approval = Approval.objects.get(kind=REQUISITION, document_id=requisition.pk, state="waiting")
    return found


def state_of(requisition: Requisition) -> str:
    requisition.refresh_from_db()
    return str(requisition.state)


def test_an_estimate_is_the_preferred_suppliers_price_or_the_standard_cost(ctx: Ctx, world: World) -> None:
    drafts = [
        RequisitionLineDraft(item=world.merino, quantity=Decimal(100)),
        RequisitionLineDraft(item=world.label, quantity=Decimal(1000)),
        RequisitionLineDraft(item=world.label, quantity=Decimal(10), price=Decimal("0.30")),
    ]
    made = requisitions.open_requisition(ctx, title="Spring", lines=drafts)
    assert [line.amount for line in made.lines.order_by("position")] == [3000, 250, 3]
    assert made.total == 3253


def test_what_crosses_no_rule_is_approved_at_once_and_ordered_at_the_suppliers_price(
    ctx: Ctx, world: World
) -> None:
    made = requisitions.submit_requisition(ctx, requisition=needed(ctx, world))
    assert made.state == RequisitionState.APPROVED

    [order] = requisitions.order_requisition(ctx, requisition=made)
    assert state_of(made) == "ordered"
    line = order.lines.get()
    assert (order.supplier, line.quantity, line.price) == (world.mill, 100, 30)
    assert (line.origin_kind, line.origin_id) == ("requisitions.requisitionline", made.lines.get().pk)


def test_an_amount_above_a_step_waits_for_its_role_and_the_next_step_for_the_next(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    head, board = role("Head"), role("Board")
    asker, boss, chair = person("Ana", role("Staff")), person("Bea", head), person("Cleo", board)
    rule(REQUISITION, ("1000", head), ("5000", board))

    small = requisitions.submit_requisition(asker, requisition=needed(asker, world, "100"))
    large = requisitions.submit_requisition(asker, requisition=needed(asker, world, "200"))
    assert [state_of(small), state_of(large)] == ["waiting", "waiting"]
    assert list(queries.waiting_for(boss)) == [of(small), of(large)]
    assert list(queries.waiting_for(chair)) == []
    with pytest.raises(approvals.NotYourTurn, match="waits for Head"):
        approvals.approve_documents(chair, approvals=[of(large)])

    approvals.approve_documents(boss, approvals=[of(small), of(large)], note="Agreed")
    assert [state_of(small), state_of(large)] == ["approved", "waiting"]
    assert list(queries.waiting_for(chair)) == [of(large)]
    approvals.approve_documents(chair, approvals=[of(large)])
    assert state_of(large) == "approved"


def test_a_refusal_has_a_reason_and_the_requisition_may_be_changed_and_submitted_again(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    head = role("Head")
    asker, boss = person("Ana", role("Staff")), person("Bea", head)
    rule(REQUISITION, ("1000", head))
    made = requisitions.submit_requisition(asker, requisition=needed(asker, world))
    with pytest.raises(requisitions.RequisitionClosed):
        requisitions.amend_requisition(asker, requisition=made, lines=_lines(world, "10"))
    with pytest.raises(approvals.ReasonMissing):
        approvals.refuse_approval(boss, approval=of(made), reason=" ")

    approvals.refuse_approval(boss, approval=of(made), reason="Take half")
    assert state_of(made) == "refused"
    assert made.answer == "Take half"
    with pytest.raises(MoveRefused):
        requisitions.order_requisition(asker, requisition=made)

    requisitions.amend_requisition(asker, requisition=made, lines=_lines(world, "30"))
    assert requisitions.submit_requisition(asker, requisition=made).state == RequisitionState.APPROVED


def _lines(world: World, quantity: str) -> list[RequisitionLineDraft]:
    return [RequisitionLineDraft(item=world.merino, quantity=Decimal(quantity))]


def test_rules_look_at_the_goods_of_a_category_at_the_site_and_at_who_asks(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    head = role("Head")
    ana, ben = person("Ana", role("Staff")), person("Ben")
    fibres = world.yarns.parent
    rule(REQUISITION, ("1000", head), category=fibres, name="Fibres")
    rule(REQUISITION, ("1", head), requester=ben.actor, name="Of Ben")
    labels = [RequisitionLineDraft(item=world.label, quantity=Decimal(90000))]
    made = requisitions.open_requisition(ana, title="Labels", lines=labels)
    assert requisitions.submit_requisition(ana, requisition=made).state == RequisitionState.APPROVED

    made = requisitions.submit_requisition(ana, requisition=needed(ana, world))
    assert of(made).why == "Fibres: 3,000.00 EUR, above 1,000.00 EUR"
    ApprovalRule.objects.filter(name="Fibres").update(site=None, is_active=False)
    made = requisitions.submit_requisition(ana, requisition=needed(ana, world))
    assert made.state == RequisitionState.APPROVED


def test_nobody_approves_their_own_unless_the_rule_lets_them(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    head = role("Head")
    boss, other = person("Bea", head), person("Cleo", head)
    strict = rule(REQUISITION, ("1000", head))
    made = requisitions.submit_requisition(boss, requisition=needed(boss, world))
    with pytest.raises(approvals.OwnDocument):
        approvals.approve_documents(boss, approvals=[of(made)])
    assert list(queries.waiting_for(boss)) == []
    approvals.approve_documents(other, approvals=[of(made)])

    ApprovalRule.objects.filter(pk=strict.pk).update(own_authority=True)
    again = requisitions.submit_requisition(boss, requisition=needed(boss, world))
    assert again.state == RequisitionState.APPROVED


def test_a_deputy_decides_while_somebody_is_away_and_it_is_kept_for_whom(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    head = role("Head")
    asker, boss, stand_in = person("Ana", role("Staff")), person("Bea", head), person("Cleo", role("Other"))
    rule(REQUISITION, ("1000", head))
    made = requisitions.submit_requisition(asker, requisition=needed(asker, world))
    days = {"starts_on": boss.today, "ends_on": boss.today + timedelta(days=7)}
    with pytest.raises(approvals.OwnDeputy):
        approvals.appoint_deputy(boss, deputy=boss.actor, **days)
    with pytest.raises(approvals.NotYourTurn):
        approvals.approve_documents(stand_in, approvals=[of(made)])

    approvals.appoint_deputy(boss, deputy=stand_in.actor, reason="Holidays", **days)
    assert list(queries.waiting_for(stand_in)) == [of(made)]
    waiting = of(made)
    approvals.approve_documents(stand_in, approvals=[waiting])
    turn = Turn.objects.get(approval=waiting)
    assert (turn.by, turn.instead_of) == (stand_in.actor, boss.actor)
    assert state_of(made) == "approved"


def test_a_purchase_order_is_sent_only_as_it_was_approved(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    head = role("Head")
    buyer, boss = person("Ana", role("Buyer")), person("Bea", head)
    rule(PURCHASE, ("1000", head))
    line = PurchaseLineDraft(item=world.merino, quantity=Decimal(100))
    order = procurement.open_purchase(buyer, supplier=world.mill, lines=[line])
    with pytest.raises(procurement.NotApproved, match=r"Ask for approval; Head will decide"):
        procurement.send_purchase(buyer, purchase=order)

    approval = requisitions.request_purchase_approval(buyer, purchase=order, note="For spring")
    approvals.approve_documents(boss, approvals=[approval])
    change = procurement.PurchaseLineChange(line=order.lines.get(), item=world.merino, quantity=Decimal(101))
    procurement.amend_purchase(buyer, purchase=order, lines=[change])
    with pytest.raises(procurement.NotApproved):
        procurement.send_purchase(buyer, purchase=order)
    back = procurement.PurchaseLineChange(line=order.lines.get(), item=world.merino, quantity=Decimal(100))
    procurement.amend_purchase(buyer, purchase=order, lines=[back])
    assert procurement.send_purchase(buyer, purchase=order).state == PurchaseState.SENT


def test_an_order_that_was_sent_does_not_grow_beyond_what_was_approved(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    head = role("Head")
    buyer, boss = person("Ana", role("Buyer")), person("Bea", head)
    rule(PURCHASE, ("1000", head))
    line = PurchaseLineDraft(item=world.merino, quantity=Decimal(100))
    order = procurement.open_purchase(buyer, supplier=world.mill, lines=[line])
    approvals.approve_documents(
        boss, approvals=[requisitions.request_purchase_approval(buyer, purchase=order)]
    )
    procurement.send_purchase(buyer, purchase=order)
    for quantity, fits in (("90", True), ("100", True), ("140", False)):
        change = procurement.PurchaseLineChange(
            line=order.lines.get(), item=world.merino, quantity=Decimal(quantity)
        )
        if fits:
            procurement.amend_purchase(buyer, purchase=order, lines=[change])
        else:
            with pytest.raises(procurement.NotApproved):
                procurement.amend_purchase(buyer, purchase=order, lines=[change])
    assert order.lines.get().quantity == 100


def test_what_an_approved_requisition_covers_is_not_approved_twice(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    head = role("Head")
    buyer, boss = person("Ana", role("Buyer")), person("Bea", head)
    rule(PURCHASE, ("1000", head))
    rule(REQUISITION, ("1000", head))
    made = requisitions.submit_requisition(buyer, requisition=needed(buyer, world))
    approvals.approve_documents(boss, approvals=[of(made)])
    [order] = requisitions.order_requisition(buyer, requisition=made)
    change = procurement.PurchaseLineChange(
        line=order.lines.get(), item=world.merino, quantity=Decimal(100), price=Decimal(31)
    )
    procurement.amend_purchase(buyer, purchase=order, lines=[change])
    with pytest.raises(procurement.NotApproved):
        procurement.send_purchase(buyer, purchase=order)
    change = procurement.PurchaseLineChange(
        line=order.lines.get(), item=world.merino, quantity=Decimal(100), price=Decimal(29)
    )
    procurement.amend_purchase(buyer, purchase=order, lines=[change])
    assert procurement.send_purchase(buyer, purchase=order).state == PurchaseState.SENT


def test_an_order_in_a_currency_without_a_rate_is_held_and_with_one_judged_in_our_own(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    buyer = person("Ana", role("Buyer"))
    rule(PURCHASE, ("1000", role("Head")))
    line = PurchaseLineDraft(item=world.merino, quantity=Decimal(100), price=Decimal(10))
    order = procurement.open_purchase(buyer, supplier=world.mill, lines=[line], currency="USD")
    with pytest.raises(procurement.NotApproved, match="no exchange rate for USD"):
        procurement.send_purchase(buyer, purchase=order)
    with pytest.raises(requisitions.ApprovalImpossible):
        requisitions.request_purchase_approval(buyer, purchase=order)
    ExchangeRate.objects.create(currency="USD", into="EUR", on=buyer.today, rate=Decimal("0.9"))
    assert procurement.send_purchase(buyer, purchase=order).state == PurchaseState.SENT


def test_taking_a_requisition_back_asks_nobody_any_more(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    asker = person("Ana", role("Staff"))
    rule(REQUISITION, ("1000", role("Head")))
    made = requisitions.submit_requisition(asker, requisition=needed(asker, world))
    requisitions.take_back_requisition(asker, requisition=made)
    assert state_of(made) == "draft"
    assert Approval.objects.get().state == ApprovalState.WITHDRAWN
    requisitions.submit_requisition(asker, requisition=made)
    approvals.withdraw_approval(asker, approval=of(made))
    assert state_of(made) == "draft"
    with pytest.raises(requisitions.CancelReasonMissing):
        requisitions.cancel_requisition(asker, requisition=made, reason="")
    requisitions.cancel_requisition(asker, requisition=made, reason="Found some")
    assert state_of(made) == "cancelled"


def test_an_item_that_nobody_sells_needs_a_supplier_to_be_named(ctx: Ctx, world: World) -> None:
    lines = [RequisitionLineDraft(item=world.label, quantity=Decimal(10))]
    made = requisitions.open_requisition(ctx, title="Labels", lines=lines)
    made = requisitions.submit_requisition(ctx, requisition=made)
    with pytest.raises(requisitions.SupplierUnknown, match="Woven label"):
        requisitions.order_requisition(ctx, requisition=made)
    [order] = requisitions.order_requisition(ctx, requisition=made, supplier=world.mill)
    assert order.lines.get().price == Decimal("0.25")


def test_people_see_their_own_requisitions_and_what_waits_for_them(
    world: World, person: Person, role: MakeRole, rule: MakeRule
) -> None:
    head: Role = Role.objects.create(name="Head")
    staff: Role = Role.objects.create(name="Staff")
    for one in (head, staff):
        for permission in ("requisitions.*", "approvals.*"):
            one.grants.create(permission=permission, level=2)
    ana, ben, boss = person("Ana", staff), person("Ben", staff), person("Bea", head)
    rule(REQUISITION, ("1000", head))
    made = requisitions.submit_requisition(ana, requisition=needed(ana, world))
    pages = {one.actor.name: Client() for one in (ana, ben, boss)}
    for one in (ana, ben, boss):
        pages[one.actor.name].force_login(one.actor)
    found = {
        name: page.get(f"/requisitions/requisitions/{made.pk}/").status_code for name, page in pages.items()
    }
    assert found == {"Ana": 200, "Ben": 404, "Bea": 404}
    asked = of(made)
    found = {name: page.get(f"/approvals/approvals/{asked.pk}/").status_code for name, page in pages.items()}
    assert found == {"Ana": 200, "Ben": 404, "Bea": 200}
    assert made.number in pages["Bea"].get("/approvals/for-me/").content.decode()
    assert made.number not in pages["Ben"].get("/approvals/for-me/").content.decode()
    with pytest.raises(NotThere):
        requisitions.cancel_requisition(ben, requisition=made, reason="No")
