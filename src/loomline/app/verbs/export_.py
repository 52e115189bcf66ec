"""Write the records of one list to a file: the same rows, columns and names as the export of its page.

The file's name decides the kind: .csv or .xlsx. FILTER is written as in the address of the list.

  loomline export --list
  loomline export sales.orders orders.xlsx
  loomline export sales.orders open.csv --filter "state=confirmed"
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import QueryDict

from loomline.app import upkeep
from loomline.app.environment import Environment
from loomline.app.fault import Fault
from loomline.domains.accounts.models import User
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotPermitted
from loomline.surface import registry, spreadsheet, transfer
from loomline.surface.listing import Listing
from loomline.surface.resource import Resource

ACTOR = "Command line"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What, and where to."""
    parser.add_argument("what", nargs="?", metavar="LIST", help="for example sales.orders")
    parser.add_argument("file", nargs="?", type=Path, help="where to; .csv or .xlsx")
    parser.add_argument(
        "--filter", default="", help='as in the address of the list: "state=confirmed&q=nord"'
    )
    parser.add_argument(
        "--as", dest="email", default="", metavar="EMAIL", help="only what this person may see"
    )
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")
    parser.add_argument("--list", action="store_true", help="list what can be exported")


def run(options: argparse.Namespace, env: Environment) -> int:
    """List or export."""
    upkeep.require()
    registry.load()
    if options.list:
        sys.stdout.write("".join(f"{name}\n" for name in _names()))
        return 0
    if options.what is None or options.file is None:
        raise Fault(
            "What, and to which file?", way_out="loomline export LIST FILE; --list names the lists.", code=2
        )
    target = options.file.absolute()
    kind = target.suffix.lower().removeprefix(".")
    if kind not in transfer.KINDS:
        raise Fault(f"{target.name} is neither .csv nor .xlsx.", way_out="Choose one of the two.", code=2)
    if target.exists() and not options.force:
        raise Fault(f"{target} exists already.", way_out="Choose another name, or add --force.", code=2)
    resource, ctx = _resource(options.what), _ctx(options.email)
    if not resource.may_see(ctx):
        raise NotPermitted(verb=f"export {options.what}", permission=f"{options.what.split('.')[0]}.view")
    count = _write(target, kind, resource, Listing(resource, ctx, QueryDict(options.filter), strict=True))
    sys.stdout.write(f"{target}: {count:,} rows.\n")
    return 0


def _write(target: Path, kind: str, resource: type[Resource], listing: Listing) -> int:
    counted = _Counted(listing)
    head = transfer.unique([str(column.label) for column in listing.columns])
    draft = target.with_name(f".{target.name}.part")
    try:
        if kind == "csv":
            with draft.open("wb") as file:
                file.writelines(spreadsheet.csv_lines(head, counted))
        else:
            spreadsheet.write_xlsx(str(draft), resource.plural(), head, counted)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return counted.count


class _Counted:
    """The rows of a list, counted as they pass."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.count = 0

    def __iter__(self) -> Iterator[list[Any]]:
        for row in transfer.values(self.listing, ()):
            self.count += 1
            yield row


def _names() -> list[str]:
    return sorted(resource.name for resource in registry.resources.values())


def _resource(name: str) -> type[Resource]:
    try:
        return registry.by_name(name)
    except LookupError as error:
        near = ", ".join(n for n in _names() if n.split(".")[0] == name.split(".")[0]) or ", ".join(_names())
        raise Fault(f"There is no list {name}.", way_out=f"There is: {near}.", code=2) from error


def _ctx(email: str) -> Ctx:
    if not email:
        return Ctx.new(actor=system_actor(ACTOR), via="cli")
    user = User.objects.filter(email__iexact=email, is_system=False, is_active=True).first()
    if user is None:
        raise Fault(f"Nobody active has the address {email}.", way_out="loomline user list names everybody.")
    return Ctx.new(actor=user, via="cli")
