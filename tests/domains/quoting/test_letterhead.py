"""How letters look, and what they end with."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.quoting import commands as quoting
from loomline.domains.quoting.models import Letterhead, Terms
from loomline.domains.sales.models import Quote
from loomline.domains.sales.pages import letters as sales
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid
from tests.domains.sales.shop import World

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20"/></svg>'
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(("body", "kind"), [(SVG, "svg"), (PNG, "png")])
def test_colour_logo_and_terms_stand_on_the_letter(
    ctx: Ctx, draft: Callable[..., Quote], body: bytes, kind: str
) -> None:
    Terms.objects.create(language="en", text="Goods stay ours until paid.")
    quote = draft()
    plain = sales.quote_letter(ctx, quote=quote)
    quoting.change_letterhead(
        ctx, colour="#A3262A", opening="Dear friends,", logo=base64.b64encode(body).decode()
    )
    said = sales.quote_data(ctx, quote)

    assert (said["look"]["colour"], said["look"]["logo_kind"]) == ("#a3262a", kind)
    assert bytes(said["look"]["logo"]) == body
    assert (said["opening"], said["look"]["terms"]) == ("Dear friends,", "Goods stay ours until paid.")
    letter = sales.quote_letter(ctx, quote=quote)
    assert letter.startswith(b"%PDF")
    assert letter != plain


def test_terms_are_those_of_the_readers_language_else_the_companys(
    ctx: Ctx, draft: Callable[..., Quote], world: World
) -> None:
    Terms.objects.create(language="en", text="English")
    Terms.objects.create(language="de", text="Deutsch")
    world.shop.language = "de"
    world.shop.save()
    assert b"%PDF" in sales.quote_letter(ctx, quote=draft())[:8]
    with sales.paper.in_language("de"):
        assert sales.quote_data(ctx, draft())["look"]["terms"] == "Deutsch"
    with sales.paper.in_language("fr"):
        assert sales.quote_data(ctx, draft())["look"]["terms"] == "English"


@pytest.mark.parametrize("body", [b"MZ\x90\x00", b"<html><script>", b"\x89PNG\r\n\x1a\n" + b"0" * 300_001])
def test_what_is_no_small_picture_is_no_logo(ctx: Ctx, body: bytes) -> None:
    with pytest.raises(quoting.LogoUnreadable):
        quoting.change_letterhead(ctx, colour="#000000", logo=base64.b64encode(body).decode())
    assert not Letterhead.objects.exists()


def test_a_colour_is_six_digits(ctx: Ctx) -> None:
    with pytest.raises(Invalid, match="Write the colour as"):
        quoting.change_letterhead(ctx, colour="red")


def test_the_page_takes_a_file_and_shows_a_sample(ctx: Ctx, draft: Callable[..., Quote]) -> None:
    draft()
    client = Client()
    client.force_login(ctx.actor)
    logo = SimpleUploadedFile("logo.svg", SVG, "image/svg+xml")
    saved = client.post("/quoting/letterhead/", {"colour": "#125d8c", "opening": "", "logo": logo})

    assert saved.status_code == 302
    assert Letterhead.objects.get().logo_kind == "svg"
    assert client.get("/quoting/letterhead/sample.pdf").content.startswith(b"%PDF")
    bad = SimpleUploadedFile("logo.exe", b"MZ", "application/x-msdownload")
    assert client.post("/quoting/letterhead/", {"colour": "#125d8c", "logo": bad}).status_code == 422
    stranger = Client()
    stranger.force_login(User.objects.create(email="sam@example.org", name="Sam"))
    assert stranger.get("/quoting/letterhead/").status_code == 403
