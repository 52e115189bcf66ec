"""Nobody sees rows beyond their level: role × level × every kind of record × every way to look at it.

Of each kind there are three rows: one of one's own, one of a colleague's in the same team, one of others.
What a level opens is asked of the policy once; every page, file, picker, search and endpoint must show no
row more. Levels that open the same rows are looked at once.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client, RequestFactory

from loomline.domains.accounts.models import Grant, Role, RoleHolder, Team, TeamMember, User
from loomline.domains.parties.models import Party, PortalAccess
from loomline.kernel.access import Level
from loomline.kernel.audit import Activity
from loomline.kernel.command import commands_on
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.surface import chart, find, find_sql, recent, record_panels, registry
from loomline.surface.layout import Board, Calendar, Chart
from loomline.surface.listing import Listing
from loomline.surface.panel import LinesPanel
from loomline.surface.selection import Selection
from tests.contract.filler import NOW, Filler, Unfillable
from tests.contract.samples import SAMPLES

pytestmark = pytest.mark.slow

OWN, TEAM, OTHER = "own", "team", "other"
WHOSE = (OWN, TEAM, OTHER)
PLACED = (User, Team, Party)
# Rows are looked for in the part that shows them; the frame around it is the same for all.
PART = {"HX-Request": "true", "HX-Target": "list"}
# What all who do the same work choose from, however few of the other rows they may see.
SHARED = {
    "coaching.playbook-questions",
    "coaching.playbooks",
    "mail.providers",
    "mail.templates",
    "pipeline.outcome-reasons",
    "pipeline.pipelines",
    "pipeline.stages",
}
# What lies with a team is the work of each of its people.
OF_THE_TEAM = {"mail.mailboxes", "tasks.tasks"}
# What is each person's alone, whatever their level.
PERSONAL = {"tasks.notices"}


class Placed(Filler):
    """Makes each row three times: related rows are those of the same person, team and company."""

    def __init__(self) -> None:
        super().__init__(**SAMPLES)
        self.whose = OWN
        self.held: dict[str, dict[Any, Any]] = {whose: {} for whose in WHOSE}
        self.with_people = True

    def at(self, whose: str) -> Placed:
        self.whose, self.made = whose, self.held[whose]
        return self

    def row(self, model: Any) -> Any:
        """The row of a kind; people, teams and companies are named wherever a field can take them."""
        if model not in self.made:
            try:
                self.with_people = True
                self.made[model] = self.another(model)
            except Unfillable:
                self.with_people = False
                self.made[model] = self.another(model)
        return self.made[model]

    def one(self, model: Any) -> Any:
        return self.row(model)

    def _needed(self, field: Any, *, fill: bool) -> bool:
        is_placed = (
            field.is_relation and field.related_model in PLACED and field.related_model is not field.model
        )
        if is_placed and self.with_people:
            return True
        return super()._needed(field, fill=fill)


@dataclass
class World:
    """Who looks, and what there is."""

    user: User
    grant: Grant
    rows: dict[str, dict[str, Any]]

    def at(self, level: Level) -> tuple[Client, Ctx]:
        """The person with every permission at this level."""
        RoleHolder.objects.filter(user=self.user).delete()
        if level is not Level.NONE:
            Grant.objects.filter(pk=self.grant.pk).update(level=level)
            RoleHolder.objects.create(user=self.user, role=self.grant.role)
        user = User.objects.get(pk=self.user.pk)
        client = Client()
        client.force_login(user)
        return client, Ctx.new(actor=user, via="page", now=NOW, company=Company.current())

    def seen(self, ctx: Ctx, resource: Any) -> set[str]:
        """Whose row of a kind the policy opens."""
        held = self.rows[resource.name]
        found = resource.visible(ctx).filter(pk__in={row.pk for row in held.values()})
        keys = set(found.values_list("pk", flat=True))
        return {whose for whose, row in held.items() if row.pk in keys}


@pytest.fixture
def world(db: None) -> World:
    Company.current()
    user = User.objects.create(email="own@example.org", name="Olga Own")
    mate = User.objects.create(email="team@example.org", name="Tom Team")
    other = User.objects.create(email="other@example.org", name="Otto Other")
    ours, theirs = Team.objects.create(name="Ours"), Team.objects.create(name="Theirs")
    TeamMember.objects.create(team=ours, user=user)
    TeamMember.objects.create(team=ours, user=mate)
    role = Role.objects.create(name="Everything")
    grant = Grant.objects.create(role=role, permission="*", level=Level.OWN)
    filler = Placed()
    for whose, person, team in ((OWN, user, ours), (TEAM, mate, ours), (OTHER, other, theirs)):
        party = Party.objects.create(name=f"Company {whose}", owner=person, team=team)
        filler.held[whose].update({User: person, Team: team, Party: party})
    PortalAccess.objects.create(user=user, party=filler.held[OWN][Party])
    rows = {
        resource.name: {whose: filler.at(whose).row(resource.model) for whose in WHOSE}
        for resource in registry.resources.values()
    }
    return World(user, grant, rows)


def resources() -> list[Any]:
    return sorted(registry.resources.values(), key=lambda r: r.name)


def looks(world: World) -> Iterator[tuple[Level, Client, Ctx, Any, set[int], set[int]]]:
    """Each kind of record at each level that opens other rows of it than a narrower level: those that one
    may see and those that one may not.
    """
    known: dict[str, list[frozenset[str]]] = {}
    for level in Level:
        client, ctx = world.at(level)
        for resource in resources():
            seen = frozenset(world.seen(ctx, resource))
            mark = seen | {"stranger"} if level is Level.NONE else seen
            if mark in known.setdefault(resource.name, []):
                continue
            known[resource.name].append(mark)
            held = world.rows[resource.name]
            yield (
                *(level, client, ctx, resource),
                {held[whose].pk for whose in seen},
                {held[whose].pk for whose in WHOSE if whose not in seen} - {held[w].pk for w in seen},
            )


def _levels(world: World, subtests: pytest.Subtests) -> None:
    """The world is not empty: somewhere each level opens more than the one below, and "all" opens all."""
    opened = {level: {r.name: world.seen(world.at(level)[1], r) for r in resources()} for level in Level}
    # Everybody looks after their own account.
    assert not any(rows for name, rows in opened[Level.NONE].items() if not name.startswith("accounts."))
    for resource in resources():
        name = resource.name
        with subtests.test(resource=name):
            if name in PERSONAL:
                assert [opened[level][name] for level in (Level.OWN, Level.ALL)] == [{OWN}, {OWN}]
                continue
            assert opened[Level.ALL][name] == set(WHOSE)
            if name in SHARED:
                assert [opened[level][name] for level in (Level.PARTY, Level.OWN)] == [set(), set(WHOSE)]
                continue
            least_own = {OWN, TEAM} if name in OF_THE_TEAM else {OWN}
            for level, least in ((Level.OWN, least_own), (Level.TEAM, {OWN, TEAM}), (Level.PARTY, {OWN})):
                assert opened[level][name] <= least or name.startswith("accounts."), level
    for name in ("parties.parties", "pipeline.opportunities", "sales.orders", "sales.order-lines"):
        assert opened[Level.OWN][name] == {OWN}
        assert opened[Level.TEAM][name] == {OWN, TEAM}
        assert opened[Level.TERRITORY][name] == {OWN, TEAM}
    assert opened[Level.PARTY]["sales.orders"] == {OWN}


def test_each_level_opens_what_it_says_to_panels_search_and_palette(
    world: World, subtests: pytest.Subtests
) -> None:
    _levels(world, subtests)
    _around(world, subtests)
    _search(world, subtests)


def test_no_page_file_picker_or_endpoint_shows_a_row_more_or_changes_it(
    world: World, subtests: pytest.Subtests
) -> None:
    known: set[str] = set()
    for look in looks(world):
        _lists(subtests, *look)
        _layouts(subtests, *look)
        _records(subtests, *look)
        level, client, _ctx, resource, _seen, hidden = look
        if level >= Level.OWN and hidden and resource.name not in known:
            known.add(resource.name)
            with subtests.test(resource=resource.name, level=level.name, part="sent"):
                _sends(client, resource, min(hidden))
    assert {"parties.parties", "pipeline.opportunities", "sales.orders", "mail.mailboxes"} <= known


def _sends(client: Client, resource: Any, pk: int) -> None:
    """Everything that could write one row, as a page and as a program send it."""
    api, path, only = f"/api/v1/{resource.name.replace('.', '/')}/{pk}", resource.path(), f"ids={pk}"
    before = Activity.objects.count(), resource.model.objects.filter(pk=pk).values().get()
    answers = {
        "edit": client.post(resource.url(pk, "edit"), {}),
        "note": client.post(resource.url(pk, "note"), {"text": "Hello"}, headers=PART),
        "delete": client.post(f"{path}delete/?{only}", headers=PART),
        "bulk": client.post(f"{path}bulk/?{only}", {}, headers=PART),
        "PATCH": client.patch(api, {}, content_type="application/json"),
        "DELETE": client.delete(api),
    }
    answers |= {
        f"cell {column.name}": client.post(resource.url(pk, "cell", column.name), {}, headers=PART)
        for column in resource.columns[:3]
    }
    answers |= {
        one.name: client.post(f"{path}do/{one.verb}/?{only}", {}, headers=PART)
        for one in commands_on(resource.model)
    }
    # A button may lead to a page of its own, which then leaves out what is not theirs.
    led = {name: one["HX-Redirect"] for name, one in answers.items() if "HX-Redirect" in one}
    row = str(resource.model.objects.get(pk=pk))
    assert [name for name, to in led.items() if row in client.get(to).content.decode()] == []
    said = {name: one.status_code for name, one in answers.items() if name not in led}
    assert {name: status for name, status in said.items() if status not in (403, 404, 405)} == {}
    assert (Activity.objects.count(), resource.model.objects.filter(pk=pk).values().get()) == before


def _lists(
    subtests: pytest.Subtests,
    level: Level,
    client: Client,
    ctx: Ctx,
    resource: Any,
    seen: set[int],
    hidden: set[int],
) -> None:
    if hidden and resource.list_page is None:
        with subtests.test(resource=resource.name, level=level.name):
            page = client.get(resource.path(), {"view": "all"}, headers=PART).context["list"]
            assert {row["id"] for row in page.get("rows", [])} & hidden == set()
            assert seen <= {row["id"] for row in page.get("rows", [])}
            options = client.get(f"{resource.path()}options/").content.decode()
            assert {int(pk) for pk in re.findall(r'data-value="(\d+)"', options)} & hidden == set()
            answer = client.get(f"/api/v1/{resource.name.replace('.', '/')}")
            items = answer.json().get("items", []) if answer.status_code == 200 else []
            assert {row["id"] for row in items} & hidden == set()
            file = client.get(f"{resource.path()}export.csv?view=all")
            if file.status_code == 200:
                text = b"".join(file.streaming_content).decode("utf-8-sig")
                assert len(list(csv.reader(io.StringIO(text)))) - 1 == len(page.get("rows", []))


def _layouts(
    subtests: pytest.Subtests,
    level: Level,
    client: Client,
    ctx: Ctx,
    resource: Any,
    seen: set[int],
    hidden: set[int],
) -> None:
    for view in resource.views if hidden else ():
        with subtests.test(resource=resource.name, level=level.name, view=view.name):
            if isinstance(view, Chart):
                figures = chart._figures(view, Listing(resource, ctx, QueryDict()))
                assert seen or level < Level.OWN or not figures or len(figures) <= _others(ctx, resource)
            elif isinstance(view, Board | Calendar):
                answer = client.get(resource.path(), {"as": view.name})
                shown = re.findall(rf"{resource.path()}(\d+)/", answer.content.decode())
                assert {int(pk) for pk in shown} & hidden == set()


def _others(ctx: Ctx, resource: Any) -> int:
    """Rows of a kind that stand beside those of the three: made because others need them."""
    return int(resource.visible(ctx).count())


def _records(
    subtests: pytest.Subtests,
    level: Level,
    client: Client,
    ctx: Ctx,
    resource: Any,
    seen: set[int],
    hidden: set[int],
) -> None:
    for pk in sorted(hidden)[:1]:
        with subtests.test(resource=resource.name, level=level.name):
            for rest in ((), ("edit",), ("peek",), ("timeline",)):
                assert client.get(resource.url(pk, *rest), headers=PART).status_code in (403, 404), rest
            assert client.get(f"/api/v1/{resource.name.replace('.', '/')}/{pk}").status_code in (403, 404)
            answer = client.get(resource.url(pk, "next"), headers=PART)
            assert answer.status_code in (403, 404) or answer.url == resource.url(pk)
            with pytest.raises(NotThere):
                _ = Selection(resource, ctx, ids=(pk,)).count
            with pytest.raises(NotThere):
                _ = Selection(resource, ctx, ids=(pk, *sorted(seen)[:1])).count
    assert {row.pk for row in Selection(resource, ctx, is_all=True).rows()} & hidden == set()


def _around(world: World, subtests: pytest.Subtests) -> None:
    for level in (Level.PARTY, Level.OWN, Level.TEAM):
        _client, ctx = world.at(level)
        for resource in resources():
            mine = [world.rows[resource.name][whose] for whose in sorted(world.seen(ctx, resource))]
            for panel in (p for p in resource.detail if isinstance(p, LinesPanel)):
                target = registry.of(panel.target)
                if target is None:
                    continue
                with subtests.test(resource=resource.name, level=level.name, panel=panel.name):
                    for record in mine:
                        shown = {row.pk for row in record_panels.rows_of(panel, record, ctx)}
                        allowed = target.visible(ctx).filter(pk__in=shown)
                        assert shown == set(allowed.values_list("pk", flat=True))


def _search(world: World, subtests: pytest.Subtests) -> None:
    for level in Level:
        _client, ctx = world.at(level)
        hidden: dict[Any, set[int]] = {}
        words: set[str] = set()
        for resource in resources():
            seen = world.seen(ctx, resource)
            gone = [row for whose, row in world.rows[resource.name].items() if whose not in seen]
            hidden[resource] = {r.pk for r in gone} - {world.rows[resource.name][w].pk for w in seen}
            texts = [p.value(row) for row in gone[-1:] for p in find_sql.own_paths(resource)]
            words |= {str(text)[:12] for text in texts if text and len(str(text)) > 3}
        with subtests.test(level=level.name, part="search"):
            for text in sorted(words)[:: max(1, len(words) // 12)]:
                assert not [h for h in find.search(ctx, text) if h.pk in hidden[h.resource]], text
        with subtests.test(level=level.name, part="recent"):
            entries = [
                f"{resource.name}:{pk}" for resource, keys in hidden.items() for pk in sorted(keys)[:1]
            ]
            for at in range(0, len(entries), recent.MOST):
                request = RequestFactory().get("/search/")
                request.user = ctx.actor
                request.COOKIES[recent.COOKIE] = "~".join(
                    [str(ctx.actor.pk), *entries[at : at + recent.MOST]]
                )
                found = recent.records(request, ctx, most=recent.MOST)
                assert not [row for resource, row in found if row.pk in hidden[resource]]
