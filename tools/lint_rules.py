"""The rules of the house that no ready-made linter knows; each message says what to do instead."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "loomline"

FILE_LINES = 400
FUNCTION_STATEMENTS = 30
# Lines of code: blank lines, comments and docstrings are free. Decision 26 says why these figures.
BUDGETS = {"kernel + surface": 13_000, "domain": 4000, "flow": 150}
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "misc.py", "common.py"}

WRITES = {
    "save",
    "delete",
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "update",
}
WRITING = {"insert_rows"}
# A dictionary has update() too: only what comes from a table counts.
TABLE_WORDS = {
    "objects",
    "filter",
    "exclude",
    "all",
    "order_by",
    "select_for_update",
    "_default_manager",
    "annotate",
}
FORMS = {"editor", "form"}
MAY_WRITE = {"commands", "migrations", "reference"}
DOORS = {"resources", "pages", "api"}
HANDLER = (
    r"\son(abort|blur|change|click|close|copy|drag\w*|drop|error|focus\w*|input|key\w+|load|mouse\w+|paste"
    r"|pointer\w+|scroll|select|submit|toggle|touch\w+|wheel)\s*="
)
TEMPLATE_RULES = (
    (re.compile(r"\sstyle\s*="), "no style attribute: use a class, an SVG attribute or a data attribute"),
    (re.compile(r"<style[\s>]"), "no style element: the policy forbids it; write CSS in web/css"),
    (re.compile(HANDLER), "no inline handler: the policy forbids it; write a custom element"),
    (re.compile(r"<script(?![^>]*\ssrc=)[^>]*>"), "no inline script: the policy forbids it"),
)


@dataclass(frozen=True)
class Finding:
    """One broken rule, printed as editors understand it."""

    file: Path
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}: {self.says}"


def main() -> int:
    """Print every finding; 1 if there is any."""
    findings = [*all_findings(PACKAGE)]
    sys.stdout.write("".join(f"{finding}\n" for finding in findings))
    sys.stdout.write(f"{len(findings)} findings.\n" if findings else "The rules of the house hold.\n")
    return 1 if findings else 0


def all_findings(package: Path) -> Iterator[Finding]:
    """The findings of every source file and template of the package."""
    for file in sorted(package.rglob("*.py")):
        yield from source_findings(file, package)
    for file in sorted(package.rglob("*.html")):
        yield from template_findings(file)
    yield from budget_findings(package)


def source_findings(file: Path, package: Path) -> Iterator[Finding]:
    """The findings of one source file."""
    text = file.read_text()
    parts = file.relative_to(package).with_suffix("").parts
    if file.name in FORBIDDEN_NAMES:
        yield Finding(file, 1, "name the file after the thing it holds; it belongs to another layer")
    if "migrations" in parts:
        return
    if (lines := _code_lines(text)) > FILE_LINES:
        yield Finding(file, 1, f"{lines} lines of code: split by noun at {FILE_LINES}")
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _function_findings(file, node)
        if isinstance(node, ast.ClassDef):
            yield from _class_findings(file, node, parts)
        if isinstance(node, ast.Call) and not _may_write(parts) and _writes(node):
            yield Finding(
                file, node.lineno, "only commands, the kernel, migrations and demos write; call a command"
            )
        if isinstance(node, ast.Attribute) and node.attr == "objects" and _is_door(parts):
            yield Finding(file, node.lineno, "reads are doors: visible(ctx, Model), or a query")


def template_findings(file: Path) -> Iterator[Finding]:
    """What the content-security policy would refuse in a browser."""
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        for pattern, says in TEMPLATE_RULES:
            if pattern.search(line):
                yield Finding(file, number, says)


def budget_findings(package: Path) -> Iterator[Finding]:
    """Rooms that have grown beyond what one person keeps in mind."""
    shared = _lines(package / "kernel") + _lines(package / "surface")
    if shared > BUDGETS["kernel + surface"]:
        says = f"kernel and surface together have {shared} lines, more than {BUDGETS['kernel + surface']}"
        yield Finding(package / "kernel", 1, says)
    for folder in sorted((package / "domains").glob("*/")):
        if (lines := _lines(folder)) > BUDGETS["domain"]:
            yield Finding(
                folder, 1, f"{lines} lines in one domain, more than {BUDGETS['domain']}: split by noun"
            )
    for file in sorted((package / "flows").glob("*.py")):
        if (lines := file.read_text().count("\n")) > BUDGETS["flow"]:
            yield Finding(
                file, 1, f"{lines} lines in one flow, more than {BUDGETS['flow']}: split by agreement"
            )


def _function_findings(file: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            yield Finding(
                file, inner.lineno, "no import inside a function: the thing belongs to another layer"
            )
    # Statements, not lines: the formatter lays one call out over many lines, and that is no complexity.
    statements = sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1
    if statements > FUNCTION_STATEMENTS:
        says = f"{node.name} has {statements} statements: split it at {FUNCTION_STATEMENTS}"
        yield Finding(file, node.lineno, says)
    if any(_named(decorator) == "command" for decorator in node.decorator_list):
        if not ast.get_docstring(node):
            yield Finding(file, node.lineno, f"command {node.name} needs a docstring that says why")
        if len(node.args.args) > 1 or node.args.vararg is not None:
            yield Finding(file, node.lineno, f"command {node.name}: everything after ctx is keyword-only")
        if node.name.split("_")[0] in {"process", "handle", "do", "manage"}:
            yield Finding(file, node.lineno, f"command {node.name}: say what happens, verb and noun")


def _class_findings(file: Path, node: ast.ClassDef, parts: tuple[str, ...]) -> Iterator[Finding]:
    if parts[0] != "domains" or parts[2:3] != ("models",):
        return
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef) and inner.name in {"save", "delete"}:
            yield Finding(file, inner.lineno, f"no {inner.name}() override: write a command and a constraint")


def _may_write(parts: tuple[str, ...]) -> bool:
    return parts[0] not in {"domains", "flows", "surface"} or bool(MAY_WRITE & set(parts))


def _is_door(parts: tuple[str, ...]) -> bool:
    return parts[0] == "domains" and bool(DOORS & set(parts[2:3]))


def _writes(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in WRITING
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    if call.func.attr == "save":
        # A form's save() goes through the command of its entity.
        return getattr(call.func.value, "id", "") not in FORMS
    return bool(TABLE_WORDS & {*_chain(call.func.value)})


def _chain(node: ast.AST) -> Iterator[str]:
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        else:
            return


def _named(node: ast.expr) -> str:
    target = node.func if isinstance(node, ast.Call) else node
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def _lines(folder: Path) -> int:
    files = (f for f in folder.rglob("*.py") if "migrations" not in f.parts)
    return sum(_code_lines(f.read_text()) for f in files)


def _code_lines(text: str) -> int:
    """Lines that hold code: without blank lines, comments and docstrings."""
    words = {n for node in ast.walk(ast.parse(text)) for n in _docstring_lines(node)}
    rows = enumerate(text.splitlines(), start=1)
    return sum(bool(row.strip()) and not row.lstrip().startswith("#") and n not in words for n, row in rows)


def _docstring_lines(node: ast.AST) -> range:
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return range(first.lineno, (first.end_lineno or first.lineno) + 1)
    return range(0)


if __name__ == "__main__":
    sys.exit(main())
