"""One writing for what people write in many ways, or the refusal of what nobody could reach."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import ContactKind
from loomline.domains.parties.models.fields import PhoneUnclear, mail_address, phone_number, web_address
from loomline.kernel.refusal import Refused


class PhoneNotClear(Refused):
    """A number that nobody could dial."""

    says = _(
        "{name}: the phone number {number} cannot be dialled. "
        "Write it with the country code, such as +351 21 123 4567."
    )


class MailNotClear(Refused):
    """An address that no mail could reach."""

    says = _("{name}: {email} is no e-mail address. Write it like anna@example.org.")


def normalised(kind: str, value: str, *, name: str, country: str) -> str:
    """A contact value as it is compared; refuses what nobody could reach."""
    if kind == ContactKind.PHONE:
        try:
            return phone_number(value, country=country)
        except PhoneUnclear as fault:
            raise PhoneNotClear(name=name, number=value, at_field="phone") from fault
    if kind == ContactKind.EMAIL:
        local, _at, domain = mail_address(value).partition("@")
        if not local or "." not in domain or " " in mail_address(value) or "@" in domain:
            raise MailNotClear(name=name, email=value, at_field="email")
        return mail_address(value)
    return web_address(value)
