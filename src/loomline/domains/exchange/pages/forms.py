"""The forms of an import by a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _t

from loomline.domains.accounts.models import User
from loomline.domains.parties.models.fields import countries
from loomline.domains.recipes import queries as recipes
from loomline.engines.recognition import wanted_by


class RecipeForm(forms.Form):
    """Which recipe; left open, the files tell."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The systems that people move in from stand before one's own recipes and the samples.
        offered = sorted(recipes.every_recipe(), key=lambda r: not r.is_lenient)
        choices: list[tuple[str, Any]] = [("", _t("Find out from the files"))]
        for recipe in offered:
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
    """What the files leave open, one question each."""

    def __init__(
        self,
        questions: Sequence[dict[str, Any]],
        answers: dict[str, str],
        people: Sequence[User],
        data: Any = None,
    ) -> None:
        super().__init__(data)
        self.names = {f"q{number}": question["name"] for number, question in enumerate(questions)}
        for name, question in zip(self.names, questions, strict=True):
            field = _field(question, people)
            field.label, field.help_text = question["label"], question["help"]
            field.required = bool(question["is_required"])
            field.initial = answers.get(question["name"]) or question["value"]
            self.fields[name] = field

    def answers(self) -> dict[str, str]:
        """What was answered, as it is kept with the import."""
        found = {question: self.cleaned_data[name] for name, question in self.names.items()}
        return {
            question: value.isoformat() if isinstance(value, date) else str(value)
            for question, value in found.items()
            if value not in (None, "")
        }


def _field(question: dict[str, Any], people: Sequence[User]) -> forms.Field:
    match question["kind"]:
        case "day":
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            widget.input_type = "date"
            return forms.DateField(widget=widget, error_messages={"required": _t("Choose a day.")})
        case "zone":
            return forms.ChoiceField(choices=[(name, name.replace("_", " ")) for name in _zones()])
        case "person":
            return forms.ChoiceField(choices=[("", _t("Nobody")), *((p.email, str(p)) for p in people)])
        case "country":
            return forms.ChoiceField(choices=[("", _t("Not known: keep the word")), *_countries()])
        case _:
            choices = [("", _t("Choose")), *(tuple(choice) for choice in question["choices"])]
            return forms.ChoiceField(choices=choices, error_messages={"required": _t("Say what it is.")})


@lru_cache(maxsize=1)
def _zones() -> list[str]:
    return [
        "UTC",
        *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")),
    ]


@lru_cache(maxsize=1)
def _countries() -> list[tuple[str, str]]:
    return sorted(countries().items(), key=lambda pair: pair[1])
