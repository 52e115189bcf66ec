"""Composing statements, where most of a page's own time goes.

Django asks of every selected column three times what it is: to write it, to see whether the rows are ordered
by it, and to convert its values. Here the answers are the same by a shorter way, and so are the statements:
a test holds both against each other for all models.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import compiler as djangos
from django.db.models import Field, ForeignKey, Value
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler as AnyCompiler

PLAIN = (Field.get_db_converters, ForeignKey.get_db_converters)
NOTHING = Value(None)
# Names of tables and columns, of which there are as many as in the models.
QUOTED: dict[str, str] = {}


class Faster(AnyCompiler):
    """What all kinds of statements have in common."""

    def quote_name_unless_alias(self, name: str) -> str:
        known: str | None = self.quote_cache.get(name)
        if known is not None:
            return known
        query = self.query
        if name in query.alias_map or name in query.external_aliases or name in query.extra:
            return str(super().quote_name_unless_alias(name))
        known = QUOTED.get(name) or QUOTED.setdefault(name, super().quote_name_unless_alias(name))
        self.quote_cache[name] = known
        return known

    def compile(self, node: Any) -> Any:
        if type(node) is not Col or not node.alias:
            return super().compile(node)
        quote = self.quote_name_unless_alias
        return f"{quote(node.alias)}.{quote(str(node.target.column))}", []

    def _order_by_pairs(self) -> Any:
        """Only what is selected under a name can be what rows are ordered by; the rest is not compared."""
        whole = self.select
        if self.query.combinator or not whole:
            return super()._order_by_pairs()
        named = any(alias for _what, _sql, alias in whole)
        self.select = [(w if alias else NOTHING, sql, alias) for w, sql, alias in whole] if named else []
        try:
            return list(super()._order_by_pairs() or ())
        finally:
            self.select = whole

    def get_converters(self, expressions: Iterable[Any]) -> dict[int, Any]:
        some: Any = [None if _is_plain(one) else one for one in expressions]
        return super().get_converters(some)


def _is_plain(expression: Any) -> bool:
    """Whether the values of a column are taken as they come."""
    if type(expression) is not Col or expression.output_field is not expression.target:
        return False
    field = expression.target
    return not hasattr(field, "from_db_value") and type(field).get_db_converters in PLAIN


class SQLCompiler(Faster, djangos.SQLCompiler):
    """Reading rows."""


class SQLInsertCompiler(Faster, djangos.SQLInsertCompiler):
    """Writing new rows."""


class SQLUpdateCompiler(Faster, djangos.SQLUpdateCompiler):
    """Changing rows."""


class SQLDeleteCompiler(Faster, djangos.SQLDeleteCompiler):
    """Removing rows."""


class SQLAggregateCompiler(Faster, djangos.SQLAggregateCompiler):
    """Reading totals of other statements."""
