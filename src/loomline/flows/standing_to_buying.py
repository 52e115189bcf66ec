"""Nothing is ordered from a supplier whose last score says that it is blocked, unless it is disputed."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loomline.domains.parties.models import Party
from loomline.domains.procurement import ports as procurement
from loomline.domains.scorecards import queries as scorecards
from loomline.domains.scorecards.models import Rank, ScoreState
from loomline.kernel.port import fill


@fill(procurement.may_buy_from)
def standing_allows(*, supplier: Party) -> str:
    """Why nothing is bought: the points of the last period."""
    score = scorecards.last_score(supplier_id=supplier.pk)
    if score is None or score.rank != Rank.BLOCKED or score.state == ScoreState.DISPUTED:
        return ""
    return _("{supplier} reached {points} points from {day} on and is blocked").format(
        supplier=supplier.name, points=score.points, day=date_format(score.starts_on, "j M Y")
    )
