"""Weigh criteria, rank suppliers, split an award; each step needs its own files.

  loomline solve sourcing --judgements J.csv                                     weights and their consistency
  loomline solve sourcing --judgements J.csv --criteria C.csv --scores S.csv     ... and the ranking
  loomline solve sourcing --bids B.csv --demand D.csv --share 0.1,0.7 --out DIR  the cheapest split award

Columns marked * must be there; the others may be left out.

JUDGEMENTS  criterion* other* judgement* (1 to 9, or 1/9 to 1/2: how many times as important the first is);
            several judgements of a pair are averaged
CRITERIA    criterion* better (higher or lower) parent (the criterion above it) weight (used without
            JUDGEMENTS; need not add up to 1)
SCORES      supplier* and a column for each criterion of the lowest level
DEMAND      item* quantity*
BIDS        supplier* item* unit_price* from_quantity (a row per price break) least most (of an award) landed
            (freight and duty per unit) co2e (kg per unit) risk (points per unit) incremental (yes: each price
            holds for the units above its break; no: for all) incumbent (yes or no)
SUPPLIERS   supplier* fixed (what working with it costs once) capacity (of all items together)

--out DIR writes weights.csv, ranking.csv and awards.csv, as far as they were asked for.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from loomline.engines.bad_input import BadInput
from loomline.engines.sourcing.award import Rules, Split
from loomline.engines.sourcing.files import (
    Criteria,
    Scores,
    read_bids,
    read_criteria,
    read_demand,
    read_judgements,
    read_scores,
    read_suppliers,
)
from loomline.engines.sourcing.ranking import Ranking, rank
from loomline.engines.sourcing.split import split_award
from loomline.engines.sourcing.weights import ACCEPTED, Weights, tree_weights
from loomline.engines.watch import Watch


@dataclass(frozen=True)
class Page:
    """What one step says and the table it writes."""

    name: str
    said: list[str]
    header: Sequence[str]
    rows: list[Sequence[object]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The files and the rules of the award."""
    for name in ("judgements", "criteria", "scores", "demand", "bids", "suppliers"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")
    parser.add_argument("--share", metavar="LOW,HIGH", help="an awarded supplier's part of an item")
    parser.add_argument("--count", metavar="LOW,HIGH", help="the number of suppliers in all")
    parser.add_argument("--count-per-item", metavar="LOW,HIGH", help="the number of suppliers of each item")
    parser.add_argument("--switching", type=float, default=0.0, help="cost of a new supplier per item")
    parser.add_argument("--incumbent-share", type=float, default=0.0, help="least part of today's suppliers")
    parser.add_argument("--most-co2e", type=float, default=math.inf, help="kg in all")
    parser.add_argument("--most-risk", type=float, default=math.inf, help="mean points per unit")
    parser.add_argument("--whole", action="store_true", help="quantities are pieces")
    parser.add_argument("--seconds", type=float, default=60.0, help="time for the split award")
    parser.add_argument("--seed", type=int, default=0, help="of the weights drawn for the ranking")
    parser.add_argument("--out", type=Path, metavar="DIR")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Take the steps that the files allow."""
    pages = [*_weigh_and_rank(options)]
    if options.bids or options.demand:
        pages.append(_award(options, watch.part(0.1, 1.0)))
    if not pages:
        raise BadInput("There is nothing to do.", remedy="Give --judgements, --scores or --bids.")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        for page in pages:
            with (options.out / f"{page.name}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([page.header, *page.rows])
    return "\n".join(line for page in pages for line in page.said)


def _weigh_and_rank(options: argparse.Namespace) -> Iterable[Page]:
    criteria = read_criteria(options.criteria) if options.criteria else None
    judgements = read_judgements(options.judgements) if options.judgements else None
    if judgements is None and not options.scores:
        return
    if judgements is not None:
        names = dict.fromkeys(name for one, other, _ in judgements for name in (one, other))
        criteria = criteria or Criteria(dict.fromkeys(names, ""), {}, dict.fromkeys(names, True))
        try:
            weights, groups = tree_weights(criteria.parents, judgements)
        except BadInput as fault:
            raise _in_file(fault, options.judgements) from fault
        yield _weights_page(weights, groups, criteria)
    else:
        if criteria is None:
            raise BadInput("There are scores without criteria.", remedy="Give --criteria or --judgements.")
        weights = _given_weights(criteria, options.criteria.name)
    if options.scores:
        scores = read_scores(options.scores, list(weights))
        benefit = [criteria.is_benefit[name] for name in weights]
        ranking = rank(scores.table, weights=[*weights.values()], is_benefit=benefit, seed=options.seed)
        yield _ranking_page(scores, ranking, weights)


def _given_weights(criteria: Criteria, file: str) -> dict[str, float]:
    missing = [name for name in criteria.lowest if name not in criteria.weights]
    if missing or sum(criteria.weights[name] for name in criteria.lowest) <= 0:
        raise BadInput(
            f"There is no weight of {', '.join(missing) or 'any criterion'}.",
            remedy="Fill the column weight, or give --judgements.",
            file=file,
            column="weight",
        )
    total = sum(criteria.weights[name] for name in criteria.lowest)
    return {name: criteria.weights[name] / total for name in criteria.lowest}


def _weights_page(weights: dict[str, float], groups: dict[str, Weights], criteria: Criteria) -> Page:
    said = [f"{name}: weight {weight:.4f}" for name, weight in weights.items()]
    for parent, group in groups.items():
        names = [name for name, above in criteria.parents.items() if above == parent]
        of = f" below {parent}" if parent else ""
        said.append(f"Consistency ratio{of} {group.consistency_ratio:.4f} (lambda {group.eigenvalue:.4f}).")
        if not group.is_consistent and group.most_inconsistent:
            one, other = (names[at] for at in group.most_inconsistent)
            said.append(
                f"That is above {ACCEPTED:.2f}: judge again, {one} against {other} first "
                f"(the others together say {group.fitting:.2g})."
            )
    rows: list[Sequence[object]] = [(name, f"{weight:.10f}") for name, weight in weights.items()]
    return Page("weights", said, ("criterion", "weight"), rows)


def _ranking_page(scores: Scores, ranking: Ranking, weights: dict[str, float]) -> Page:
    said, rows = [], list[Sequence[object]]()
    for place, at in enumerate(ranking.order, start=1):
        name, closeness, wins = scores.names[at], ranking.closeness[at], ranking.wins[at]
        said.append(f"{place}. {name}: closeness {closeness:.4f}, first by {wins:.0%} of all weights")
        rows.append((place, name, f"{closeness:.10f}", f"{wins:.4f}"))
    said.append(f"{scores.names[ranking.winner]} stays first while the weight of")
    for (name, weight), (low, high) in zip(weights.items(), ranking.stays, strict=True):
        said.append(f"  {name} ({weight:.3f}) is from {low:.3f} to {high:.3f}")
    return Page("ranking", said, ("place", "supplier", "closeness", "wins"), rows)


def _award(options: argparse.Namespace, watch: Watch) -> Page:
    if not (options.bids and options.demand):
        raise BadInput("An award needs bids and demand.", remedy="Give --bids and --demand.")
    demand = read_demand(options.demand)
    bids = read_bids(options.bids, demand)
    fixed, capacity = read_suppliers(options.suppliers, bids) if options.suppliers else ({}, {})
    share, count, per_item = (
        _pair(given, name)
        for given, name in (
            (options.share or "0,1", "--share"),
            (options.count or "1,1000000", "--count"),
            (options.count_per_item or "1,1000000", "--count-per-item"),
        )
    )
    rules = Rules(
        fixed,
        capacity,
        options.switching,
        (int(count[0]), int(count[1])),
        (int(per_item[0]), int(per_item[1])),
        share,
        options.incumbent_share,
        options.most_co2e,
        options.most_risk,
        options.whole,
    )
    return _award_page(split_award(demand, bids, rules, seconds=options.seconds, watch=watch))


def _award_page(split: Split) -> Page:
    said = [
        f"{one.supplier}: {one.quantity:g} of {one.item} ({one.share:.1%}) "
        f"at {one.unit_cost:g}, {one.cost:.2f}"
        for one in split.awards
    ]
    gap = "no split is cheaper" if split.is_proven else f"no split costs less than {split.bound:.2f}"
    said.append(f"Total {split.cost:.2f} with fixed costs; {gap}.")
    rows: list[Sequence[object]] = [
        (
            one.supplier,
            one.item,
            f"{one.quantity:.6g}",
            f"{one.share:.6f}",
            f"{one.unit_cost:.6f}",
            f"{one.cost:.4f}",
        )
        for one in split.awards
    ]
    return Page("awards", said, ("supplier", "item", "quantity", "share", "unit_cost", "cost"), rows)


def _pair(given: str, name: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in given.split(","))
    except ValueError:
        raise BadInput(f"{name} {given} is no range.", remedy="Write two numbers, such as 0.1,0.7.") from None
    return low, high


def _in_file(fault: BadInput, file: Path) -> BadInput:
    row = None if fault.position is None else fault.position + 2
    return BadInput(fault.says, remedy=fault.remedy, file=file.name, row=row, column=fault.column)
