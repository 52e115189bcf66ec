"""Two build hooks: a wheel carries the built scripts and styles, and asks for what requirements/*.in name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "tools"))

import build_assets  # noqa: E402


class AssetsHook(BuildHookInterface[Any]):
    """Builds the assets before the wheel or the source archive is packed, so that users need no Node."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install uses the tree itself, which make builds."""
        if version != "editable":
            build_assets.main()


class RequirementsHook(MetadataHookInterface):
    """Names what we use in one place only."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Core packages for everybody, planning as an extra."""
        metadata["dependencies"] = _asked("core")
        metadata["optional-dependencies"] = {"planning": _asked("planning")}


def _asked(group: str) -> list[str]:
    lines = (ROOT / "requirements" / f"{group}.in").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith(("#", "-"))]
