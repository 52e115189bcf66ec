"""The HTML of a letter: cleaned of everything that runs, remote images off until asked, or as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

import nh3

REMOTE = "remote:"
TAGS = {
    *("a", "abbr", "address", "article", "b", "bdi", "bdo", "blockquote", "br", "caption", "center", "cite"),
    *("code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "font"),
    *("footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main"),
    *("mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub"),
    *("sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr"),
}
_SIZES = {"align", "valign", "width", "height", "bgcolor", "dir", "lang"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "title", *_SIZES},
    "a": {"href", "name"},
    "img": {"src", "alt", "border"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing", "summary"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap", "scope"},
    "ol": {"start", "type"},
    "col": {"span"},
}
# No shorthand that takes an address: an image could be fetched through it.
STYLES = {
    *("color", "background-color", "font", "font-family", "font-size", "font-style", "font-weight"),
    *("letter-spacing", "line-height", "text-align", "text-decoration", "text-indent", "text-transform"),
    *("vertical-align", "white-space", "word-break", "word-wrap", "overflow-wrap", "direction"),
    *("margin", "margin-top", "margin-right", "margin-bottom", "margin-left"),
    *("padding", "padding-top", "padding-right", "padding-bottom", "padding-left"),
    *("border", "border-top", "border-right", "border-bottom", "border-left", "border-color"),
    *("border-style", "border-width", "border-collapse", "border-spacing", "border-radius"),
    *("width", "height", "max-width", "max-height", "min-width", "min-height", "display"),
}
_PICTURE = re.compile(r"^data:image/(?:png|gif|jpe?g|webp);base64,[A-Za-z0-9+/=\s]+$", re.I)


@dataclass(frozen=True)
class Cleaned:
    """Safe HTML, and how many pictures it would fetch from elsewhere."""

    html: str
    remote: int = 0


def clean(html: str) -> Cleaned:
    """The same letter without anything that runs, tracks or fetches."""
    remote = 0

    def keep(tag: str, name: str, value: str) -> str | None:
        nonlocal remote
        if tag != "img" or name != "src":
            return None if name == "href" and value.strip().lower().startswith(("data:", "cid:")) else value
        address = value.strip()
        if address.lower().startswith("cid:") or _PICTURE.match(address):
            return address
        if re.match(r"^(?:https?:)?//", address, re.I):
            remote += 1
            return REMOTE + (address if address[0] != "/" else f"https:{address}")
        return None

    html = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags={"script", "style", "title", "head", "noscript", "template", "svg", "math"},
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        filter_style_properties=STYLES,
        strip_comments=True,
    )
    return Cleaned(html, remote)


def shown(html: str, *, pictures: Mapping[str, str], with_remote: bool = False) -> str:
    """Cleaned HTML as it is drawn: its own pictures in place, remote ones only when asked for."""
    held = re.sub(
        r'src="cid:([^"]{1,200})"',
        lambda m: f'src="{escape(pictures.get(m.group(1), ""), quote=True)}"',
        html,
    )
    return held.replace(f'src="{REMOTE}', 'src="') if with_remote else held


def as_text(html: str) -> str:
    """What a letter says without its looks; quotations get their marks."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError):
        return re.sub(r"<[^>]*>", " ", html).strip()
    return reader.text()


class _Reader(HTMLParser):
    BREAKS = frozenset({"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section"})
    SILENT = frozenset({"script", "style", "head", "title", "template"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self.silent += 1
        elif tag == "blockquote":
            self.quoted += 1
            self._line()
        elif tag == "br":
            self._break()
        elif tag == "li":
            self._line()
            self.parts.append("- ")
        elif tag in self.BREAKS:
            self._line()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)
            self._line()
        elif tag in self.BREAKS:
            self._line()
            if tag == "p":
                self._break()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            words = re.sub(r"\s+", " ", data)
            if words.strip() or (self.parts and not self.parts[-1].endswith("\n")):
                self.parts.append(words)

    def _line(self) -> None:
        if self.parts and not self.parts[-1].endswith(("\n", "> ")):
            self._break()
        elif self.parts and self.quoted and self.parts[-1].endswith("\n"):
            self.parts.append("> " * self.quoted)

    def _break(self) -> None:
        self.parts.append("\n" + "> " * self.quoted)

    def text(self) -> str:
        lines = [line.rstrip() for line in "".join(self.parts).replace("\xa0", " ").split("\n")]
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.lstrip() for line in lines))
        return re.sub(r"(?:\s|^>)+\Z", "", text, flags=re.M).strip()
