"""When inspection becomes tightened, reduced or is discontinued, after ISO 2859-1:1999, 9.

`after` folds one lot into a `Standing`; a series of lots is a left fold. Lots that were refused and sent
again do not count: tell only what came to original inspection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from loomline.engines.bad_input import BadInput
from loomline.engines.quality import aql as tables
from loomline.engines.quality.aql import Plan, Severity

WINDOW, REFUSALS, RUN = 5, 2, 5
REDUCED_FROM = 30


@dataclass(frozen=True)
class Standing:
    """How a series of lots stands.

    `recent` are the outcomes of the last lots under the present severity, oldest first (up to four are kept
    under normal inspection); `score` is the switching score of normal inspection; `refused` counts the lots
    not accepted since tightened inspection began; `run` the lots accepted in a row under it. `why` says what
    caused the last change.
    """

    severity: Severity = Severity.NORMAL
    recent: tuple[bool, ...] = ()
    score: int = 0
    refused: int = 0
    run: int = 0
    why: str = ""


def after(
    standing: Standing, plan: Plan, found: int, *, is_steady: bool = True, may_reduce: bool = True
) -> Standing:
    """The standing after a lot with `found` nonconforming items (or nonconformities) in its sample.

    `is_steady` says that production runs steadily, `may_reduce` that the responsible authority wants reduced
    inspection. Refuses a plan of another severity and lots while inspection is discontinued.
    """
    if standing.severity is Severity.DISCONTINUED:
        raise BadInput(
            "Inspection is discontinued.", remedy="Let the supplier mend the process, then take it up again."
        )
    if plan.severity is not standing.severity:
        raise BadInput(
            f"The plan is one of {plan.severity} inspection, but {standing.severity} is in force.",
            remedy="Look the plan up with the severity in force.",
        )
    accepted = plan.accepts(found)
    if standing.severity is Severity.NORMAL:
        return _after_normal(standing, plan, found, accepted, is_steady and may_reduce)
    if standing.severity is Severity.TIGHTENED:
        return _after_tightened(standing, accepted)
    return _after_reduced(standing, accepted, is_steady)


def taken_up(standing: Standing) -> Standing:
    """Inspection is taken up again, tightened, once the supplier has improved the process."""
    if standing.severity is not Severity.DISCONTINUED:
        raise BadInput("Inspection is not discontinued.", remedy="There is nothing to take up again.")
    return Standing(Severity.TIGHTENED, why="The supplier has improved the process.")


def back_to_normal(standing: Standing, why: str) -> Standing:
    """Reduced inspection ends for a reason outside the lots: production is irregular, say."""
    if standing.severity is not Severity.REDUCED:
        raise BadInput("Inspection is not reduced.", remedy="Only reduced inspection ends by decision.")
    return Standing(why=why)


def scored(plan: Plan, found: int) -> int | None:
    """What a lot under normal inspection adds to the switching score; None sets the score to zero."""
    if plan.accept < 2:
        return 2 if plan.accepts(found) else None
    step = tables.tighter(plan.aql)
    if step is None:
        return 3 if plan.accepts(found) else None
    _, accept = tables.tabulated(plan.first_letter, step)
    return 3 if found <= accept else None


def _after_normal(standing: Standing, plan: Plan, found: int, accepted: bool, may_reduce: bool) -> Standing:
    lots = (*standing.recent, accepted)[-WINDOW:]
    if lots.count(False) >= REFUSALS:
        says = f"{REFUSALS} of {len(lots)} consecutive lots were not accepted."
        return Standing(Severity.TIGHTENED, why=says)
    gained = scored(plan, found)
    score = 0 if gained is None else standing.score + gained
    if score >= REDUCED_FROM and may_reduce:
        return Standing(Severity.REDUCED, why=f"The switching score has reached {score}.")
    return replace(standing, recent=lots[1 - WINDOW :], score=score)


def _after_tightened(standing: Standing, accepted: bool) -> Standing:
    run, refused = (standing.run + 1, standing.refused) if accepted else (0, standing.refused + 1)
    if run >= RUN:
        return Standing(why=f"{RUN} consecutive lots were accepted under tightened inspection.")
    if refused >= RUN:
        says = f"{RUN} lots were not accepted under tightened inspection."
        return Standing(Severity.DISCONTINUED, refused=refused, why=says)
    return replace(standing, run=run, refused=refused)


def _after_reduced(standing: Standing, accepted: bool, is_steady: bool) -> Standing:
    if not accepted:
        return Standing(why="A lot was not accepted under reduced inspection.")
    if not is_steady:
        return Standing(why="Production has become irregular.")
    return standing
