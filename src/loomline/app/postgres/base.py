"""Django looks for an engine's wrapper here."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as DjangosWrapper
from django.db.backends.postgresql.operations import DatabaseOperations as DjangosOperations


class DatabaseOperations(DjangosOperations):
    """Django's, with the compilers beside this file."""

    compiler_module = "loomline.app.postgres.compiler"


class DatabaseWrapper(DjangosWrapper):
    """Django's in everything else."""

    ops_class: Any = DatabaseOperations
