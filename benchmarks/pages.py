"""How long the server works at one page for an ordinary salesperson, on a million parties and orders, 300,000
deals and five million events.

Requests pass the whole application as in a web process, from middleware to the last byte, one after the other
and without network. Caches are warm: every page is asked for in other words a few times before it counts.
LOOMLINE_BENCH_ROWS says how many parties and orders there are; all else grows with them.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks import _books, _server
from benchmarks._server import Server, milliseconds, percentile, say, table
from benchmarks._work import Work
from loomline.app import processes
from loomline.domains.accounts.models import Role, RoleHolder, Team, TeamMember, User
from loomline.domains.parties.models import Party
from loomline.domains.sales.models import Order
from loomline.kernel import query
from loomline.kernel.query import Sort

ROWS = int(os.environ.get("LOOMLINE_BENCH_ROWS", "") or 1_000_000)
AIM = 0.150
# What people wait for letter by letter, and what looks at everything that belongs to a million rows.
QUICK = dict.fromkeys(("Palette", "Search, as written", "Search, a letter wrong"), 0.100)
AIMS = {**QUICK, "Party list, by their orders": 1.0}
WARM, COUNTED = 8, 40
SEED = 11
FIRST = 1001
LETTERS = "abcdefghijklmnopqrstuvwxyz"

PARTIES = "/parties/parties/"
ORDERS = "/sales/orders/"
DEALS = "/pipeline/opportunities/"
LEADS = "/pipeline/leads/"
CITIES = ("Porto", "Braga", "Hamburg", "Leipzig", "Lund", "Lyon", "Biella", "Utrecht", "Poznan", "Vigo")
COUNTRIES = ("PT", "DE", "SE", "FR", "IT", "NL", "PL", "ES", "DK")


@dataclass
class Figures:
    """What the requests for one kind of page took."""

    seconds: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    statements: int = 0
    bytes_sent: int = 0


class Addresses:
    """Addresses of pages as people come to them, never the same twice in a row."""

    def __init__(self, rows: int) -> None:
        self.rows, self.chance = rows, random.Random(SEED)

    def kinds(self) -> Mapping[str, Callable[[], str]]:
        """Each kind of page with a maker of its addresses."""
        return {
            "Party list, first page": self.party_list,
            "Party list, filtered": self.parties_filtered,
            "Party list, searched": self.parties_searched,
            "Party list, far in": self.parties_far_in,
            "Party": lambda: f"{PARTIES}{self.any_key()}/",
            "Order list, first page": self.order_list,
            "Order list, filtered": self.orders_filtered,
            "Order list, searched": self.orders_searched,
            "Order list, far in": self.orders_far_in,
            "Order": lambda: f"{ORDERS}{self.any_key()}/",
            "Opportunity board": self.board,
            "Opportunity list": self.deal_list,
            "Opportunity list, searched": self.deals_searched,
            "Opportunity": lambda: f"{DEALS}{self.key_of_team(self.rows * 3 // 10)}/",
            "Lead list": self.lead_list,
            "Lead": lambda: f"{LEADS}{self.key_of_team(self.rows // 10)}/",
            "Forecast": lambda: "/forecasting/?" + self.any_of({}, {"period": "quarter"}),
            "My day": lambda: "/day/",
            "Control tower": lambda: "/",
            "Party list, by their orders": self.parties_by_orders,
            "Palette": lambda: "/search/?" + self.any_of({}, {"q": ">new"}, {"q": ">import"}),
            "Search, as written": self.search,
            "Search, a letter wrong": self.search_misspelt,
            "Customer with 10,000 events": self.long_timeline,
            "Timeline, older entries": self.older_entries,
        }

    def any_key(self) -> int:
        """The key of any party or order."""
        return FIRST + self.chance.randrange(self.rows)

    def key_of_team(self, rows: int) -> int:
        """The key of any of so many rows that the team of the one who asks may see: each eighth."""
        return FIRST - 1 + 8 * (1 + self.chance.randrange(rows // 8))

    def any_of(self, *addresses: dict[str, object]) -> str:
        """Any of these parameters."""
        return urlencode(self.chance.choice(addresses))

    def party_list(self) -> str:
        return f"{PARTIES}?" + self.any_of(
            {"is_customer": "true", "is_active": "true"},
            {"is_supplier": "true", "is_active": "true"},
            {"kind": "person", "is_active": "true"},
            {"grouped": "none"},
        )

    def parties_filtered(self) -> str:
        day = timezone.localdate() - timedelta(days=self.chance.randrange(900))
        return f"{PARTIES}?" + self.any_of(
            {"addresses.city": self.chance.choice(CITIES), "is_customer": "true"},
            {"addresses.country": self.chance.choice(COUNTRIES), "kind": "organisation"},
            {"owner": FIRST + self.chance.randrange(40), "is_active": "true"},
            {"team": FIRST + self.chance.randrange(8), "is_prospect": "true"},
            {"opened_at.from": day.isoformat(), "opened_at.to": (day + timedelta(days=7)).isoformat()},
            {"is_active": "false", "is_supplier": "true", "sort": "-name"},
        )

    def parties_searched(self) -> str:
        words = self.name_of_any().split()
        return f"{PARTIES}?" + self.any_of(
            {"q": words[0]}, {"q": " ".join(words[:2])}, {"q": f"C{self.any_key()}"}
        )

    def parties_far_in(self) -> str:
        row = Party.objects.only("pk", "sort_name").get(pk=self.any_key())
        after = query.cursor(row, sort=Sort("sort_name"))
        return f"{PARTIES}?" + self.any_of(
            {"after": after}, {"after": after, "is_customer": "true"}, {"before": after}
        )

    def order_list(self) -> str:
        return f"{ORDERS}?" + self.any_of(
            {"state": "confirmed,part_shipped", "sort": "expected_on"},
            {"state": "draft"},
            {"state": "shipped,closed"},
            {"owner": "me", "state": "draft,confirmed,part_shipped"},
            {"grouped": "none"},
        )

    def orders_filtered(self) -> str:
        day = timezone.localdate() - timedelta(days=self.chance.randrange(900))
        return f"{ORDERS}?" + self.any_of(
            {"customer": self.any_key()},
            {"customer": FIRST + self.chance.randrange(10), "state": "closed"},
            {"ordered_on.from": day.isoformat(), "ordered_on.to": (day + timedelta(days=7)).isoformat()},
            {"state": "confirmed", "owner": FIRST + self.chance.randrange(40)},
            {"total.from": 7000, "state": "closed"},
            {"lines.item": FIRST + self.chance.randrange(2000)},
            {"promised_on.before": "today", "state": "confirmed,part_shipped", "sort": "promised_on"},
        )

    def orders_searched(self) -> str:
        name = self.name_of_any().split()[0]
        return f"{ORDERS}?" + self.any_of(
            {"q": f"S-{self.any_key()}"}, {"q": f"PO {400_000 + self.any_key() % 900_000}"}, {"q": name}
        )

    def orders_far_in(self) -> str:
        row = Order.objects.only("pk", "ordered_on").get(pk=self.any_key())
        return f"{ORDERS}?" + self.any_of(
            {"after": query.cursor(row, sort=Sort("pk", descending=True))},
            {"after": query.cursor(row, sort=Sort("ordered_on")), "sort": "ordered_on"},
            {"before": query.cursor(row, sort=Sort("pk", descending=True)), "state": "closed"},
        )

    def board(self) -> str:
        return f"{DEALS}?as=board&" + self.any_of(
            {"state": "open"}, {"state": "open", "owner": FIRST + self.chance.randrange(40)}, {"state": "won"}
        )

    def deal_list(self) -> str:
        return f"{DEALS}?" + self.any_of(
            {"state": "open", "sort": "closes_on"},
            {"owner": "me", "state": "open", "sort": "closes_on"},
            {"state": "open", "closes_on": "this_month", "sort": "closes_on"},
            {"state": "open", "owner": FIRST + self.chance.randrange(40), "amount.from": 50_000},
            {"state": "won", "party": self.any_key()},
            {"grouped": "none"},
        )

    def deals_searched(self) -> str:
        number = f"D-{1 + self.chance.randrange(self.rows * 3 // 10)}"
        return f"{DEALS}?" + self.any_of({"q": number}, {"q": self.name_of_any().split()[0]})

    def lead_list(self) -> str:
        return f"{LEADS}?" + self.any_of(
            {"state": "new", "sort": "captured_at"},
            {"owner": "me", "state": "new,working"},
            {"state": "new,working,nurturing", "sort": "-score"},
            {"q": self.name_of_any().split()[0]},
        )

    def parties_by_orders(self) -> str:
        return f"{PARTIES}?" + self.any_of(
            {"has.orders.from": "2;count;ordered_on=last_180_days"},
            {"has.orders.from": "15000;total;", "is_customer": "true"},
            {"has.opportunities.from": "2;count;state=open", "has.orders.to": "0;count;"},
        )

    def search(self) -> str:
        first, *others = self.name_of_any().split()
        return (
            f"/search/?{urlencode({'q': self.chance.choice([first, *others, ' '.join([first, *others])])})}"
        )

    def search_misspelt(self) -> str:
        """The first two words of a name, one of them misspelt."""
        words = self.name_of_any().split()[:2]
        at = self.chance.randrange(2)
        words[at] = self.misspelt(words[at])
        return f"/search/?{urlencode({'q': ' '.join(words)})}"

    def long_timeline(self) -> str:
        return f"{PARTIES}{_books.GREAT}/?" + self.any_of(
            {}, {"activity": "notes"}, {"tab": "contact_points"}
        )

    def older_entries(self) -> str:
        last = FIRST + 6 * self.rows + _books.TOLD
        before = last - self.chance.randrange(_books.TOLD)
        return f"{PARTIES}{_books.GREAT}/timeline/?before={before}"

    def name_of_any(self) -> str:
        return Party.objects.values_list("name", flat=True).get(pk=self.any_key())

    def misspelt(self, word: str) -> str:
        """The word with a letter behind the first one wrong."""
        at = self.chance.randrange(1, len(word))
        return word[:at] + self.chance.choice(LETTERS) + word[at + 1 :]


def salesperson() -> User:
    """Somebody of the first team with the role that sales people are given, and one record in a thousand."""
    user = User.objects.get(email="sales@example.org")
    RoleHolder.objects.create(user=user, role=Role.objects.get(name="Sales"))
    TeamMember.objects.create(user=user, team=Team.objects.get(pk=FIRST))
    return user


@contextlib.contextmanager
def counted(figures: Figures) -> Iterator[None]:
    """Count the statements of one request; the most of one kind is kept."""
    said = 0

    def note(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal said
        said += 1
        return execute(*given)

    with connection.execute_wrapper(note):
        yield
    figures.statements = max(figures.statements, said)


def ask(client: Client, make: Callable[[], str]) -> Figures:
    """Ask for pages of one kind one after the other."""
    figures, work = Figures(), Work()
    for number in range(WARM + COUNTED):
        address = make()
        with counted(figures):
            before, begin = work.seconds(), time.perf_counter()
            answer = client.get(address)
            took, worked = time.perf_counter() - begin, work.seconds() - before
        assert answer.status_code == 200, f"{address} answered {answer.status_code}"
        if number >= WARM:
            figures.seconds.append(took)
            figures.worked.append(worked)
            figures.bytes_sent = max(figures.bytes_sent, len(answer.content))
    return figures


def show(found: Mapping[str, Figures]) -> None:
    """The table of all pages."""
    rows: list[Sequence[object]] = [
        ("Page", "p50", "p95", "to the aim", "work p50", "work p95", "statements", "kB")
    ]
    late = []
    for name, figures in found.items():
        slow, aim = percentile(figures.seconds, 95), AIMS.get(name, AIM)
        late += [name] if slow > aim else []
        times = (percentile(figures.seconds, 50), slow)
        work = (percentile(figures.worked, 50), percentile(figures.worked, 95))
        size = f"{figures.bytes_sent / 1000:.0f}"
        rows.append(
            (name, *map(milliseconds, times), f"{slow / aim:.2f}", *map(milliseconds, work),
             figures.statements, size)
        )  # fmt: skip
    table(*rows)
    say()
    say("Work is processor time, of this process and of its session in the database together.")
    say("The aim for p95 is 150 ms; 100 ms for a search over everything, 1 s for a list by related rows.")
    say(f"Above their aim: {', '.join(late)}." if late else "Every page keeps its aim.")


def work(server: Server) -> None:
    """Make the books, sign in, ask for every kind of page."""
    assert not settings.DEBUG
    with server.connect() as session:
        rows, seconds = _books.fill(session, rows=ROWS)
    say(f"{ROWS:,} parties and as many orders, {rows:,} rows in all, made in {seconds:.0f} s")
    client = Client(headers={"host": "localhost"})
    client.force_login(salesperson())
    addresses = Addresses(ROWS)
    processes.settle()
    say(f"{COUNTED} requests a kind of page after {WARM} to warm up, load {os.getloadavg()[0]:.1f}")
    show({name: ask(client, make) for name, make in addresses.kinds().items()})


if __name__ == "__main__":
    _server.measure(work)
