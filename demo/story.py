"""The vocabulary in which demos are told: every word calls one public command, as whose work it is.

A story has a clock of its own. So a delay told in the story reaches the customer the way it would in life.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils.text import slugify
from pydantic import SecretStr

from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts import reference as accounts_reference
from loomline.domains.accounts.models import Role, User
from loomline.domains.bills import commands as bills
from loomline.domains.bills.commands import BillLineDraft, StageDraft
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as catalog_reference
from loomline.domains.catalog.models import Item, Style
from loomline.domains.parties import commands as parties
from loomline.domains.parties.commands import AddressDraft
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import reference as pipeline_reference
from loomline.domains.privacy import commands as privacy
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import SupplierItemDraft
from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference as sites_reference
from loomline.domains.sites.models import Site
from loomline.kernel.actor import system_actor
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import Quantity

DAY = timedelta(days=1)
Chapter = Callable[[], Any]


class Story:
    """A company, its people and a clock. Commands are given as the person who would give them."""

    def __init__(self, *, start: date, password: str) -> None:
        self.start = start
        self.now = datetime.combine(start, time(7), UTC)
        self.password = password
        self.people: dict[str, User] = {}
        self.chapters: dict[date, list[Chapter]] = defaultdict(list)
        self.company = Company.current()
        self.actor = system_actor("Demo")

    # The clock

    @property
    def today(self) -> date:
        return self.now.date()

    def day(self, offset: int) -> date:
        """A day of the story, counted from its first."""
        return self.start + offset * DAY

    def morning(self, day: date) -> None:
        """A new day begins."""
        self.now = max(self.now, datetime.combine(day, time(7), UTC))

    def on(self, offset: int, chapter: Chapter) -> None:
        """Let something happen on a day of the story."""
        self.chapters[self.day(offset)].append(chapter)

    def by(self, role: str) -> Ctx:
        """The context in which somebody of this role acts now."""
        self.now += timedelta(minutes=1)
        actor = self.people.get(role, self.actor)
        return Ctx.new(actor=actor, via="demo", now=self.now, company=self.company, request_id="demo")

    # The company

    def company_is(self, name: str, **more: Any) -> None:
        """Name the company and load what every company starts with."""
        Company.objects.filter(pk=self.company.pk).update(name=name, **more)
        self.company.refresh_from_db()
        for reference in (accounts_reference, catalog_reference, sites_reference, pipeline_reference):
            reference.load(self.by("Demo"))

    def person(self, key: str, name: str, *, email: str, title: str, roles: Sequence[str]) -> User:
        """Somebody who works here."""
        known = {role.name: role for role in Role.objects.all()}
        user: User = accounts.add_person(
            self.by("Demo"),
            email=email,
            name=name,
            title=title,
            password=SecretStr(self.password),
            roles=[known[role] for role in roles],
        )
        self.people[key] = user
        return user

    def home(self, code: str, name: str, **place: Any) -> Site:
        """A site of our own."""
        return sites.open_site(self.by("Demo"), code=code, name=name, **place)

    # Partners

    def supplier(
        self, name: str, *, roles: Sequence[str] = ("supplier",), place: dict[str, Any], **more: Any
    ) -> Party:
        """Somebody who sells to us or works for us, with the site that the goods are at."""
        party = parties.open_party(
            self.by("buyer"),
            name=name,
            roles=roles,
            email=mailbox("office", name),
            addresses=[AddressDraft(purpose="visiting", **place)],
            **more,
        )
        sites.open_site(self.by("Demo"), code=f"P{party.pk:04d}", name=name, party=party, **place)
        return party

    def site_of(self, party: Party) -> Site:
        """Where a partner works."""
        return Site.objects.get(party=party)

    def customer(
        self, name: str, *, owner: str, place: dict[str, Any], contact: tuple[str, str], **more: Any
    ) -> Party:
        """Somebody who buys from us, and the person there whom we know."""
        party = parties.open_party(
            self.by(owner),
            name=name,
            roles=("customer",),
            owner=self.people[owner],
            email=mailbox("buying", name),
            addresses=[AddressDraft(purpose="shipping", **place)],
            **more,
        )
        person = parties.open_party(
            self.by(owner),
            name=contact[0],
            kind="person",
            organisation=party,
            title=contact[1],
            email=mailbox(contact[0], name),
        )
        privacy.give_consent(
            self.by(owner),
            party=person,
            source="Fair in Porto",
            proof=f"{contact[0]} ticked “News about new styles” on our form at the fair.",
        )
        parties.stay_in_touch(self.by(owner), parties=[party], touch_days=28)
        return party

    # Goods

    def material(
        self, sku: str, name: str, *, unit: str, from_: Party, price: str, days: int, **more: Any
    ) -> Item:
        """Something we buy to make goods of."""
        item = catalog.add_item(
            self.by("admin"),
            sku=sku,
            name=name,
            unit=unit,
            tracking="lot",
            standard_cost=Decimal(price),
            **more,
        )
        terms = SupplierItemDraft(
            supplier=from_, item=item, price=Decimal(price), lead_days=days, is_preferred=True, currency="EUR"
        )
        procurement.agree_supply(self.by("buyer"), drafts=[terms])
        return item

    def style(self, code: str, name: str, *, colours: Sequence[str], sizes: str, **more: Any) -> Style:
        """A design in its colours and sizes."""
        return catalog.add_style(
            self.by("admin"), code=code, name=name, colours=colours, sizes=sizes.split(), **more
        )

    def made_of(self, style: Style, *takes: tuple[Item, str, str], route: Sequence[StageDraft]) -> None:
        """What goes into a style, and the stages it goes through: `(merino, "0.42 kg", "4 %")`."""
        lines = [
            BillLineDraft(
                component=item,
                quantity=Quantity.parse(per).amount,
                scrap=Decimal(scrap.rstrip(" %")) / 100,
            )
            for item, per, scrap in takes
        ]
        bills.add_bill(self.by("planner"), style=style, lines=lines, stages=list(route))

    def expect(self, is_so: bool, says: str) -> None:
        """Prove a figure of the story; a story that does not add up is not told."""
        if not is_so:
            raise AssertionError(f"On {self.today} the story does not hold: {says}")


def mailbox(who: str, company: str) -> str:
    """An address that nobody has: its domain is reserved for examples."""
    return f"{slugify(who).replace('-', '.')}@{slugify(company)}.example"
