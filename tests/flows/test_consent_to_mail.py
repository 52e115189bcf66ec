"""Whoever asked for no letters is not written to without a second thought."""

from __future__ import annotations

import pytest

from loomline.domains.mail import commands as mail
from loomline.domains.mail import ports
from loomline.domains.mail.commands.sending import AddressSuppressed
from loomline.domains.mail.models import Message
from loomline.domains.privacy import commands as privacy
from loomline.kernel.context import Ctx


def test_a_letter_to_a_suppressed_address_asks_first(ctx: Ctx) -> None:
    privacy.suppress_address(ctx, address="Anna@Nord.example")
    with pytest.raises(AddressSuppressed, match=r"anna@nord\.example asked for no letters"):
        mail.send_message(ctx, to=["anna@nord.example"], subject="Hello", text="There")
    assert not Message.objects.exists()

    accepting = Ctx.new(actor=ctx.actor, via="page", now=ctx.now, accepted=["AddressSuppressed"])
    mail.send_message(accepting, to=["anna@nord.example"], subject="Your order", text="It is on its way")
    assert Message.objects.count() == 1


def test_who_never_asked_is_written_to(ctx: Ctx) -> None:
    privacy.suppress_address(ctx, address="anna@nord.example")
    assert ports.suppressed(addresses=["ben@nord.example", "ANNA@nord.example"]) == {"ANNA@nord.example"}
