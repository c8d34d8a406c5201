"""One warm renderer for all tests of rendering, and sheets to give it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lettergen.rendering import Renderer, Sheet

TEMPLATES = Path(__file__).parent / "templates"

SheetOf = Callable[..., Sheet]


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    with Renderer([TEMPLATES]) as one:
        yield one


@pytest.fixture
def templates() -> Path:
    return TEMPLATES


@pytest.fixture
def sheet_of() -> SheetOf:
    """Return a sheet for a template of this folder, with values by name."""

    def made(template: str, must_hold: tuple[str, ...] = (), **values: Any) -> Sheet:
        images = values.pop("images", {})
        return Sheet(
            template=f"{template}.html",
            values=values,
            title="Letter about Rowan Testerby",
            created=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
            author="Dr Alexis Specimen",
            must_hold=must_hold,
            images=images,
        )

    return made


@pytest.fixture
def sound(sheet_of: SheetOf) -> Sheet:
    """Return a sheet that every gate lets pass."""
    return sheet_of(
        "sound",
        ("Rowan Testerby", "12 April 1998"),
        name="Rowan Testerby",
        text="Born 12 April 1998.",
        scores=[["PHQ-9", "7"], ["GAD-7", "6"]],
    )
