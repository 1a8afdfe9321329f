"""Build hook of the wheel: htmx from its pinned package, message catalogues compiled."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent


class Hook(BuildHookInterface):
    """Runs for the wheel, the sdist and an editable install alike."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files that are shipped and not in git."""
        for name in ("htmx", "messages"):
            spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
            assert spec
            assert spec.loader
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            module.bring()
