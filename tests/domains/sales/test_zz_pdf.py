from dataclasses import replace
from decimal import Decimal

from loomline.domains.parties import commands as parties
from loomline.domains.sales import commands as sales
from loomline.domains.sales import pages
from loomline.domains.sales.commands import LineDraft, QuoteLineDraft


def test_pdf(ctx, world, quote, order):
    c = ctx.company
    c.name = "Halden Knitwear"
    c.address = "Rua do Almada 210\n4050-037 Porto\nPortugal"
    c.vat_number = "PT 514 209 331"
    c.email = "orders@halden.example"
    c.save()
    ines = parties.open_party(ctx, name="Ines Brandt", kind="person", organisation=world.shop)
    q = quote(
        QuoteLineDraft(
            item=world.sweater, quantity=Decimal(1200), discount=Decimal("0.05"), tax_rate=Decimal("0.23")
        ),
        QuoteLineDraft(item=world.scarf, quantity=Decimal(20), tax_rate=Decimal("0.23")),
        QuoteLineDraft(
            item=world.scarf,
            quantity=Decimal(400),
            tax_rate=Decimal("0.06"),
            price=Decimal("18.125"),
            description="Scarf oat, woven label of your own",
        ),
        QuoteLineDraft(item=world.fitting, quantity=Decimal(1), is_optional=True, tax_rate=Decimal("0.23")),
        contact=ines,
        freight=Decimal(180),
        customer_reference="RFQ 2026-88",
        note="The oat dye lot is reserved for you until the end of the offer.",
    )
    open("/tmp/engc/quote.pdf", "wb").write(pages.quote_letter(ctx, quote=q))
    o = sales.accept_quote(ctx, quote=q)
    o = sales.confirm_order(replace(ctx, accepted=frozenset({"CreditExceeded"})), order=o)
    open("/tmp/engc/conf.pdf", "wb").write(pages.confirmation_letter(ctx, order=o))
    big = order(*[LineDraft(item=world.sweater, quantity=Decimal(n + 1)) for n in range(45)])
    open("/tmp/engc/big.pdf", "wb").write(pages.confirmation_letter(ctx, order=big))
