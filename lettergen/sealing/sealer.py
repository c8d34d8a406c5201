"""The one who seals: keeps each practice's key at hand, for as long as the program runs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from lettergen.models import Certificate

if TYPE_CHECKING:
    from lettergen.sealing.signing import Signer

T = TypeVar("T")


class Sealer:
    """Seals PDFs with certificates of practices.

    It works in a thread of its own, because pyHanko wants an event loop, and a caller may be in
    the middle of another one. Nothing of pyHanko is loaded before the first seal, or `warm`.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "sealing")
        self._signers: dict[str, Signer] = {}

    def warm(self) -> None:
        """Begin to load what sealing needs, and return at once."""
        self._thread.submit(_library)

    def seal(self, pdf: bytes, certificate: Certificate, *, at: datetime, name: str) -> bytes:
        """Return the PDF with a seal appended; its own bytes come first, unchanged.

        The seal is a PAdES baseline-B signature without a picture. It certifies the file and
        allows no change after it. `at` is the time that it states, `name` the practice's name.
        """
        signer = self._signer(certificate)
        return self._run(lambda: signer.seal(pdf, at=at, name=name))

    def _signer(self, certificate: Certificate) -> "Signer":
        # One for each practice: the key of a certificate that was replaced is let go.
        known = self._signers.get(certificate.practice_id)
        if known is None or known.fingerprint != certificate.fingerprint:
            chain, key = certificate.chain, certificate.key
            if key is None:
                raise ValueError("the key of an ended certificate is gone")
            fingerprint = certificate.fingerprint
            known = self._run(lambda: _library()(fingerprint, chain, key))
            self._signers[certificate.practice_id] = known
        return known

    def _run(self, work: Callable[[], T]) -> T:
        return self._thread.submit(work).result()


def _library() -> "type[Signer]":
    from lettergen.sealing.signing import Signer  # noqa: PLC0415  (loads for half a second)

    return Signer
