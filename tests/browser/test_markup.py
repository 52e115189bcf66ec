"""What no template, style or script may hold; read as text, so that a page nobody opened is covered too."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "src").rglob("templates/**/*.html"))
STYLES = sorted((ROOT / "web" / "css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "web" / "js").rglob("*.js"))
COMMENT = re.compile(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}", re.DOTALL)

FORBIDDEN = {
    "style attribute": re.compile(r"\sstyle="),
    "style element": re.compile(r"<style[\s>]"),
    "event attribute": re.compile(r"<[^>%]*\son[a-z]+\s*="),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "javascript address": re.compile(r"javascript:|\"js:"),
    "word outside the htmx vocabulary": re.compile(
        r"\bhx-(on|live|vals|vars|boost|ext|action|method|config)\b"
    ),
    "stray backslash": re.compile(r"\\[\"']"),
    "filter in hx-trigger": re.compile(r"hx-trigger=\"[^\"]*\["),
}
ALLOWED_HX = {
    "hx-get",
    "hx-post",
    "hx-put",
    "hx-delete",
    "hx-target",
    "hx-swap",
    "hx-trigger",
    "hx-push-url",
    "hx-select",
    "hx-include",
    "hx-confirm",
    "hx-sync",
    "hx-morph-skip",
}
PHYSICAL = re.compile(
    r"(?<![\w-])(margin|padding|border|inset)?-?(left|right)(-\w+)?\s*:|text-align:\s*(left|right)"
)
LONGEST_SCRIPT = 1552


def text_of(path: Path) -> str:
    """The file without what only people read."""
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_template_breaks_the_policy(rule: str) -> None:
    found = [path.name for path in TEMPLATES if FORBIDDEN[rule].search(text_of(path))]
    assert found == []


def test_templates_speak_the_short_htmx_vocabulary() -> None:
    spoken = {word for path in TEMPLATES for word in re.findall(r"\s(hx-[a-z-]+)(?==|\s|>)", text_of(path))}
    assert spoken - ALLOWED_HX == set()


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    known = set((ROOT / "web" / "icons.txt").read_text(encoding="utf-8").split())
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r"\{% icon \"([^\"]+)\"|icon=\"([^\"{]+)\"", text_of(path))
        for name in name
        if name
    }
    named |= {
        name for path in TEMPLATES for name in re.findall(r"\|default:\"([a-z0-9-]+)\" %\}", text_of(path))
    }
    assert named - known == set()


def test_every_page_says_what_it_reads() -> None:
    pages = [path for path in TEMPLATES if path.parent.name in ("loom", "import", "portal", "auth", "panels")]
    silent = [path.name for path in pages if "{% comment %}" not in path.read_text(encoding="utf-8")]
    assert silent == []


def test_styles_use_logical_directions_only() -> None:
    found = [
        f"{path.name}:{number}"
        for path in STYLES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PHYSICAL.search(line)
    ]
    assert found == []


def test_files_are_short_and_scripts_are_few() -> None:
    long = [path.name for path in [*STYLES, *SCRIPTS] if len(path.read_text().splitlines()) > 400]
    assert long == []
    assert sum(len(path.read_text().splitlines()) for path in SCRIPTS) <= LONGEST_SCRIPT


def test_the_lock_holds_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    addressed = [name for name, package in lock["packages"].items() if "resolved" in package]
    assert addressed == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
