"""Samples, charts, what did not conform, and one recall."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.corrections import commands as corrections
from loomline.domains.corrections.models import Nonconformance
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.models import WorkStage
from loomline.domains.parties.models import Party
from loomline.domains.quality import commands as quality
from loomline.domains.quality.models import Check, CheckPlan, CheckState, Standing
from loomline.domains.recalls import commands as recalls
from loomline.domains.recalls import queries as reached
from loomline.domains.recalls.models import Notice
from loomline.domains.scorecards import commands as scorecards
from loomline.domains.scorecards import reference
from loomline_demo.halden import Halden
from loomline_demo.selling import keep

# How many of the labels in each sample were off centre: the second and the fourth lot are not accepted.
BAD = (1, 30, 0, 30, 1, 0, 0, 1)


def opens(halden: Halden) -> None:
    """Labels are sampled, and suppliers scored by the usual rules."""
    reference.load(halden.s.by("Demo"))
    keep(
        halden.s,
        CheckPlan(),
        item=halden.labels,
        characteristic="Print off centre",
        method="By eye against the master",
        sampling="attributes",
        aql=Decimal("1.5"),
    )


def runs(halden: Halden, day: date) -> None:
    """Labels that came in are sampled the same day; what is not accepted is sorted and used."""
    for check in Check.objects.filter(state=CheckState.OPEN, sampling="attributes").order_by("pk"):
        count = Check.objects.filter(plan=check.plan, state__in=("passed", "decided")).count()
        bad = min(BAD[count % len(BAD)], check.sample_size or 0)
        found = quality.record_check(halden.s.by("quality"), check=check, nonconforming=bad)
        if found.state == CheckState.FAILED:
            quality.decide(
                halden.s.by("quality"), check=found, decision="use_as_is", note="sorted, bad ones cut out"
            )


def ends(halden: Halden) -> None:
    """What is written down about failures, a recall that reached somebody, and the suppliers' quarter."""
    _shade_is_written_down(halden)
    _labels_are_written_down(halden)
    _goods_come_back(halden)
    first = halden.s.today.replace(day=1)
    for months in (2, 1):
        starts, ends = _month(first, months), _month(first, months - 1)
        if starts >= halden.s.start:
            scorecards.score_all(halden.s.by("buyer"), starts_on=starts, ends_on=ends)
    scorecards.score_all(halden.s.by("buyer"), starts_on=first, ends_on=halden.s.today)


def _month(first: date, before: int) -> date:
    """The first day of the month so many months before."""
    for _month in range(before):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _shade_is_written_down(halden: Halden) -> None:
    """The dye lot that is off shade: the dyer is asked for its cause in eight steps."""
    s = halden.s
    check = Check.objects.filter(state=CheckState.FAILED).first()
    if check is None:
        return
    found = corrections.raise_from_check(s.by("quality"), check=check, owner=s.by("quality").actor)
    action = corrections.open_action(
        s.by("quality"),
        nonconformance=found,
        owner=s.by("production").actor,
        title="Shade drifts in the third bath",
    )
    for discipline, result in (
        ("D1", "Quality, dye house, planner"),
        ("D2", "2.4 ΔE against at most 1.0 ΔE, one lot of 38"),
        ("D3", "Lot held; the other lots of the week were measured again and are good"),
    ):
        step = action.steps.get(discipline=discipline)
        corrections.complete_step(s.by("quality"), step=step, result=result)


def _labels_are_written_down(halden: Halden) -> None:
    """The labels that were sorted: their supplier knows, and nothing is left to do."""
    s = halden.s
    check = Check.objects.filter(plan__item=halden.labels, decision="use_as_is").first()
    if check is None:
        return
    found = corrections.raise_from_check(s.by("quality"), check=check, grade="minor")
    found = corrections.dispose_nonconformance(
        s.by("quality"), nonconformance=found, disposition="use_as_is", note="sorted"
    )
    corrections.close_nonconformance(s.by("quality"), nonconformance=found)


def _goods_come_back(halden: Halden) -> None:
    """A dye lot of which everything was shipped is called back; the first customer has answered."""
    s = halden.s
    lot = next(iter(_shipped_whole()), None)
    if lot is None:
        return
    recall = recalls.open_recall(
        s.by("quality"),
        title=f"Goods of dye lot {lot.number}",
        lots=[lot],
        reason="colour runs in the wash at 40 °C",
        owner=s.by("quality").actor,
    )
    recalls.start_recall(s.by("quality"), recall=recall)
    notices = list(Notice.objects.filter(recall=recall).exclude(address="").order_by("pk"))
    if notices:
        recalls.send_notices(s.by("quality"), notices=notices)
        half = (notices[0].delivered / 2).quantize(Decimal(1))
        recalls.record_answer(
            s.by("quality"), notice=notices[0], returned=half, answer="the rest is sold, posters are up"
        )


def _shipped_whole() -> list[Lot]:
    """Dye lots that customers have goods of and nothing is left of here."""
    stages = WorkStage.objects.filter(lot__isnull=False).order_by("pk").values_list("lot_id", flat=True)
    for lot_id in stages:
        lots = list(reached.reach(lot_ids=[lot_id]))
        if reached.deliveries_of(lot_ids=lots) and not reached.stock_left(lot_ids=lots):
            return [Lot.objects.get(pk=lot_id)]
    return []


def proves(halden: Halden) -> None:
    """What the season must have shown."""
    s = halden.s
    s.expect(Standing.objects.filter(plan__item=halden.labels).exists(), "labels were sampled")
    s.expect(Nonconformance.objects.exists(), "failures were written down")
    s.expect(Party.objects.filter(supplier_scores__isnull=False).exists(), "suppliers were scored")
