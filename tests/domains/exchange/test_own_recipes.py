"""A recipe of one's own through the pages: sent beside its files, rehearsed, run, and chosen again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.exchange.commands.targets import registry
from loomline.domains.exchange.models import Takeover, TakeoverState
from loomline.domains.inventory.models import Balance
from loomline.domains.recipes.models import OwnRecipe
from loomline.engines.recipe_fields import TAKES
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, perform

RECIPE = """name = "till"
title = "Our till"
about = "What the till writes at night."

[[step]]
name = "goods"
file = "goods.csv"
into = "catalog.item"
key = "sku"
[step.fields]
sku = "sku"
name = "name"
list_price = { column = "price", as = "decimal" }

[[step]]
name = "shelves"
file = "goods.csv"
into = "inventory.stock"
key = "sku"
[step.fields]
item = { column = "sku", lookup = "goods" }
quantity = { column = "pieces", as = "decimal" }
"""
GOODS = "sku,name,price,pieces\nA-1,Scarf,29.50,12\nA-2,Hat,19.00,\nA-3,,5,1\n"


@pytest.fixture(autouse=True)
def files_of_its_own(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def send(client: Client, files: dict[str, str | bytes], recipe: str = "") -> Any:
    sent = [
        SimpleUploadedFile(name, data if isinstance(data, bytes) else data.encode())
        for name, data in files.items()
    ]
    return client.post("/import/", {"file": sent, "recipe": recipe})


def errors(answer: Any) -> list[str]:
    assert answer.status_code == 422
    assert not OwnRecipe.objects.exists()
    assert not Takeover.objects.exists()
    return [error["text"] for error in answer.context["upload"]["errors"]]


def carry_out(client: Client) -> Takeover:
    """The newest import, rehearsed and brought in."""
    takeover = Takeover.objects.latest("id")
    for page in ("files", "check"):
        assert client.post(f"/import/{takeover.pk}/{page}/").status_code == 302
        perform(JobRun.objects.latest("id"))
    takeover.refresh_from_db()
    return takeover


def test_a_recipe_is_sent_rehearsed_run_and_used_again(client: Client, ctx: Ctx) -> None:
    assert send(client, {"till.toml": RECIPE, "goods.csv": GOODS}).status_code == 302
    own = OwnRecipe.objects.get()
    assert (own.name, own.title, own.added_by) == ("till", "Our till", ctx.actor)
    assert not Item.objects.exists()

    first = carry_out(client)
    assert (first.recipe, first.title, first.state) == ("till", "Our till", TakeoverState.DONE)
    assert list(Item.objects.order_by("sku").values_list("sku", "name", "list_price")) == [
        ("A-1", "Scarf", 29.5),
        ("A-2", "Hat", 19),
    ]
    assert list(Balance.objects.filter(is_physical=True).values_list("item__sku", "on_hand")) == [("A-1", 12)]
    assert [error[:4] for error in first.errors] == [
        ["goods.csv", 4, "A-3", "name is empty, and there is no name without it."],
        ["goods.csv", 3, "A-2", "pieces is empty, and there is no quantity without it."],
        ["goods.csv", 4, "A-3", "sku: there is no A-3 among the goods that came in."],
    ]

    page = client.get("/import/").content.decode()
    assert "<b>Our till</b>. What the till writes at night." in page
    more = GOODS.replace("A-3,,", "A-3,Glove,").replace("Hat,19.00,", "Hat,19.00,4")
    assert send(client, {"goods.csv": more}, recipe="till").status_code == 302
    again = carry_out(client)
    assert (again.counts["goods"]["created"], again.counts["shelves"]["created"], again.errors) == (1, 2, [])

    record = client.get(f"/recipes/own-recipes/{own.pk}/").content.decode()
    assert "Our till" in record
    assert "sku, name, list_price" in record
    assert client.get(f"/recipes/own-recipes/{own.pk}/recipe.toml").content.decode() == RECIPE


def test_a_recipe_alone_is_kept_and_gives_way_to_a_later_one(client: Client) -> None:
    assert send(client, {"till.toml": RECIPE}).headers["Location"] == "/import/"
    assert send(client, {"goods.csv": GOODS}).status_code == 302
    waiting = Takeover.objects.get()
    assert send(client, {"new.toml": RECIPE.replace("Our till", "The till")}).status_code == 302

    assert OwnRecipe.objects.get().title == "The till"
    waiting.refresh_from_db()
    assert (waiting.recipe, waiting.recipe_text) == ("till", RECIPE)


@pytest.mark.parametrize(
    ("recipe", "why"),
    [
        (RECIPE.replace("name = ", "name : ", 1), "Line 1: This is no valid TOML: Expected '=' after a key"),
        (
            RECIPE.replace("catalog.item", "catalog.goods"),
            "Line 8: Step goods: nothing can be brought into catalog.goods; do you mean catalog.",
        ),
        (RECIPE.replace('\nsku = "sku"', "", 1), "Line 10: Step goods lacks the field sku."),
        (b'name = "t"\ntitle = "\xff"', "Line 2: this is no UTF-8 text. Save the recipe as UTF-8."),
    ],
)
def test_a_wrong_recipe_says_where_and_changes_nothing(client: Client, recipe: Any, why: str) -> None:
    [said] = errors(send(client, {"till.toml": recipe, "goods.csv": GOODS}))
    assert said.startswith(f"till.toml: {why}")


def test_what_else_cannot_be_a_recipe_is_told(client: Client) -> None:
    big = RECIPE + "# " + "x" * 300_000
    assert errors(send(client, {"till.toml": big})) == [
        "till.toml is larger than 256 kB. A recipe is a short text; is this a file with data?"
    ]
    assert errors(send(client, {"a.toml": RECIPE, "b.toml": RECIPE})) == [
        "There are several recipes among these files: a.toml, b.toml. Send one."
    ]
    assert errors(send(client, {"a.toml": RECIPE.replace("till", "northwind", 1), "goods.csv": GOODS})) == [
        "A recipe called northwind comes with Loomline. Give yours another name in its first line."
    ]
    assert errors(send(client, {"a.toml": RECIPE, "other.csv": "x,y\n1,2\n"})) == [
        "None of these files belongs to Our till, which reads goods.csv."
    ]


def test_a_column_that_the_file_lacks_is_told_before_anything_runs(client: Client) -> None:
    send(client, {"till.toml": RECIPE, "goods.csv": GOODS.replace("pieces", "count")})
    takeover = Takeover.objects.get()
    answer = client.post(f"/import/{takeover.pk}/files/")
    assert answer.context["files"]["problems"] == [
        "goods.csv lacks the columns pieces. Export it once more with all of its columns."
    ]
    assert not JobRun.objects.exists()


def test_whoever_may_not_import_sends_no_recipe(db: None) -> None:
    stranger = Client()
    stranger.force_login(User.objects.create(email="nobody@halden.example", name="Nobody"))
    assert send(stranger, {"till.toml": RECIPE}).status_code == 403
    assert not OwnRecipe.objects.exists()


def test_every_target_says_what_a_recipe_may_give_it() -> None:
    assert TAKES.keys() == registry.keys()


def test_a_recipe_that_can_no_longer_be_read_says_so_and_is_not_offered(client: Client, ctx: Ctx) -> None:
    own = OwnRecipe.objects.create(name="old", title="Old", text="?", added_by=ctx.actor, added_at=ctx.now)
    assert "This recipe cannot be used." in client.get(f"/recipes/own-recipes/{own.pk}/").content.decode()
    assert client.get("/recipes/own-recipes/").status_code == 200
    assert "<b>Old</b>" not in client.get("/import/").content.decode()
