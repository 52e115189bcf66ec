"""What is typed or chosen at a machine."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing.models import WorkStage
from loomline.domains.shopfloor.models import ScrapReason, StopReason
from loomline.kernel import access
from loomline.kernel.context import Ctx


class PauseForm(forms.Form):
    """Why a job stands."""

    def __init__(self, ctx: Ctx, data: Any = None) -> None:
        super().__init__(data, prefix="pause")
        reasons = access.visible(ctx, StopReason).filter(is_active=True)
        self.fields["reason"] = forms.ModelChoiceField(label=_("Why it stands"), queryset=reasons)
        self.fields["note"] = forms.CharField(label=_("Note"), max_length=200, required=False)


class ReportForm(forms.Form):
    """What came out of a job: by item where several come out, handed over where a stage follows."""

    def __init__(self, ctx: Ctx, stage: WorkStage, data: Any = None, *, is_last: bool) -> None:
        super().__init__(data, prefix="report")
        lines = stage.work.lines.select_related("item").order_by("position")
        reasons = access.visible(ctx, ScrapReason).filter(is_active=True)
        if is_last and len(lines) > 1:
            self.fields["line"] = forms.ModelChoiceField(label=_("Item"), queryset=lines)
        self.fields["good"] = forms.DecimalField(
            label=_("Good"), min_value=0, max_digits=20, decimal_places=6, required=False
        )
        self.fields["rejected"] = forms.DecimalField(
            label=_("Rejected"), min_value=0, max_digits=20, decimal_places=6, required=False
        )
        self.fields["reason"] = forms.ModelChoiceField(
            label=_("Why rejected"), queryset=reasons, required=False
        )
        if is_last or stage.item_id:
            self.fields["lot"] = forms.CharField(label=_("Lot"), max_length=60, required=False)
        if not is_last:
            self.fields["hand_over"] = forms.BooleanField(
                label=_("Hand the good ones over to the next stage"), required=False
            )
