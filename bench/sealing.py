"""Sealing a reviewed letter and its copies with a warm signer, as issue does."""

from datetime import UTC, datetime

from bench.engines import Engine, reference_sheets, timed
from lettergen.models import Certificate
from lettergen.places import shipped
from lettergen.rendering import Renderer
from lettergen.sealing import Sealer, credentials

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAME = "Example Surgery"


def sealing() -> Engine:
    """Return a function that seals the letter of the benchmark with its copies, and is timed."""
    with Renderer([shipped("templates") / "letters"]) as renderer:
        reviewed = [renderer.render(sheet).pdf for sheet in reference_sheets().values()]
    made = credentials.make(NAME, "Y99991", at=AT)
    certificate = Certificate(practice_id=NAME, is_own=True, added_at=AT, **vars(made))
    sealer = Sealer()
    return timed(lambda: [sealer.seal(pdf, certificate, at=AT, name=NAME) for pdf in reviewed])
