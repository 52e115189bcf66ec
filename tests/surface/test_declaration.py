"""A Resource says what is wrong with it when it is made, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from loomline.domains.accounts.models import Grant, Team
from loomline.kernel.command import registry as commands
from loomline.surface import registry
from loomline.surface.path import BadPath
from loomline.surface.resource import (
    BadResource,
    Board,
    Column,
    Count,
    LinesPanel,
    Resource,
    Sum,
    Table,
    needs,
    plural_slug,
)


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "resources", {})
    before = dict(commands)
    yield
    commands.clear()
    commands.update(before)


def declare(model: Any = Team, **parts: Any) -> type[Resource]:
    return type("Thing", (Resource,), {"model": model, "__module__": __name__, **parts})


def test_a_model_alone_is_a_complete_declaration() -> None:
    grants = declare(Grant)
    assert [c.name for c in grants.columns] == ["role", "permission", "level"]
    assert [f.name for f in grants.filters] == ["role", "level"]
    assert [p.text for p in grants.form] == ["role", "permission", "level"]
    assert [v.name for v in grants.views] == ["table"]
    assert [p.kind for p in grants.detail] == ["facts", "changes", "timeline"]
    assert (grants.path(), grants.key, grants.title()) == ("/accounts/grants/", "pk", "Grant")
    assert set(grants.plain) == {"save", "edit", "delete"}


@pytest.mark.parametrize(
    "parts",
    [
        {"columns": ("nmae",)},
        {"filters": ("nmae",)},
        {"search": ("nmae",)},
        {"form": ("nmae",)},
        {"head": ("nmae",)},
        {"views": (Board(by="nmae"),)},
        {"detail": (LinesPanel("nmae"),)},
        {"sort": "-nmae"},
        {"key": "nmae"},
        {"columns": ("name", Sum("nmae.amount"))},
        {"joins": ("nmae",)},
    ],
)
def test_a_typing_error_names_itself_and_its_declaration(parts: dict[str, Any]) -> None:
    with pytest.raises(BadPath, match=r'Thing: "nmae.*does not exist on accounts\.Team'):
        declare(**parts)


def test_a_declaration_without_a_model_is_refused() -> None:
    with pytest.raises(BadResource, match="Thing names no model"):
        declare(None)


def test_a_column_that_has_many_values_asks_for_a_figure() -> None:
    with pytest.raises(BadPath, match="use Sum, Count or a Related panel"):
        declare(columns=("name", "places.user"))


def test_two_columns_need_two_names() -> None:
    with pytest.raises(BadResource, match="two columns have the same name"):
        declare(columns=("name", Column("name")))
    assert [c.name for c in declare(columns=("name", Column("name", as_="again"))).columns] == [
        "name",
        "again",
    ]


def test_a_table_is_grouped_by_one_of_its_columns() -> None:
    with pytest.raises(BadPath, match="grouped by"):
        declare(views=(Table(group="state"),))


def test_a_filter_cannot_take_a_word_of_the_list_itself() -> None:
    with pytest.raises(BadResource, match='a filter cannot be called "view"'):
        declare(columns=("name", Count("places", as_="view")), filters=("view",))


def test_needs_are_written_as_app_and_model() -> None:
    with pytest.raises(TypeError, match="app and model"):
        needs("Party")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Party", "parties"),
        ("OrderLine", "order-lines"),
        ("Address", "addresses"),
        ("Day", "days"),
        ("Box", "boxes"),
    ],
)
def test_addresses_are_plural_words(name: str, slug: str) -> None:
    assert plural_slug(name) == slug
