import random, time
from decimal import Decimal
from django.db import connection
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.models import *
from tests.domains.manufacturing.conftest import *  # noqa

def test_perf(ctx, world):
    r=random.Random(1)
    item=world.merino
    levels=[]
    N=1500
    for lv in range(6):
        levels.append(Lot.objects.bulk_create([Lot(item=item, number=f"{lv}-{n}", opened_at=ctx.now) for n in range(N)]))
    for lv in range(1,6):
        works=WorkOrder.objects.bulk_create([WorkOrder(item=item, quantity=1) for n in range(N)])
        MaterialUse.objects.bulk_create([MaterialUse(work=w,item=item,lot=l,position=1,quantity=Decimal(1),at=ctx.now) for w in works for l in r.sample(levels[lv-1],5)])
        WorkOutput.objects.bulk_create([WorkOutput(work=w,item=item,lot=levels[lv][n],from_position=0,to_position=32767,quantity=Decimal(1),at=ctx.now) for n,w in enumerate(works)])
    with connection.cursor() as c: c.execute("ANALYZE")
    t=time.time(); f=queries.genealogy_forward(lot=levels[0][0]); t1=time.time()-t
    t=time.time(); b=queries.genealogy_back(lot=levels[5][0]); t2=time.time()-t
    print("FWD",len(f),t1,max(k.level for k in f),"BACK",len(b),t2,max(k.level for k in b))
