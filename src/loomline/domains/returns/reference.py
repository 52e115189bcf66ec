"""The reasons for returns that a new company starts with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loomline.domains.returns.models import ReturnReason
from loomline.kernel.context import Ctx


def load(ctx: Ctx) -> None:
    """Add the reasons while there are none; safe to call at every start."""
    if ReturnReason.objects.exists():
        return
    # Name, may customers choose it, months of warranty.
    usual = (
        (_("Faulty"), True, 24),
        (_("Damaged on the way"), True, None),
        (_("Not what was ordered"), True, None),
        (_("Not wanted any more"), True, None),
        (_("Could not be delivered"), False, None),
    )
    ReturnReason.objects.bulk_create(
        ReturnReason(name=name, for_customers=shown, warranty_months=months) for name, shown, months in usual
    )
