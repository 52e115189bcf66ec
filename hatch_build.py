"""The build hook: a wheel carries the built scripts and styles, so that users need no Node."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "tools"))

import build_assets


class AssetsHook(BuildHookInterface[Any]):
    """Builds the assets before the wheel or the source archive is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install uses the tree itself, which make builds."""
        if version != "editable":
            build_assets.main()
