"""Permission patterns: what one covers, and what two have in common.

A permission is "sales.confirm_order" (a command) or "sales.view_order" (a view). A pattern stands for many:
"sales.view", "sales.do", "sales.*", "*.view", "*.do" and "*".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps

from loomline.kernel import access
from loomline.kernel.access import Level

ALIASES = {"read": "*.view", "write": "*.do"}


@dataclass(frozen=True)
class Pattern:
    """A pattern in parts; None stands for "any"."""

    domain: str | None = None
    kind: str | None = None
    verb: str | None = None

    @classmethod
    def of(cls, text: str) -> Pattern:
        """The parts of a written pattern; "read" and "write" are other words for "*.view" and "*.do"."""
        domain, _dot, rest = ALIASES.get(text, text).partition(".")
        if rest in ("", "*"):
            return cls(domain=None if domain == "*" else domain)
        place = None if domain == "*" else domain
        if rest in ("view", "do"):
            return cls(domain=place, kind=rest)
        return cls(domain=place, kind="view" if rest.startswith("view_") else "do", verb=rest)

    def __str__(self) -> str:
        if self.domain is None and self.kind is None:
            return "*"
        return f"{self.domain or '*'}.{self.verb or self.kind or '*'}"

    def covers(self, other: Pattern) -> bool:
        """True when everything the other one stands for is in this one."""
        return all(
            mine is None or mine == theirs
            for mine, theirs in (
                (self.domain, other.domain),
                (self.kind, other.kind),
                (self.verb, other.verb),
            )
        )

    def meet(self, other: Pattern) -> Pattern | None:
        """What both stand for; None when they have nothing in common."""
        parts = []
        for mine, theirs in (
            (self.domain, other.domain),
            (self.kind, other.kind),
            (self.verb, other.verb),
        ):
            if mine is not None and theirs is not None and mine != theirs:
                return None
            parts.append(mine if mine is not None else theirs)
        return Pattern(*parts)


def narrowed(grants: Mapping[str, Level], scopes: Iterable[str]) -> dict[str, Level]:
    """The grants that lie within the scopes: what a program may do with a token."""
    wanted = [Pattern.of(scope) for scope in scopes]
    found: dict[str, Level] = {}
    for permission, level in grants.items():
        for scope in wanted:
            common = Pattern.of(permission).meet(scope)
            if common is not None:
                found[str(common)] = max(found.get(str(common), Level.NONE), level)
    return found


def covered(grants: Mapping[str, Level], *, permission: str, level: Level) -> bool:
    """True when these grants already reach as far as this one would."""
    wanted = Pattern.of(permission)
    return any(reach >= level and Pattern.of(own).covers(wanted) for own, reach in grants.items())


def is_known(text: str) -> bool:
    """True when a pattern or permission stands for something that exists."""
    pattern = Pattern.of(text)
    if pattern.verb is not None:
        return pattern.domain is not None and access.known(str(pattern))
    return pattern.domain is None or pattern.domain in _domains()


def _domains() -> set[str]:
    """Ours only: the frameworks' own apps have no commands and no governed views."""
    return {config.label for config in apps.get_app_configs() if config.name.startswith("loomline.")}
