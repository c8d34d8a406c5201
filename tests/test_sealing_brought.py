"""What a practice brings to seal with is taken whole, or refused in one sentence."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.hazmat.primitives.serialization import pkcs12 as files
from cryptography.x509.oid import ExtendedKeyUsageOID

from lettergen import models, sealing
from lettergen.models import Actor, Certificate
from lettergen.sealing import CertificateUnusable

AT = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
PASSWORD = "sesame"
SHORT = 1024


def bring(sessions, actor: Actor, content: bytes, password=PASSWORD) -> Certificate:
    with sessions() as session, models.changing(session):
        return sealing.replace(session, actor, content, password, at=AT)


def sealing_now(sessions, actor: Actor) -> Certificate | None:
    with sessions() as session:
        return sealing.known(session, actor.practice_id)


def opened(content: bytes):
    return files.load_pkcs12(content, PASSWORD.encode())


def locked(rounds: int = 10_000):
    how = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds)
    return how.key_cert_algorithm(files.PBES.PBESv2SHA256AndAES256CBC).build(PASSWORD.encode())


def changed(content: bytes) -> bytes:
    """The file with one byte of what is locked in it changed."""
    return content[:400] + bytes([content[400] ^ 1]) + content[401:]


def slow_to_open() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return files.serialize_key_and_certificates(b"seal", key, None, None, locked(5_000_001))


def mismatched(make) -> bytes:
    """A key, and in the place of its certificate one that vouches for others."""
    key = ec.generate_private_key(ec.SECP256R1())
    other = opened(make()).cert.certificate
    return files.serialize_key_and_certificates(b"seal", key, None, [other], locked())


def crowded(make) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    own = opened(make(key=key)).cert.certificate
    others = [opened(make()).cert.certificate for _ in range(6)]
    return files.serialize_key_and_certificates(b"seal", key, own, others, locked())


def usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(signs, False, True, False, False, False, False, False, False)


def purposes(*which) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage(list(which))


BAD = {
    "another password": (lambda make: make(password="other"), "password does not open"),
    "no password given": (lambda make: make(password=""), "password does not open"),
    "cut short": (lambda make: make()[:300], "not a whole certificate file"),
    "one byte changed": (lambda make: changed(make()), "password does not open"),
    "a letter": (lambda _: b"%PDF-1.7", "not a whole certificate file"),
    "nothing": (lambda _: b"", "not a whole certificate file"),
    "too big": (lambda make: make() + bytes(100_000), "too large"),
    "no key": (lambda make: make(has_key=False), "no private key"),
    "ended": (lambda make: make(ends=AT - timedelta(days=1)), "ended on 19 November 2026"),
    "not begun": (lambda make: make(begins=AT + timedelta(days=5)), "before 25 November 2026"),
    "weak RSA": (lambda make: make(key=rsa.generate_private_key(65537, SHORT)), "too weak"),
    "odd curve": (lambda make: make(key=ec.generate_private_key(ec.SECP256K1())), "too weak"),
    "odd key": (
        lambda make: make(key=ed25519.Ed25519PrivateKey.generate(), signed_by=None),
        "too weak",
    ),
    "for keys only": (
        lambda make: make(says=[(usage(signs=False), True)]),
        "not for signing documents",
    ),
    "for web servers": (
        lambda make: make(says=[(purposes(ExtendedKeyUsageOID.SERVER_AUTH), False)]),
        "not for signing documents",
    ),
    "an emoji in its name": (lambda make: make(name="\U0001f3e5 Surgery"), "a plainer name"),
    "two directions in its name": (lambda make: make(name="Surgery العيادة"), "a plainer name"),
    "endless to open": (lambda _: slow_to_open(), "too long to open"),
    "another's certificate": (mismatched, "no certificate for its private key"),
    "many certificates": (crowded, "6 is the most"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_file_that_cannot_seal_is_refused_in_one_sentence_and_changes_nothing(
    sessions, people, pkcs12, fault
):
    before = bring(sessions, people.manager, pkcs12(name="The one before"))
    make, says = BAD[fault]

    with pytest.raises(CertificateUnusable, match=says) as refused:
        bring(sessions, people.manager, make(pkcs12))

    assert PASSWORD not in str(refused.value)
    assert refused.value.reasons == ()
    assert sealing_now(sessions, people.manager).id == before.id
    assert sealing_now(sessions, people.manager).key == before.key


@pytest.mark.parametrize(
    "says",
    [
        [(usage(signs=True), True)],
        [(purposes(ExtendedKeyUsageOID.EMAIL_PROTECTION), False)],
        [(purposes(ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH), False)],
    ],
)
def test_a_certificate_that_says_it_may_sign_is_taken(sessions, people, pkcs12, says):
    assert bring(sessions, people.manager, pkcs12(says=says)).not_after > AT


@pytest.mark.parametrize("curve", [ec.SECP384R1, ec.SECP521R1])
def test_longer_curves_are_taken(sessions, people, pkcs12, curve):
    content = pkcs12(key=ec.generate_private_key(curve()))

    assert not bring(sessions, people.manager, content).is_own


def test_a_file_without_a_password_is_taken(sessions, people, pkcs12):
    assert not bring(sessions, people.manager, pkcs12(password=""), password="").is_own


def test_a_certificate_keeps_those_that_vouch_for_it(sessions, people, pkcs12):
    key, vouching = ec.generate_private_key(ec.SECP256R1()), opened(pkcs12(name="Issuer"))
    own = opened(pkcs12(key=key))
    content = files.serialize_key_and_certificates(
        b"seal", key, own.cert.certificate, [vouching.cert.certificate], locked()
    )

    brought = bring(sessions, people.manager, content)

    chain = x509.load_pem_x509_certificates(brought.chain.encode())
    assert chain == [own.cert.certificate, vouching.cert.certificate]
