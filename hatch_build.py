"""Puts forms, templates and the fetched static files into a wheel."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {"forms": "lettergen/shipped/forms", "templates": "lettergen/shipped/templates"}


class ShippedFiles(BuildHookInterface):
    """An editable installation reads the folders of the checkout; a wheel carries copies."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuse a wheel that would lack fonts and styles, which git does not hold."""
        if version == "editable":
            return
        if not (Path(self.root) / "lettergen/static/fonts").is_dir():
            raise FileNotFoundError("lettergen/static is missing: run bin/setup, then build again")
        build_data["force_include"].update(SHIPPED)
