"""Bring files of another system in, by a recipe: a TOML file that says how its columns become our records.

PATH is a folder, a ZIP archive or a single file; the present folder when left out. Running the same files
twice changes nothing. Rows that cannot be taken are left out, with their reason; the rest comes in.

  loomline import --list
  loomline import northwind ../downloads/northwind --dry-run
  loomline import northwind ../downloads/northwind
  loomline import --undo IM-0001
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from loomline.app import upkeep
from loomline.app.environment import Environment
from loomline.app.fault import Fault
from loomline.domains.accounts.models import User
from loomline.domains.exchange import commands as exchange
from loomline.domains.exchange.models import Takeover
from loomline.domains.recipes import queries as recipes
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

ACTOR = "Import"
WIDTH = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """What, from where, and how carefully."""
    parser.add_argument("recipe", nargs="?", help="the name of a recipe, or a path to a .toml file")
    parser.add_argument("path", nargs="?", type=Path, default=Path(), help="folder, ZIP archive or file")
    parser.add_argument("--dry-run", action="store_true", help="do everything and keep nothing")
    parser.add_argument(
        "--answer", action="append", default=[], metavar="NAME=VALUE", help="answer a question"
    )
    parser.add_argument("--errors", type=Path, metavar="FILE", help="write the rows left out to a CSV file")
    parser.add_argument("--as", dest="email", default="", metavar="EMAIL", help="in whose name")
    parser.add_argument("--list", action="store_true", help="list the recipes that come with Loomline")
    parser.add_argument("--undo", metavar="NUMBER", help="take a whole import back, for example IM-0001")


def run(options: argparse.Namespace, env: Environment) -> int:
    """List, undo or import."""
    if options.list:
        sys.stdout.write("".join(f"{name}\n" for name in recipes.recipe_names()))
        return 0
    upkeep.require()
    if options.undo:
        return _undo(options)
    if not options.recipe:
        names = ", ".join(recipes.recipe_names())
        raise Fault("Which recipe?", way_out=f"loomline import RECIPE PATH; there is {names}.", code=2)
    return _import(options)


def _import(options: argparse.Namespace) -> int:
    recipe = recipes.recipe_named(options.recipe)
    files = exchange.collect(recipe, options.path)
    answers = dict(_answer(text) for text in options.answer)
    ctx = _ctx(options.email)
    bar = _Bar()
    begin = time.monotonic()
    outcome = exchange.run_recipe(
        ctx,
        recipe=recipe,
        files=files,
        source=str(options.path),
        answers=answers,
        is_dry=options.dry_run,
        progress=bar.show,
    )
    bar.end()
    if answers and recipe.is_lenient and not options.dry_run:
        exchange.remember_answers(ctx, system=recipe.system, answers=answers)
    _report(outcome, seconds=time.monotonic() - begin)
    if options.errors and outcome.errors:
        _write_errors(options.errors, outcome)
    return 0


def _undo(options: argparse.Namespace) -> int:
    takeover = Takeover.objects.filter(number=options.undo).first()
    if takeover is None:
        raise Fault(f"There is no import {options.undo}.", way_out="The page Imports lists them.")
    exchange.undo_takeover(_ctx(options.email), takeover=takeover)
    sys.stdout.write(f"{takeover.number} is undone: what it brought in is gone.\n")
    return 0


def _report(outcome: exchange.Outcome, *, seconds: float) -> None:
    say = sys.stdout.write
    say(f"{outcome.title}{' (dry run, nothing is kept)' if outcome.is_dry else ''}\n")
    say(f"  {'':<26}{'read':>9}{'created':>9}{'changed':>9}{'same':>9}{'skipped':>9}{'errors':>9}\n")
    for name, n in outcome.counts.items():
        cells = (n.read, n.created, n.changed, n.unchanged, n.skipped, n.errors)
        say(f"  {name:<26}{''.join(f'{cell:>9,}' for cell in cells)}\n")
    for sentence in outcome.findings:
        say(f"  Note: {sentence}\n")
    for file, line, key, sentence, _cells in outcome.errors[:10]:
        say(f"  Left out: {file} line {line} ({key}): {sentence}\n")
    if len(outcome.errors) > 10:
        say(f"  ... and {len(outcome.errors) - 10:,} more; --errors FILE writes all of them.\n")
    for name, question in outcome.asks.items():
        say(f"  Question: {question}. Answer with --answer {name}=...\n")
    rows = sum(n.read for n in outcome.counts.values())
    say(f"{rows:,} rows in {seconds:.1f} s ({rows / max(seconds, 0.001):,.0f} a second).\n")
    if outcome.takeover is not None:
        number = outcome.takeover.number
        say(f"This is import {number}; loomline import --undo {number} takes it back.\n")


def _write_errors(target: Path, outcome: exchange.Outcome) -> None:
    name, data = exchange.left_out("rows", outcome.errors)
    if name.endswith(".zip"):
        target = target.with_suffix(".zip")
    target.write_bytes(data)
    sys.stdout.write(
        f"{len(outcome.errors):,} rows left out are in {target}: mend them there and import that file.\n"
    )


def _answer(text: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=")
    if not sign or not name:
        raise Fault(f"{text!r} is no answer.", way_out="Write it as --answer name=value.", code=2)
    return name.strip(), value.strip()


def _ctx(email: str) -> Ctx:
    if not email:
        return Ctx.new(actor=system_actor(ACTOR), via="import")
    user = User.objects.filter(email__iexact=email, is_system=False, is_active=True).first()
    if user is None:
        raise Fault(f"Nobody active has the address {email}.", way_out="loomline user list names everybody.")
    return Ctx.new(actor=user, via="import")


class _Bar:
    """A progress bar where somebody watches; nothing in a log file."""

    def __init__(self) -> None:
        self.watched = sys.stderr.isatty()
        self.last = 0.0

    def show(self, done: int, total: int, message: str) -> None:
        """Draw it, ten times a second at most."""
        now = time.monotonic()
        if not self.watched or (now - self.last < 0.1 and done < total):
            return
        self.last = now
        filled = WIDTH * done // max(total, 1)
        sys.stderr.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done:,} of {total:,} {message:<30.30}")
        sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        if self.watched:
            sys.stderr.write(f"\r{'':<100}\r")
