"""Every Resource has pages that open, ask little of the database, and show strangers nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.filter import Filter
from loomline.surface.layout import Layout
from loomline.surface.listing import Listing
from tests.contract.conftest import Statements
from tests.contract.filler import Filler

pytestmark = pytest.mark.slow

# What a page asks for when only a part of it changes: the frame around it is not drawn again.
PART = {"HX-Request": "true", "HX-Target": "list"}
MOST_OF_A_LIST = 12
# The page of a customer or an item asks each domain that has something to say about it.
MOST_OF_A_RECORD = 24
ICONS = set((Path(__file__).resolve().parents[2] / "web" / "icons.txt").read_text().split())


def resources() -> list[Any]:
    """Those that the lists of the navigation show, in the order of their names."""
    return sorted(registry.resources.values(), key=lambda r: r.name)


def test_every_list_opens_in_each_of_its_layouts(
    client: Client, rows: dict[str, Any], statements: Statements, subtests: pytest.Subtests
) -> None:
    for resource in resources():
        if resource.list_page is not None:
            continue
        for number, layout in enumerate(resource.views):
            with subtests.test(resource=resource.name, layout=layout.name):
                _open_list(client, resource, layout, first=number == 0, rows=rows, statements=statements)


def _open_list(
    client: Client,
    resource: Any,
    layout: Layout,
    *,
    first: bool,
    rows: dict[str, Any],
    statements: Statements,
) -> None:
    name = f"list {resource.name}" if first else f"list {resource.name} {layout.name}"
    address = resource.path() if first else f"{resource.path()}?as={layout.name}"
    answer = statements.counted(name, lambda: client.get(address))
    assert answer.status_code == 200
    assert statements.seen[name] <= MOST_OF_A_LIST
    if layout.name == "table":
        assert f'id="row-{rows[resource.name].pk}"' in answer.content.decode()


def test_more_rows_cost_no_more_statements(
    client: Client, filler: Filler, rows: dict[str, Any], statements: Statements, subtests: pytest.Subtests
) -> None:
    for resource in resources():
        if resource.list_page is not None:
            continue
        with subtests.test(resource=resource.name):
            before = client.get(resource.path()).context["list"]["rows"]
            for _n in range(2):
                filler.another(resource.model)
            answer = statements.counted(f"list {resource.name}", lambda r=resource: client.get(r.path()))
            # Some rows never come alone: a debit brings its credit.
            assert len(answer.context["list"]["rows"]) >= len(before) + 2


def test_every_record_opens_with_each_of_its_tabs(
    client: Client, rows: dict[str, Any], statements: Statements, subtests: pytest.Subtests
) -> None:
    for resource in resources():
        record = rows[resource.name]
        tabs = [p.name for p in resource.detail if p.place == "tab"]
        for tab in tabs or [""]:
            with subtests.test(resource=resource.name, tab=tab):
                name = f"record {resource.name} {tab}".strip()
                address = f"{resource.url(record.pk)}?tab={tab}" if tab else resource.url(record.pk)
                answer = statements.counted(name, lambda a=address: client.get(a))
                assert answer.status_code == 200
                assert statements.seen[name] <= MOST_OF_A_RECORD
        with subtests.test(resource=resource.name, part="peek"):
            assert client.get(resource.url(record.pk, "peek")).status_code == 200


def test_every_form_opens(client: Client, rows: dict[str, Any], subtests: pytest.Subtests) -> None:
    for resource in resources():
        with subtests.test(resource=resource.name):
            made = resource.creator() is not None
            assert client.get(f"{resource.path()}new/").status_code == (200 if made else 403)
            edited = resource.edit and bool(resource.form)
            answer = client.get(resource.url(rows[resource.name].pk, "edit"))
            assert answer.status_code == (200 if edited else 403)


def _values(one: Filter) -> dict[str, str]:
    """A value that fits each operator of a filter."""
    plain = {"text": "a", "code": "PT", "number": "3", "bool": "yes", "record": "1", "date": "2026-11-23"}
    chosen = next((str(v) for v, _label in one.choices if v != ""), "")
    return {
        op: {"within": "this_month", "empty": "yes"}.get(op) or chosen or plain[one.kind]
        for op in one.operators
    }


def test_every_filter_and_every_operator_can_be_used(
    client: Client, ctx: Ctx, rows: dict[str, Any], subtests: pytest.Subtests
) -> None:
    for resource in resources():
        for one in resource.filters:
            for op, value in _values(one).items():
                with subtests.test(resource=resource.name, filter=one.name, op=op):
                    listing = Listing(
                        resource, ctx, QueryDict(urlencode({f"{one.name}.{op}": value})), strict=True
                    )
                    assert [c.op for c in listing.conditions.items] == [op]
                    assert len(listing.matching()) <= resource.model._default_manager.count()


def test_every_sort_and_group_can_be_used(ctx: Ctx, rows: dict[str, Any], subtests: pytest.Subtests) -> None:
    for resource in resources():
        for column in (c for c in resource.columns if c.sortable):
            for query in (f"sort=-{column.name}", f"grouped={column.name}"):
                with subtests.test(resource=resource.name, query=query):
                    listing = Listing(resource, ctx, QueryDict(query))
                    page = listing.page()
                    assert page.rows
                    if listing.group is not None and not column.annotations():
                        assert sum(f.count for f in listing.group_figures(page).values()) == len(page.rows)


def test_every_editor_of_a_filter_opens(client: Client, subtests: pytest.Subtests) -> None:
    for resource in resources():
        for one in resource.filters:
            with subtests.test(resource=resource.name, filter=one.name):
                answer = client.get(f"{resource.path()}filters/{one.name}/", headers=PART)
                assert answer.status_code == 200
        for part in ("filters", "columns", "views", "options", "import"):
            with subtests.test(resource=resource.name, part=part):
                expected = 403 if part == "import" and resource.creator() is None else 200
                assert client.get(f"{resource.path()}{part}/", headers=PART).status_code == expected


def test_every_search_finds_its_row(client: Client, rows: dict[str, Any], subtests: pytest.Subtests) -> None:
    for resource in resources():
        if resource.list_page is not None:
            continue
        for path in resource.search:
            value = None if path.is_many else path.value(rows[resource.name])
            if not isinstance(value, str) or len(value) < 3:
                continue
            with subtests.test(resource=resource.name, path=path.text):
                answer = client.get(resource.path(), {"q": value}, headers=PART)
                assert rows[resource.name].pk in [row["id"] for row in answer.context["list"]["rows"]]


def test_a_stranger_sees_an_empty_list_and_a_404(
    stranger_client: Client, rows: dict[str, Any], subtests: pytest.Subtests
) -> None:
    for resource in resources():
        record = rows[resource.name]
        with subtests.test(resource=resource.name):
            listed = stranger_client.get(resource.path())
            assert listed.status_code in (200, 403, 404)
            assert f"row-{record.pk}" not in listed.content.decode()
            assert stranger_client.get(resource.url(record.pk)).status_code == 404
            for rest in ("edit", "peek", "timeline"):
                assert stranger_client.get(resource.url(record.pk, rest), headers=PART).status_code == 404
            options = stranger_client.get(f"{resource.path()}options/")
            assert 'data-value="' not in options.content.decode()


def test_every_empty_list_says_what_will_stand_there(subtests: pytest.Subtests) -> None:
    for resource in resources():
        with subtests.test(resource=resource.name):
            assert len(resource.empty_text()) >= 20
            assert resource.empty_text().endswith(".")


def test_every_resource_says_why_it_is_there(subtests: pytest.Subtests) -> None:
    for resource in resources():
        with subtests.test(resource=resource.name):
            assert (resource.__doc__ or "").strip()
            assert resource.icon in ICONS
