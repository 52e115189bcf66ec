"""Each rule of the house finds what it forbids and lets pass what it allows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import lint_rules

Judge = Callable[[str, str], list[str]]


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    monkeypatch.setattr(lint_rules, "ROOT", tmp_path)

    def findings(place: str, text: str) -> list[str]:
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        if file.suffix == ".html":
            return [f.says for f in lint_rules.template_findings(file)]
        return [f.says for f in lint_rules.source_findings(file, tmp_path)]

    return findings


WRITE = "only commands, the kernel, migrations and demos write; call a command"


@pytest.mark.parametrize(
    ("place", "code", "found"),
    [
        ("domains/sales/queries.py", "Order.objects.create(x=1)", [WRITE]),
        ("domains/sales/queries.py", "Order.objects.filter(x=1).update(x=2)", [WRITE]),
        ("domains/sales/jobs.py", "order.save()", [WRITE]),
        ("flows/a.py", "Order.objects.all().delete()", [WRITE]),
        ("surface/a.py", "Order.objects.bulk_create([])", [WRITE]),
        ("surface/a.py", "insert_rows(Order, ('name',), [])", [WRITE]),
        ("domains/sales/queries.py", "counts.update(x=1)", []),
        ("surface/a.py", "made = editor.save()", []),
        ("domains/sales/commands.py", "Order.objects.create(x=1)", []),
        ("domains/sales/commands/order.py", "order.save()", []),
        ("domains/sales/migrations/0001_initial.py", "Order.objects.all().delete()", []),
        ("kernel/record.py", "row.save()", []),
    ],
)
def test_only_commands_write(judge: Judge, place: str, code: str, found: list[str]) -> None:
    assert judge(place, code) == found


def test_no_import_inside_a_function(judge: Judge) -> None:
    assert judge("kernel/a.py", "def f() -> None:\n    import os\n") == [
        "no import inside a function: the thing belongs to another layer"
    ]


def test_reads_are_doors(judge: Judge) -> None:
    says = "reads are doors: visible(ctx, Model), or a query"

    assert judge("domains/sales/pages.py", "x = Order.objects.all()") == [says]
    assert judge("domains/sales/resources/order.py", "x = Order.objects.all()") == [says]
    assert judge("domains/sales/queries.py", "x = Order.objects.all()") == []


def test_a_command_says_why_and_takes_keywords(judge: Judge) -> None:
    code = "@command\ndef process_order(ctx: Ctx, order: Order) -> None:\n    pass\n"

    assert judge("domains/sales/commands.py", code) == [
        "command process_order needs a docstring that says why",
        "command process_order: everything after ctx is keyword-only",
        "command process_order: say what happens, verb and noun",
    ]


def test_a_good_command_passes(judge: Judge) -> None:
    code = '@command(move="x")\ndef confirm_order(ctx: Ctx, *, order: Order) -> None:\n    """Why."""\n'

    assert judge("domains/sales/commands.py", code) == []


def test_no_save_override_in_a_model(judge: Judge) -> None:
    code = "class Order(Document):\n    def save(self) -> None: ...\n"

    assert judge("domains/sales/models.py", code) == ["no save() override: write a command and a constraint"]


def test_sizes(judge: Judge) -> None:
    long_function = "def f() -> None:\n" + "    x = 1\n" * 31

    assert judge("kernel/a.py", long_function) == ["f has 31 statements: split it at 30"]
    assert judge("kernel/b.py", "x = 1\n" * 401) == ["401 lines of code: split by noun at 400"]
    assert judge("kernel/c.py", "x = 1\n" * 400) == []


def test_a_room_for_leftovers_is_refused(judge: Judge) -> None:
    assert judge("domains/sales/utils.py", "") == [
        "name the file after the thing it holds; it belongs to another layer"
    ]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<p style="color:red">', "no style attribute: use a class, an SVG attribute or a data attribute"),
        ("<style>p{}</style>", "no style element: the policy forbids it; write CSS in web/css"),
        ('<button onclick="x()">', "no inline handler: the policy forbids it; write a custom element"),
        ("<script>x()</script>", "no inline script: the policy forbids it"),
    ],
)
def test_templates_keep_the_security_policy(judge: Judge, html: str, found: str) -> None:
    assert judge("surface/templates/a.html", html) == [found]


def test_a_clean_template_passes(judge: Judge) -> None:
    html = '<script type="module" src="/a.js"></script><c-vars only="" /><p data-style="x" class="on-off">'

    assert judge("surface/templates/a.html", html) == []
