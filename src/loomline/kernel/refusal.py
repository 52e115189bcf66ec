"""Saying no in the user's words."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """A command that will not be done, with the sentence the user reads. Nothing was changed."""

    says: ClassVar[str | Promise] = _("This cannot be done.")
    status: ClassVar[int] = 409

    def __init__(
        self, says: str | Promise | None = None, *, at_field: str | None = None, **values: Any
    ) -> None:
        self.at_field = at_field
        self.values = values
        self.sentence = says if says is not None else type(self).says
        super().__init__(self.sentence, values)

    @property
    def code(self) -> str:
        """The name under which a caller may recognise or accept this refusal."""
        return type(self).__name__

    def __str__(self) -> str:
        shown = {name: _shown(value) for name, value in self.values.items()}
        return str(self.sentence).format(**shown) if shown else str(self.sentence)


def _shown(value: Any) -> Any:
    """Days as people write them: 14 Dec 2026."""
    return date_format(value, "j M Y") if type(value) is date else value


class Warned(Refused):
    """A refusal that the user may accept; what was accepted is kept with the activity."""


class MoveRefused(Refused):
    """The record is not in a state from which this move starts."""


class NotPermitted(Refused):
    """The person has no role that allows this."""

    says = _("Your roles do not allow you to {verb}. Ask an administrator for the permission {permission}.")
    status = 403


class NotThere(Refused):
    """The record does not exist, or is not yours to see: the two are never told apart."""

    says = _("There is nothing here under {reference}.")
    status = 404


class Invalid(Refused):
    """One or more fields hold what they cannot hold."""

    says = _("Some fields need attention.")
    status = 422

    def __init__(self, errors: dict[str, list[str]], **values: Any) -> None:
        super().__init__(None, **values)
        self.errors = errors

    def __str__(self) -> str:
        parts = [
            " ".join(messages) if field in ("", "__all__") else f"{field}: {' '.join(messages)}"
            for field, messages in self.errors.items()
        ]
        return " ".join(parts) or str(type(self).says)
