"""Looking at a PDF: whether it is sealed, by whom, and whether it is still what was sealed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Examined:
    """What a seal says about its file, and whether that holds.

    `is_intact` is False where something under the seal, or in the seal itself, was changed;
    `covers_all` is False where something stands in the file that the seal does not cover, such
    as an update behind it. `fingerprint` is the SHA-256 of the signer's certificate: only by
    comparing it with the practice's can one know who sealed. `sealed_at` is the signer's word.
    """

    is_sealed: bool
    is_intact: bool = False
    covers_all: bool = False
    signer_name: str = ""
    fingerprint: str = ""
    sealed_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Say whether the file is, byte for byte, what was sealed."""
        return self.is_sealed and self.is_intact and self.covers_all


NOT_SEALED = Examined(is_sealed=False)


def examine(pdf: bytes) -> Examined:
    """Return what the seal of a file says; of a file that is no PDF, that it is not sealed."""
    from lettergen.sealing import validation  # noqa: PLC0415  (loads pyHanko, for half a second)

    return validation.validated(pdf) or NOT_SEALED
