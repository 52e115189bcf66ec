"""The company itself: what stands on its documents and how its days are counted."""

from __future__ import annotations

import zoneinfo

from django.core.exceptions import ValidationError
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.commands.refusals import UnknownChoice
from loomline.kernel.command import command
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid


@command(hidden=True)
def change_company(
    ctx: Ctx,
    *,
    name: str,
    country: str,
    timezone: str,
    language: str,
    email: str = "",
    address: str = "",
    vat_number: str = "",
) -> Company:
    """Say what the company is called and where it is; documents written before stay as they are."""
    company = Company.objects.select_for_update().get(pk=Company.current().pk)

    if timezone not in zoneinfo.available_timezones():
        raise UnknownChoice(value=timezone, what=_("time zone"), at_field="timezone")
    if not check_for_language(language):
        raise UnknownChoice(value=language, what=_("language"), at_field="language")

    company.name, company.country = name.strip(), country.strip().upper()
    company.timezone, company.language = timezone, language
    company.email, company.address, company.vat_number = email.strip(), address.strip(), vat_number.strip()
    try:
        company.full_clean(validate_constraints=False)
    except ValidationError as fault:
        raise Invalid(
            {field: [str(m) for m in said] for field, said in fault.message_dict.items()}
        ) from fault
    company.save()
    return company
