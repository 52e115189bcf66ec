"""Long lists to compare with travel as one array.

Each value of `IN (...)` is a parameter of its own, which the driver and the server both read one by one, and
every number of them is another statement. Short lists keep `IN`: one value is then an equality, which finds
more indexes.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.db.models import Field, ForeignKey, IntegerField, lookups
from django.db.models.fields.related_lookups import RelatedIn

from loomline.kernel.prepared import array_type

SHORT = 20
SCALARS = {int, str}


class AsArray(lookups.In):
    """`= ANY (array)` instead of a long `IN (...)`; keys go as they are, without a look at each."""

    def get_prep_lookup(self) -> Any:
        return self.rhs if self._are_keys() else super().get_prep_lookup()

    def _are_keys(self) -> bool:
        many = isinstance(self.rhs, (list, tuple)) and len(self.rhs) > SHORT
        column: Any = self.lhs.output_field
        column = getattr(column, "target_field", column)
        return many and set(map(type, self.rhs)) == {int} and isinstance(column, IntegerField)

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        if self._are_keys():
            written = ",".join(map(str, self.rhs))
            return f"(%s::{array_type(self.lhs.output_field)})", [f"{{{written}}}"]
        told: Any = super().process_rhs(compiler, connection)
        sql, params = told
        if not self.rhs_is_direct_value() or len(params) <= SHORT or sql.count("%s") != len(params):
            return told
        values = [value.value if isinstance(value, Enum) else value for value in params]
        if len(set(map(type, values))) > 1 or type(values[0]) not in SCALARS or "::" in sql:
            return told
        return f"(%s::{array_type(self.lhs.output_field)})", [values]

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= ANY {rhs}" if rhs.startswith("(%s::") else f"IN {rhs}"


class RelatedAsArray(AsArray, RelatedIn):
    """The same for foreign keys."""


def install() -> None:
    """Let every field use it."""
    Field.register_lookup(AsArray)
    ForeignKey.register_lookup(RelatedAsArray)
