"""What a practice brings to seal with: a PKCS#12 file of its own, read and tried."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from asn1crypto import pkcs12 as structure  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lettergen.calendar import british_date
from lettergen.sealing.credentials import Credential, Key, can_be_compared, credential
from lettergen.sealing.refusals import CertificateUnusable

Extension = TypeVar("Extension", bound=x509.ExtensionType)

LARGEST = 100_000
LONGEST_CHAIN = 6
# What opens a file within a second or so; exports use some thousands.
MOST_ROUNDS = 5_000_000
SHORTEST_RSA = 2048
LONGEST_RSA = 4096
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
# Certificates that say what they are for, and name nothing but these, are not for documents.
OTHER_PURPOSES = {
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CODE_SIGNING,
    ExtendedKeyUsageOID.TIME_STAMPING,
    ExtendedKeyUsageOID.OCSP_SIGNING,
}
NOT_ONE = (
    "This file is not a whole certificate file. Export it again as PKCS#12 (.p12 or .pfx), "
    "with its private key."
)
TOO_OLD = (
    "This file is locked in a way that is too old to open. Export it again with AES-256 encryption."
)


def read(content: bytes, password: str, *, at: datetime) -> Credential:
    """Return the certificate and key of a PKCS#12 file, fit to seal with at that time.

    Raises CertificateUnusable for a file that is too large, damaged or locked with another
    password; that lacks key or certificate; and for a certificate that has ended, has not begun,
    is too weak, is not for signing documents, or bears a name that validators cannot compare.
    """
    _refuse_what_is_none(content)
    try:
        found = pkcs12.load_pkcs12(content, password.encode())
    except UnsupportedAlgorithm as fault:
        raise CertificateUnusable(TOO_OLD) from fault
    except ValueError as fault:
        raise CertificateUnusable(
            "The password does not open this file, or the file is damaged. "
            "Type the password again; if it is right, export the file anew."
        ) from fault
    if found.key is None:
        raise CertificateUnusable(
            "This file holds no private key, so nothing can be sealed with it. "
            "Export the certificate again together with its private key."
        )
    chain = _chain(found, found.key)
    key = _strong(found.key)
    _refuse_out_of_time(chain[0], at)
    _refuse_other_purposes(chain[0])
    _refuse_odd_names(chain[0])
    return credential(_name(chain[0]), key, chain)


def _refuse_what_is_none(content: bytes) -> None:
    if len(content) > LARGEST:
        raise CertificateUnusable(
            f"This file is too large to be a certificate ({LARGEST // 1000} kB at most). "
            "Choose the file that ends in .p12 or .pfx."
        )
    try:
        rounds = max(_rounds(structure.Pfx.load(content, strict=True)), default=0)
    except (ValueError, TypeError, KeyError, NotImplementedError) as fault:
        raise CertificateUnusable(NOT_ONE) from fault
    if rounds > MOST_ROUNDS:
        raise CertificateUnusable(
            "This file would take too long to open. Export it again with the usual settings."
        )


def _rounds(file: structure.Pfx) -> Iterable[int]:
    """Yield how often each password of a file is hashed: what opening it will cost."""
    if file["mac_data"].native is not None:
        yield int(file["mac_data"]["iterations"].native)
    for part in file.authenticated_safe:
        if part["content_type"].native == "encrypted_data":
            locked = part["content"]["encrypted_content_info"]
            yield locked["content_encryption_algorithm"].kdf_iterations
        else:
            for bag in structure.SafeContents.load(part["content"].native):
                if bag["bag_id"].native == "pkcs8_shrouded_key_bag":
                    yield bag["bag_value"]["encryption_algorithm"].kdf_iterations


def _chain(found: PKCS12KeyAndCertificates, key: PrivateKeyTypes) -> list[x509.Certificate]:
    """Return the certificate of the key, and those that vouch for it."""
    every = [one.certificate for one in (found.cert, *found.additional_certs) if one]
    own = next((one for one in every if one.public_key() == key.public_key()), None)
    if own is None:
        raise CertificateUnusable(
            "This file holds no certificate for its private key. "
            "Export the certificate again together with its private key."
        )
    if len(every) > LONGEST_CHAIN:
        raise CertificateUnusable(
            f"This file holds {len(every)} certificates; {LONGEST_CHAIN} is the most. "
            "Export the practice’s certificate with those that vouch for it only."
        )
    return [own, *(one for one in every if one != own)]


def _strong(key: PrivateKeyTypes) -> Key:
    if isinstance(key, rsa.RSAPrivateKey) and SHORTEST_RSA <= key.key_size <= LONGEST_RSA:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, CURVES):
        return key
    raise CertificateUnusable(
        "The key of this certificate is too weak, or of a kind that readers of PDF do not know. "
        f"Ask for one with an elliptic curve (P-256), or RSA of {SHORTEST_RSA} to {LONGEST_RSA} "
        "bits."
    )


def _refuse_out_of_time(certificate: x509.Certificate, at: datetime) -> None:
    if at > certificate.not_valid_after_utc:
        ended = british_date(certificate.not_valid_after_utc.date())
        raise CertificateUnusable(
            f"This certificate ended on {ended}. Ask whoever made it for a new one."
        )
    if at < certificate.not_valid_before_utc:
        begins = british_date(certificate.not_valid_before_utc.date())
        raise CertificateUnusable(
            f"This certificate is not valid before {begins}. Bring it again on that day, or "
            "check the clock of this machine."
        )


def _refuse_other_purposes(certificate: x509.Certificate) -> None:
    usage = _extension(certificate, x509.KeyUsage)
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    is_for_signing = usage is None or usage.digital_signature or usage.content_commitment
    if not is_for_signing or (purposes is not None and set(purposes) <= OTHER_PURPOSES):
        raise CertificateUnusable(
            "This certificate is not for signing documents. Ask for one that is, such as an "
            "organisation’s seal certificate."
        )


def _refuse_odd_names(certificate: x509.Certificate) -> None:
    if not (can_be_compared(certificate.subject) and can_be_compared(certificate.issuer)):
        raise CertificateUnusable(
            "The name in this certificate has characters by which programs that check seals take "
            "it for another’s, such as an emoji, or two directions of writing. Ask for one with "
            "a plainer name."
        )


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except ValueError as fault:
        raise CertificateUnusable(NOT_ONE) from fault


def _name(certificate: x509.Certificate) -> str:
    """Return whom a certificate is made out to."""
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for one in certificate.subject.get_attributes_for_oid(kind):
            text = " ".join(str(one.value).split())
            if text.isprintable():
                return text
    return "a certificate without a name"
