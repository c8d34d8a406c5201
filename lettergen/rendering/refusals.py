"""Why a letter could not be made, in words for the person who wanted it."""

from collections.abc import Mapping
from typing import Any

from lettergen.refusals import Refused

TOO_LARGE = (
    "The letter needs more memory than a letter may have. Shorten the longest texts and lists, "
    "or have its template looked at."
)


class TookTooLong(Refused):
    """The letter needed more time than a letter may take."""


class TooLarge(Refused):
    """The letter needed more memory, or more bytes, than a letter may have."""


class Busy(Refused):
    """Every worker was taken by other letters for as long as one may wait."""


class Interrupted(Refused):
    """The worker stopped twice in the middle of the letter, for a reason of its own."""


class MissingAsset(Refused):
    """The template asks for an image, a font or a file that it may not have."""


class BrokenTemplate(Refused):
    """The template cannot be read, asks for a value that is not there, or would print wrongly."""


class NotConforming(Refused):
    """The PDF does not keep PDF/A-3a or PDF/UA-1; `reasons` names the rules it breaks."""


class NotReadBack(Refused):
    """A text that the letter must hold cannot be read in the PDF; `reasons` names the texts."""


class MissingGlyph(Refused):
    """A character that no shipped font can draw; `word` is the word that holds it."""

    def __init__(
        self, message: str, reasons: tuple[str, ...] = (), word: str = "", character: str = ""
    ) -> None:
        super().__init__(message, reasons)
        self.word = word
        self.character = character


class UnreadablePdf(Refused):
    """A PDF from outside is damaged, locked or too long to be drawn."""


class UnfitPicture(Refused):
    """The file is no picture that can be taken in, or too large a one."""


KINDS: Mapping[str, type[Refused]] = {
    kind.__name__: kind
    for kind in (
        TookTooLong,
        TooLarge,
        Busy,
        Interrupted,
        MissingAsset,
        BrokenTemplate,
        NotConforming,
        NotReadBack,
        MissingGlyph,
        UnreadablePdf,
        UnfitPicture,
    )
}


def as_plain(refusal: Refused) -> dict[str, Any]:
    """Return a refusal as plain values, to be carried out of a worker."""
    plain: dict[str, Any] = {
        "kind": type(refusal).__name__,
        "message": str(refusal),
        "reasons": list(refusal.reasons),
    }
    if isinstance(refusal, MissingGlyph):
        plain |= {"word": refusal.word, "character": refusal.character}
    return plain


def from_plain(plain: Mapping[str, Any]) -> Refused:
    """Return the refusal that `as_plain` took apart."""
    kind, message, reasons = KINDS[plain["kind"]], plain["message"], tuple(plain["reasons"])
    if kind is MissingGlyph:
        return MissingGlyph(message, reasons, plain["word"], plain["character"])
    return kind(message, reasons)
