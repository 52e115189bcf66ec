"""Libraries that take long to import are imported when they are first used.

`np = heavy("numpy")` stands in for the module; the type checker sees the real one:

    if TYPE_CHECKING:
        import numpy as np
    else:
        np = heavy("numpy")
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


def heavy(name: str) -> Any:
    """A stand-in for the module of this dotted name."""
    return _Heavy(name)


class _Heavy(ModuleType):
    """A module that is loaded by the first look at one of its names."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            module = import_module(self.__name__)
        except ModuleNotFoundError as missing:
            raise NotInstalled(self.__name__) from missing
        found = getattr(module, name)
        self.__dict__[name] = found
        return found


class NotInstalled(ImportError):
    """The library of an engine is not there; the message says how to get it."""

    def __init__(self, module: str) -> None:
        super().__init__(
            f"The library {module.partition('.')[0]} is not installed. "
            "make setup installs it; with pip: pip install 'loomline[planning]'."
        )
