"""Write the pages of docs/ that come from the code: settings, one page a domain, one page a story.

What a page says stands beside the code it is about, so that it cannot grow old by itself.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loomline.app.settings")
django.setup()

from django.apps import apps  # noqa: E402

from loomline.app import environment  # noqa: E402
from loomline.kernel import command, event  # noqa: E402
from loomline.kernel.state import Moves  # noqa: E402
from loomline.surface import registry  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PREFIX = "loomline.domains."


def main() -> int:
    """Write every page and tell how many."""
    registry.load()
    pages = {DOCS / "settings.md": settings_page()}
    for config in apps.get_app_configs():
        if config.name.startswith(PREFIX):
            pages[DOCS / "domains" / f"{config.label}.md"] = domain_page(config)
    for story in sorted((ROOT / "demo").glob("*.py")):
        if "\nLOGINS" in story.read_text():
            pages[DOCS / "stories" / f"{story.stem}.md"] = story_page(story)
    for path, lines in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
    sys.stdout.write(f"{len(pages)} pages written.\n")
    return 0


def settings_page() -> list[str]:
    """The table of settings."""
    rows = [
        f"| `{s.name}` | {f'`{s.default}`' if s.default else ''} | {s.meaning} |"
        for s in environment.SETTINGS
    ]
    head = [
        "# Settings",
        "",
        "Read once from the environment; a wrong value stops the start with a sentence.",
        "",
    ]
    return [*head, "| name | when absent | meaning |", "| --- | --- | --- |", *rows]


def domain_page(config: Any) -> list[str]:
    """What the domain is, what can be seen, done and heard."""
    module: ModuleType = config.module
    lines = [f"# {config.verbose_name}", "", (module.__doc__ or "").strip(), ""]
    for title, found in (
        ("Lists", _lists(config.label)),
        ("Commands", _commands(config.label)),
        ("Moves", _moves(config)),
        ("Events", _events(config.label)),
    ):
        entries = list(found)
        lines += [f"## {title}", "", *entries, ""] if entries else []
    return lines[:-1]


def story_page(file: Path) -> list[str]:
    """The story as it is told, under its own first paragraph, then its chapters."""
    chapters = [one for one in sorted((file.parent / "chapters").glob("*.py")) if one.stem != "__init__"]
    lines: list[str] = []
    for level, part in (("#", file), *(("##", chapter) for chapter in chapters)):
        text = part.read_text()
        said = ast.get_docstring(ast.parse(text)) or ""
        # A chapter that is still to be written has its first sentence only.
        if "\ndef " in text:
            lines += [
                f"{level} {part.stem.capitalize()}",
                "",
                said,
                "",
                "```python",
                text.rstrip(),
                "```",
                "",
            ]
    return lines[:-1]


def _lists(label: str) -> Iterator[str]:
    for resource in registry.resources.values():
        if resource.model._meta.app_label == label:
            yield f"- **{resource.plural()}** (`{resource.name}`): {_first(resource.__doc__)}"


def _commands(label: str) -> Iterator[str]:
    for name, found in sorted(command.registry.items()):
        if name.split(".")[0] == label:
            arguments = ", ".join(found.parameters)
            yield f"- `{name}({arguments})`: {_first(found.doc)}"


def _moves(config: Any) -> Iterator[str]:
    for model in config.get_models():
        moves = getattr(model, "moves", None)
        if isinstance(moves, Moves):
            yield f"- **{model._meta.verbose_name}**: {', '.join(str(name) for name in moves)}"


def _events(label: str) -> Iterator[str]:
    for name, found in sorted(event.registry.items()):
        if name.split(".")[0] == label:
            yield f"- `{name}`: {_first(found.__doc__)}"


def _first(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


if __name__ == "__main__":
    sys.exit(main())
