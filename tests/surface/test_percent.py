"""Shares are typed in percent; what no column can hold is refused as it was typed, and quickly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict

from loomline.surface.fields import in_percent


class Asked(forms.Form):
    share = in_percent(forms.DecimalField(max_digits=9, decimal_places=6, label="Share"))


@pytest.mark.parametrize(
    ("typed", "share"), [("12.5", "0.125"), ("12,5 %", "0.125"), ("100", "1"), ("0.0001", "0.000001")]
)
def test_percent_become_a_share(typed: str, share: str) -> None:
    form = Asked(_sent(typed))
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"share": Decimal(share)}


@pytest.mark.parametrize("typed", ["", "twelve", "NaN", "Infinity", "1e400", "1e999999999", "-1e-999999999"])
def test_what_is_no_share_is_refused_as_it_was_typed(typed: str) -> None:
    form = Asked(_sent(typed))
    assert not form.is_valid()
    assert list(form.errors) == ["share"]
    assert f'value="{typed}"' in str(form["share"]) or not typed


def _sent(typed: str) -> QueryDict:
    sent = QueryDict(mutable=True)
    sent["share"] = typed
    return sent
