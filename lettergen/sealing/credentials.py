"""A certificate with its key: as lettergen makes one, and as it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto.x509 import Name  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

# A seal is looked at years after its letter. lettergen's own certificate lasts so long, and is
# followed by a new one while a seal made with it still has the other half before it.
YEARS = 20
LIFETIME = timedelta(days=365 * YEARS)
LEAST_LEFT = LIFETIME / 2
# Clocks of other machines may be a little behind.
HEAD_START = timedelta(days=1)
# RFC 5280, appendix A.1: the upper bound of a common name and of an organisation's.
LONGEST_NAME = 64


@dataclass(frozen=True)
class Credential:
    """A certificate, what it is known by, and its key.

    `fingerprint` is the SHA-256 of the certificate, in hexadecimal. `chain` is PEM, the
    certificate itself first; `key` is PKCS#8 in DER.
    """

    name: str
    fingerprint: str
    chain: str
    key: bytes
    not_before: datetime
    not_after: datetime


def make(name: str, ods: str, *, at: datetime) -> Credential:
    """Return a new self-signed certificate for a practice, with a key on the curve P-256.

    It bears the practice's ODS code for a name that no validator could compare.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(name, ods)
    if not can_be_compared(subject):
        subject = _subject(f"Practice {ods}", ods)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - HEAD_START)
        .not_valid_after(at + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signs_documents(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return credential(name, key, [certificate])


def can_be_compared(name: x509.Name) -> bool:
    """Say whether a validator can tell that a name is the same as another (RFC 4518, section 2).

    It cannot for characters that are newer than Unicode 3.2, nor for words in both directions of
    writing: pyHanko then calls each seal of such a certificate broken.
    """
    try:
        return bool(Name.load(name.public_bytes()).hashable)
    except ValueError:
        return False


def credential(name: str, key: Key, chain: Sequence[x509.Certificate]) -> Credential:
    """Return a key and its chain as they are kept."""
    own = chain[0]
    return Credential(
        name=name,
        fingerprint=own.fingerprint(SHA256()).hex(),
        chain="".join(one.public_bytes(Encoding.PEM).decode() for one in chain),
        key=key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        not_before=own.not_valid_before_utc,
        not_after=own.not_valid_after_utc,
    )


def _subject(name: str, ods: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:LONGEST_NAME]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"ODS {ods}"),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_NAME]),
        ]
    )


def _signs_documents() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
