"""The forms of the import wizard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t

from loomline.domains.intake.resources import targets
from loomline.domains.intake.resources.reading import Importer


class MatchForm(forms.Form):
    """Which column feeds which field, and how days and numbers are written."""

    def __init__(self, importer: Importer, data: Any) -> None:
        super().__init__(data)
        run = importer.run
        known = list(importer.targets.values())
        choices = [("", _t("leave out")), *((t.name, t.label) for t in known)]
        kept = run.mapping.get("columns") or targets.guess(run.columns, known)
        for number, head in enumerate(run.columns):
            self.fields[f"c{number}"] = forms.ChoiceField(
                choices=choices, required=False, initial=kept.get(head, ""), label=head
            )
        plain = [t for t in known if t.model is None and not t.choices]
        usual = run.match_on or importer.resource.key
        self.fields["match_on"] = forms.ChoiceField(
            label=_t("A row is already there when this is the same"),
            required=False,
            initial=usual,
            choices=[("", _t("never: make every row anew")), *((t.name, t.label) for t in plain)],
        )
        self.fields["days"] = forms.ChoiceField(
            label=_t("Days such as 03/04/2026"),
            initial=run.mapping.get("days", "dmy"),
            choices=[("dmy", _t("day first: 3 April")), ("mdy", _t("month first: 4 March"))],
        )
        self.fields["decimals"] = forms.ChoiceField(
            label=_t("Decimals"),
            initial=run.mapping.get("decimals", "."),
            choices=[(".", "1,234.50"), (",", "1.234,50")],
        )
        self.run = run

    def clean(self) -> dict[str, Any]:
        """One field is fed by one column only."""
        cleaned = super().clean() or {}
        used: dict[str, str] = {}
        for number, head in enumerate(self.run.columns):
            name = cleaned.get(f"c{number}", "")
            if name and name in used:
                self.add_error(f"c{number}", _t("{other} already feeds this field.").format(other=used[name]))
            elif name:
                used[name] = head
        if not used:
            raise forms.ValidationError(_t("Match at least one column."))
        return cleaned

    def mapping(self) -> dict[str, Any]:
        """What is kept with the import."""
        columns = {
            head: self.cleaned_data[f"c{n}"]
            for n, head in enumerate(self.run.columns)
            if self.cleaned_data[f"c{n}"]
        }
        return {
            "columns": columns,
            "days": self.cleaned_data["days"],
            "decimals": self.cleaned_data["decimals"],
            "fixes": {},
        }
