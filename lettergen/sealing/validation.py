"""Seals by pyHanko's validator, and the few bytes of a file that no validator looks at."""

import zlib
from io import BytesIO

from asn1crypto import cms  # type: ignore[import-untyped]
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from lettergen.sealing.examining import Examined

# What a file that is not sound makes the library raise.
FAULTS = (
    ArithmeticError,
    AssertionError,
    PdfReadError,
    SignatureValidationError,
    CMSExtractionError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    zlib.error,
)


def validated(pdf: bytes) -> Examined | None:
    """Return what the first seal of a file says, or None if it has none that can be read."""
    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_signatures
        return _examined(pdf, found[0]) if found else None
    except FAULTS:
        return None


def _examined(pdf: bytes, found: EmbeddedPdfSignature) -> Examined:
    certificate = found.signer_cert
    return Examined(
        is_sealed=True,
        is_intact=_is_intact(found) and _is_alone(pdf, found),
        covers_all=found.evaluate_signature_coverage() is SignatureCoverageLevel.ENTIRE_FILE,
        signer_name=_printable(certificate.subject.native.get("common_name", "")),
        fingerprint=certificate.sha256.hex(),
        sealed_at=found.self_reported_timestamp,
    )


def _printable(name: str | list[str]) -> str:
    """Return a name of anybody's choice without what would move a terminal's cursor."""
    text = name if isinstance(name, str) else ", ".join(name)
    return "".join(one if one.isprintable() else " " for one in text).strip()


def _is_intact(found: EmbeddedPdfSignature) -> bool:
    try:
        is_same, is_signed = validate_sig_integrity(
            found.signer_info, found.signer_cert, "data", found.compute_digest()
        )
    except FAULTS:
        return False
    return is_same and is_signed


def _is_alone(pdf: bytes, found: EmbeddedPdfSignature) -> bool:
    """Do the bytes between the signed ones hold the signature as sealing writes it, no more?

    A signature cannot cover itself, nor what stands around it in its envelope.
    """
    _, before, after, _ = found.byte_range
    room = (after - before - len("<>")) // 2
    written = _envelope(found).ljust(room, b"\0")
    return pdf[before:after] == b"<%s>" % written.hex().encode().upper()


def _envelope(found: EmbeddedPdfSignature) -> bytes:
    """Return the signature written anew, from what it covers and the certificates beside it."""
    around, signer, certificate = found.signed_data, found.signer_info, found.signer_cert
    who = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    anew = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": who}),
        "digest_algorithm": signer["digest_algorithm"],
        "signature_algorithm": signer["signature_algorithm"],
        "signed_attrs": signer["signed_attrs"],
        "signature": signer["signature"],
    }
    signed = {
        "version": "v1",
        "digest_algorithms": [signer["digest_algorithm"]],
        "encap_content_info": {"content_type": "data"},
        "certificates": around["certificates"],
        "signer_infos": [cms.SignerInfo(anew)],
    }
    made = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})
    return bytes(made.dump())
