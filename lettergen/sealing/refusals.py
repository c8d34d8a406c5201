"""Why a certificate cannot seal."""

from lettergen.refusals import Refused


class CertificateUnusable(Refused):
    """A certificate cannot seal letters, or cannot be read; the text says what to do about it."""


class NoSuchCertificate(Refused):
    """The practice has no such certificate."""
