"""Each setting is described for its administrator, and something reads it."""

import re

import pytest

from lettergen.config import Settings
from lettergen.places import CHECKOUT

SETTINGS = sorted(Settings.model_fields)
DESCRIBED = re.findall(
    r"^\| `LETTERGEN_(\w+)` \| .+ \| .{20,} \|$",
    (CHECKOUT / "docs/settings.md").read_text("utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_described(name: str) -> None:
    assert name.upper() in DESCRIBED


def test_nothing_is_described_that_is_no_setting() -> None:
    assert {name.lower() for name in DESCRIBED} == set(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_read_by_the_program(name: str) -> None:
    reads = re.compile(rf"(settings|self)\.{name}\b|values\[.{name}.\]")
    if name == "environment":
        reads = re.compile(r"settings\.is_production\b")

    code = (path.read_text("utf-8") for path in (CHECKOUT / "lettergen").rglob("*.py"))

    assert any(reads.search(text) for text in code)
