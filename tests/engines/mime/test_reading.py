"""Letters as they really come: whole, broken, in every writing, with anything attached."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.mime.headers import Correspondent
from loomline.engines.mime.reading import read

PLAIN = b"""\
Message-ID: <one@nord.example>
From: =?utf-8?q?J=C3=BCrgen_N=C3=B6rd?= <Juergen@Nord.example>
To: "Costa, Ana" <ana@halden.example>, sales@halden.example
Cc: ANA@halden.example
Subject: =?iso-8859-1?Q?Lieferung_f=FCr?= S-0042
Date: Mon, 23 Nov 2026 10:15:00 +0100
In-Reply-To: <zero@halden.example>
References: <first@halden.example>
 <zero@halden.example>
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: 8bit

Gr\xfc\xdfe aus Hamburg
"""


def test_a_plain_letter_is_read_whole() -> None:
    letter = read(PLAIN)
    assert letter.message_id == "<one@nord.example>"
    assert letter.sender == Correspondent("juergen@nord.example", "Jürgen Nörd")
    assert [str(p) for p in letter.to] == ["Costa, Ana", "sales@halden.example"]
    assert [p.address for p in letter.cc] == ["ana@halden.example"]
    assert letter.subject == "Lieferung für S-0042"
    assert letter.at == datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
    assert letter.parents == ("<zero@halden.example>", "<first@halden.example>")
    assert letter.text == "Grüße aus Hamburg"
    assert not letter.is_automatic


def test_raw_bytes_in_headers_are_read_as_utf_8_or_as_windows_writes_them() -> None:
    assert read("Subject: Größe\n\n".encode()).subject == "Größe"
    assert read("Subject: Größe\n\n".encode("cp1252")).subject == "Größe"


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        (b"Subject: =?utf-8?B?a?=", "=?utf-8?B?a?="),
        (b"Subject: =?x-nowhere?Q?caf=E9?=", "café"),
        (b"Subject: a\r\n b", "a b"),
        (b"Subject: safe\xe2\x80\xaeelif", "safe elif"),
        (b"X: y", ""),
    ],
)
def test_a_broken_subject_is_taken_as_it_is(head: bytes, subject: str) -> None:
    assert read(head + b"\r\n\r\nx").subject == subject


def test_a_letter_without_id_gets_the_same_one_every_time() -> None:
    raw = b"From: a@b.example\n\nHello"
    assert read(raw).message_id == read(raw).message_id
    assert read(raw).message_id.endswith("@no-id.invalid>")


@pytest.mark.parametrize(
    "date", [b"yesterday", b"Mon, 99 Foo 2026 99:99:99", b"", b"Mon, 1 Jan 99999 00:00:00 +0000"]
)
def test_a_nonsense_date_is_none(date: bytes) -> None:
    assert read(b"Date: " + date + b"\n\nx").at is None


def test_html_alone_is_read_as_text_with_its_quotations() -> None:
    raw = (
        b"Content-Type: text/html; charset=utf-8\n\n<html><style>p{}</style><body><p>Dear Ana,</p>"
        b"<p>yes&nbsp;please.<br>Kind regards</p><ul><li>one</li><li>two</li></ul>"
        b"<blockquote><div>When?</div></blockquote></body></html>"
    )
    assert read(raw).text == "Dear Ana,\n\nyes please.\nKind regards\n\n- one\n- two\n> When?"


def test_both_ways_of_writing_and_files_are_told_apart() -> None:
    made = EmailMessage()
    made["Subject"] = "Offer"
    made.set_content("The text")
    made.add_alternative('<p>The page <img src="cid:logo"></p>', subtype="html")
    page = made.get_payload()[1]
    page.add_related(b"\x89PNG\r\n\x1a\nxxxx", "image", "png", cid="<logo>")
    made.add_attachment(b"%PDF-1.7 x", maintype="image", subtype="png", filename="../../etc/Quote 7.png")
    letter = read(made.as_bytes())
    assert letter.text == "The text"
    assert "<p>The page" in letter.html
    logo, offer = letter.files
    assert (logo.content_id, logo.is_inline, logo.kind.type) == ("logo", True, "image/png")
    assert (offer.name, offer.kind.type, offer.is_inline) == ("Quote 7.png", "application/pdf", False)


def test_an_attached_letter_is_a_file() -> None:
    made = EmailMessage()
    made.set_content("See below")
    inner = EmailMessage()
    inner["Subject"] = "The other one"
    inner.set_content("inside")
    made.add_attachment(inner)
    (file,) = read(made.as_bytes()).files
    assert b"The other one" in file.data
    assert read(made.as_bytes()).text == "See below"


@pytest.mark.parametrize(
    "head", [b"Auto-Submitted: auto-replied", b"Precedence: bulk", b"List-Id: <news.example>"]
)
def test_what_a_machine_sent_is_marked(head: bytes) -> None:
    assert read(head + b"\n\nx").is_automatic
    assert not read(b"Auto-Submitted: no\n\nx").is_automatic


BOUNCE = b"""\
Message-ID: <dsn@mx.example>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; gone@nord.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

Final-Recipient: rfc822; fine@nord.example
Action: delivered
Status: 2.0.0

--b
Content-Type: message/rfc822

Message-ID: <ours@halden.example>
Subject: Offer

Text
--b--
"""


def test_a_bounce_names_who_was_not_reached_and_by_which_letter() -> None:
    (bounce,) = read(BOUNCE).bounces
    assert bounce.address == "gone@nord.example"
    assert bounce.status == "5.1.1"
    assert bounce.is_final
    assert bounce.reason == "550 5.1.1 User unknown"
    assert bounce.message_ids == ("<ours@halden.example>",)


def test_a_letter_nested_a_thousand_times_is_read() -> None:
    raw = b"Subject: deep\n"
    for n in range(1000):
        raw += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n)
    assert read(raw + b"\n\nbottom").subject == "deep"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_whatever_bytes_come_are_read(raw: bytes) -> None:
    letter = read(raw)
    assert letter.message_id
    assert "\x00" not in letter.text + letter.subject


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"From: ",
                b"To: ",
                b"Date: ",
                b"Content-Type: ",
                b"multipart/mixed; boundary=x",
                b"text/html; charset=zz",
                b"\n",
                b"\n\n",
                b"--x\n",
                b"=?utf-8?B?",
                b"?=",
                b"<a@b>",
                b"\xff",
                b"Message-ID: <",
            ]
        ),
        max_size=30,
    )
)
def test_whatever_is_put_together_from_pieces_of_letters_is_read(pieces: list[bytes]) -> None:
    assert read(b"".join(pieces)).message_id
