"""Topics, quotations, clean HTML, kinds of files, domains."""

from __future__ import annotations

import pytest

from loomline.engines.mime import markup
from loomline.engines.mime.domains import company_domain, domain_of
from loomline.engines.mime.kinds import kind_of
from loomline.engines.mime.quoting import opening, split
from loomline.engines.mime.threading import answer_subject, is_answer, topic


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Re: Offer 12", "offer 12"),
        ("RE: Re[2]: AW: Antw: Offer 12", "offer 12"),
        ("[Halden] Fwd: WG:  Offer\t12", "offer 12"),
        ("Rest of the order", "rest of the order"),
        ("Regarding: x", "regarding: x"),
        ("", ""),
    ],
)
def test_a_topic_has_no_marks(subject: str, expected: str) -> None:
    assert topic(subject) == expected


def test_an_answer_has_one_mark() -> None:
    assert answer_subject("AW: Re: Offer") == "Re: Offer"
    assert answer_subject("Offer") == "Re: Offer"
    assert is_answer("SV: x")
    assert not is_answer("Re x")


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 23 Nov 2026 at 10:15, Ana Costa <ana@halden.example> wrote:\n> When?",
        "On Mon, 23 Nov 2026 at 10:15, Ana Costa\n<ana@halden.example> wrote:\n\n> When?",
        "Am 23.11.2026 um 10:15 schrieb Ana Costa:\n> Wann?",
        "Le lun. 23 nov. 2026 à 10:15, Ana <a@b.example> a écrit :\n> Quand ?",
        "Em seg., 23 de nov. de 2026, Ana escreveu:\n> Quando?",
        "-----Original Message-----\nFrom: Ana\nSent: Monday\nTo: J\n\nWhen?",
        "________________________________\nFrom: Ana\nSent: Monday",
        "From: Ana Costa <ana@halden.example>\nSent: Monday, 23 November\nTo: J\nSubject: x\n\nWhen?",
        "> When?\n> Ana",
    ],
)
def test_what_is_quoted_below_is_split_off(quoted: str) -> None:
    assert split(f"Tomorrow.\n\nJürgen\n\n{quoted}") == ("Tomorrow.\n\nJürgen", quoted)


@pytest.mark.parametrize(
    "text",
    [
        "> When?\nTomorrow.\n> Where?\nHere.",
        "Hello,\n\nOn Monday we wrote: all is well.\n\nJ",
        "From: here to there is a long way.",
        "> only a quotation",
        "",
    ],
)
def test_answers_between_the_lines_stay_whole(text: str) -> None:
    assert split(text) == (text, "")


def test_an_opening_is_one_line() -> None:
    assert opening("Dear Ana,\n\nyes.\n\n> When?") == "Dear Ana, yes."
    assert len(opening("word " * 100)) == 160


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" java\tscript:alert(1)">x</a>',
        '<iframe src="https://evil.example"></iframe>',
        '<form action="https://evil.example"><input name="password"></form>',
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        '<style>@import "https://evil.example"</style>',
        '<link rel="stylesheet" href="https://evil.example/x.css">',
        '<base href="https://evil.example/">',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<object data="https://evil.example"></object>',
        '<p style="background-image:url(https://evil.example/t.gif)">x</p>',
        '<p style="background:url(https://evil.example/t.gif)">x</p>',
        '<td background="https://evil.example/t.gif">x</td>',
        '<img srcset="https://evil.example/t.gif 2x">',
        '<video poster="https://evil.example/t.gif"></video>',
        '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    ],
)
def test_nothing_runs_or_fetches(html: str) -> None:
    made = markup.clean(html).html.lower()
    for bad in ("script", "onerror", "evil.example", "<iframe", "<form", "<style", "svg", "data:"):
        assert bad not in made


def test_pictures_from_elsewhere_are_off_until_asked() -> None:
    made = markup.clean('<p>Hi <img src="https://t.example/p.gif" alt="x"><img src="//t.example/q.gif"></p>')
    assert made.remote == 2
    assert 'src="https' not in made.html
    assert "https://t.example/p.gif" not in markup.shown(made.html, pictures={}).replace("remote:https", "")
    asked = markup.shown(made.html, pictures={}, with_remote=True)
    assert 'src="https://t.example/p.gif"' in asked
    assert 'src="https://t.example/q.gif"' in asked


def test_its_own_pictures_stand_in_their_place() -> None:
    made = markup.clean('<img src="cid:logo"><img src="cid:gone">')
    assert made.remote == 0
    shown = markup.shown(made.html, pictures={"logo": "data:image/png;base64,xx"})
    assert 'src="data:image/png;base64,xx"' in shown
    assert "cid:" not in shown


def test_links_open_elsewhere_and_tell_nothing() -> None:
    made = markup.clean('<a href="https://nord.example" target="_top">x</a>').html
    assert 'target="_blank"' in made
    assert 'rel="noopener noreferrer nofollow"' in made


def test_looks_that_are_safe_stay() -> None:
    made = markup.clean(
        '<p style="color:red;position:fixed">x</p><table border="1"><tr><td>y</td></tr></table>'
    )
    assert "color" in made.html
    assert "position" not in made.html
    assert "<table" in made.html


@pytest.mark.parametrize(
    ("data", "name", "type_", "is_risky"),
    [
        (b"%PDF-1.7", "invoice.txt", "application/pdf", False),
        (b"\x89PNG\r\n\x1a\n", "x", "image/png", False),
        (b"\xff\xd8\xff\xe0", "x.png", "image/jpeg", False),
        (b"MZ\x90\x00\x03", "invoice.pdf", None, True),
        (b"\x7fELF\x02", "x", None, True),
        (b"#!/bin/sh\necho", "notes.txt", "text/plain", True),
        (b"<!DOCTYPE html><script>", "photo.png", "text/html", True),
        (b'<?xml version="1.0"?><svg onload="x">', "x.png", "image/svg+xml", True),
        (b"a;b\n1;2\n", "list.csv", "text/plain", False),
        (b"hello", "run.js", "text/plain", True),
        (b"\x00\x01\x02\x03", "x", "application/octet-stream", False),
    ],
)
def test_a_file_is_what_it_holds(data: bytes, name: str, type_: str | None, is_risky: bool) -> None:
    kind = kind_of(data, name=name)
    assert kind.is_risky == is_risky
    assert type_ is None or kind.type == type_


def test_a_public_domain_is_no_company() -> None:
    assert domain_of(" Ana@Nord.Example. ") == "nord.example"
    assert company_domain("ana@nord.example") == "nord.example"
    assert company_domain("ana@gmail.com") == ""
    assert company_domain("ana@web.de") == ""
    assert company_domain("nobody") == ""
