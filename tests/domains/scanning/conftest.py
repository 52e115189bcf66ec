"""What the tests of the scanner stand on: a site with bins, yarn by lot, buttons, and an order for both."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loomline.domains.accounts.models import Grant, Role, RoleHolder, User
from loomline.domains.catalog.models import Item
from loomline.domains.inventory.models import Balance
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx
from tests.domains.inventory.mill import Mill, make_mill

MOST = 24
GTIN = "4006381333931"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
FIELD = re.compile(r'<input class="input big num" id="(\w+)" name="\w+" autocomplete=')


@dataclass
class Page:
    """A page as somebody with a scanner sees it."""

    status: int
    url: str
    body: str
    statements: int

    @property
    def words(self) -> str:
        """What stands in the middle of it."""
        middle = self.body.partition("<main")[2].partition(">")[2].partition("</main>")[0]
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", middle)).split())

    @property
    def links(self) -> list[str]:
        """Where the names in it lead."""
        return [unescape(link) for link in re.findall(r'class="link" href="([^"]*)"', self.body)]


@dataclass
class Handheld:
    """A browser that types codes into the focused field and presses Enter or a button."""

    client: Client
    page: Page = field(default_factory=lambda: Page(0, "", "", 0))

    def open(self, url: str, **query: str) -> Page:
        """Go to an address, and on to where it leads."""
        with CaptureQueriesContext(connection) as sent:
            answer = self.client.get(url, query)
        return self._seen(answer, url, len(sent))

    def scan(self, code: str, **others: str) -> Page:
        """Type into the field that has the focus, then Enter."""
        form = self._form('<input class="input big num"')
        name = FIELD.search(form)
        assert name is not None
        return self._send(form, {name[1]: code, **others})

    def press(self, label: str) -> Page:
        """Press a button that posts, or follow one that leads on."""
        body = self.page.body
        at = re.search(rf">\s*{re.escape(label)}\s*</(a|button)>", body)
        assert at is not None, f"{label} is not among: {self.page.words}"
        if at[1] == "a":
            start = body.rindex("<a ", 0, at.start() + 1)
            found = re.search(r'href="([^"]*)"', body[start:])
            assert found is not None
            return self.open(unescape(found[1]))
        return self._send(body[body.rindex("<form", 0, at.start()) : at.end()], {})

    def _form(self, mark: str) -> str:
        body = self.page.body
        at = body.index(mark)
        start = body.rindex("<form", 0, at)
        return body[start : body.index("</form>", at)]

    def _send(self, form: str, values: dict[str, str]) -> Page:
        action = re.search(r'action="([^"]*)"', form)
        assert action is not None
        url = unescape(action[1])
        sent: dict[str, list[str]] = {}
        for name, value in HIDDEN.findall(form):
            sent.setdefault(name, []).append(unescape(value))
        sent |= {name: [value] for name, value in values.items()}
        sent.pop("csrfmiddlewaretoken", None)
        is_post = 'method="post"' in form
        with CaptureQueriesContext(connection) as queries:
            answer = self.client.post(url, sent) if is_post else self.client.get(url, sent)
        return self._seen(answer, url, len(queries), posted=is_post)

    def _seen(self, answer: Any, url: str, statements: int, *, posted: bool = False) -> Page:
        status = answer.status_code
        if status in (301, 302):
            return self.open(answer["Location"])
        body = answer.content.decode()
        self.page = Page(status, url, body, statements)
        assert posted or statements <= MOST, f"{url} asks {statements} statements"
        return self.page


@dataclass
class Store:
    """The mill with a supplier."""

    mill: Mill
    supplier: Party

    @property
    def ctx(self) -> Ctx:
        return self.mill.ctx

    def purchase(self, yarn: str = "100", buttons: str = "") -> Purchase:
        """A purchase order that was sent."""
        wanted = [(self.mill.yarn, yarn), (self.mill.button, buttons)]
        lines = [
            procurement.PurchaseLineDraft(item=item, quantity=Decimal(n), price=Decimal(2))
            for item, n in wanted
            if n
        ]
        made = procurement.open_purchase(
            self.ctx,
            supplier=self.supplier,
            lines=lines,
            site=self.mill.site,
            requested_on=date(2026, 12, 14),
        )
        return procurement.send_purchase(self.ctx, purchase=made)

    def lying(self, item: Item) -> dict[tuple[str, str], Decimal]:
        """Where an item lies, by place and lot."""
        rows = Balance.objects.filter(item=item, is_physical=True, on_hand__gt=0)
        return {
            (row.location.path, str(row.lot or "")): row.on_hand
            for row in rows.select_related("location", "lot")
        }


@pytest.fixture
def store(db: None) -> Store:
    mill = make_mill()
    Item.objects.filter(pk=mill.button.pk).update(gtin=GTIN)
    supplier = parties.open_party(mill.ctx, name="Biella Yarns", roles=["supplier"], code="BIE")
    return Store(mill, supplier)


@pytest.fixture
def mill(store: Store) -> Mill:
    return store.mill


@pytest.fixture
def gun(store: Store) -> Handheld:
    """The administrator's scanner."""
    client = Client()
    client.force_login(store.ctx.actor)
    return Handheld(client)


@pytest.fixture
def gun_of(store: Store) -> Callable[..., Handheld]:
    """The scanner of somebody who holds these permissions and no others."""

    def make(*permissions: str) -> Handheld:
        user = User.objects.create(email="sam@example.org", name="Sam Store")
        role = Role.objects.create(name="Store")
        for permission in permissions:
            Grant.objects.create(role=role, permission=permission, level=Level.ALL)
        RoleHolder.objects.create(user=user, role=role)
        client = Client()
        client.force_login(user)
        return Handheld(client)

    return make
