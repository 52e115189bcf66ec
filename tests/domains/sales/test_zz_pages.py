from decimal import Decimal
from django.test import Client
from loomline.surface import registry
from loomline.domains.sales import commands as sales
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.finance import commands as finance
from loomline.domains.pipeline.commands import OpportunityLineDraft
def test_open(ctx, world, quote, order):
    registry.load()
    c = Client(); c.force_login(ctx.actor)
    lead = pipeline.capture_lead(ctx, name="Ines", company="Nord", source="Fair")
    deal = pipeline.open_opportunity(ctx, name="Autumn", party=world.shop, lines=[OpportunityLineDraft(item=world.sweater, quantity=Decimal(10))])
    q = quote(opportunity=deal)
    q2 = sales.revise_quote(ctx, quote=q)
    o = order(confirmed=True)
    sales.record_shipped(ctx, shipped={l.pk: l.quantity for l in o.lines.all()})
    inv = finance.invoice_order(ctx, order=o)
    o2 = order()
    p = finance.take_payment(ctx, customer=world.shop, amount=Decimal(100))
    bad = []
    for r in (lead, deal, q, q2, o, o2, inv, p):
        res = registry.of(type(r))
        for url in [res.url(r.pk), res.url(r.pk)+"edit/", *[f"{res.url(r.pk)}?tab={t.name}" for t in res.detail if t.place=="tab"]]:
            try:
                a = c.get(url)
                if a.status_code != 200: bad.append((url, a.status_code, a.content[:300]))
            except Exception as e:
                bad.append((url, repr(e)[:300]))
    for url in ["/sales/orders/do/amend_order/?ids=%d"%o2.pk, "/sales/quotes/do/change_quote/?ids=%d"%q2.pk, "/sales/orders/new/", "/sales/quotes/new/", "/pipeline/opportunities/?as=board&state=open", "/sales/orders/?as=board", "/pipeline/opportunities/do/set_opportunity_lines/?ids=%d"%deal.pk, "/finance/supplier-invoices/new/", "/finance/payments/new/", "/finance/invoices/do/credit_invoice/?ids=%d"%inv.pk,"/pipeline/leads/do/convert_lead/?ids=%d"%lead.pk]:
        try:
            a = c.get(url)
            open("/tmp/engc/p_"+url.strip("/").replace("/","_").replace("?","_")+".html","wb").write(a.content)
            if a.status_code != 200: bad.append((url, a.status_code, a.content[:300]))
        except Exception as e:
            bad.append((url, repr(e)[:600]))
    for b in bad: print(b)
    assert not bad
