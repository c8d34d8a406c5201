"""Letters as PDF: plain values and a template in, checked and archivable bytes out.

The work is done by `lettergen.rendering.worker` in processes of its own. What is imported
here stays small, because the command line waits for it.
"""

from lettergen.rendering.pool import Renderer
from lettergen.rendering.refusals import (
    BrokenTemplate,
    Busy,
    Interrupted,
    MissingAsset,
    MissingGlyph,
    NotConforming,
    NotReadBack,
    TookTooLong,
    TooLarge,
    UnreadablePdf,
)
from lettergen.rendering.sheets import Rendered, Sheet

__all__ = [
    "BrokenTemplate",
    "Busy",
    "Interrupted",
    "MissingAsset",
    "MissingGlyph",
    "NotConforming",
    "NotReadBack",
    "Rendered",
    "Renderer",
    "Sheet",
    "TooLarge",
    "TookTooLong",
    "UnreadablePdf",
]
