"""The forms of an import by a recipe."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _t

from loomline.domains.exchange import commands
from loomline.engines.recognition import wanted_by


class RecipeForm(forms.Form):
    """Which recipe; left open, the files tell."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recipes = [commands.recipe_named(name) for name in commands.recipe_names()]
        choices: list[tuple[str, Any]] = [("", _t("Find out from the files"))]
        for recipe in recipes:
            files = ", ".join(wanted.file for wanted in wanted_by(recipe))
            about = format_html(
                '<b>{}</b>. {} <span class="hint">{}</span>', recipe.title, recipe.about, files
            )
            choices.append((recipe.name, about))
        self.fields["recipe"] = forms.ChoiceField(
            label=_t("Where the files come from"),
            choices=choices,
            required=False,
            initial="",
            widget=forms.RadioSelect,
        )


class AnswersForm(forms.Form):
    """The days that the files have lost, one question each."""

    def __init__(self, questions: dict[str, str], answers: dict[str, str], data: Any = None) -> None:
        super().__init__(data)
        self.names = {f"q{number}": column for number, column in enumerate(questions)}
        for name, column in self.names.items():
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            widget.input_type = "date"
            self.fields[name] = forms.DateField(
                label=questions[column],
                widget=widget,
                initial=answers.get(column),
                error_messages={"required": _t("Choose a day.")},
                help_text=_t("For the column {column}, whose dates are lost in the file.").format(
                    column=column
                ),
            )

    def answers(self) -> dict[str, str]:
        """The day for each column, as it is kept with the import."""
        found: dict[str, date] = {column: self.cleaned_data[name] for name, column in self.names.items()}
        return {column: day.isoformat() for column, day in found.items()}
