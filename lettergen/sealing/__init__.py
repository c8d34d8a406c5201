"""Sealing: the practice’s certificate signs each PDF, so that a change shows.

What is imported here stays small: pyHanko, which takes half a second to load, waits for the
first seal.
"""

from lettergen.sealing.brought import LARGEST as LARGEST_FILE
from lettergen.sealing.certificates import (
    by_fingerprint,
    current,
    drop,
    earlier,
    ends_soon,
    establish,
    get,
    known,
    renew,
    replace,
)
from lettergen.sealing.examining import Examined, examine
from lettergen.sealing.refusals import CertificateUnusable, NoSuchCertificate
from lettergen.sealing.sealer import Sealer

__all__ = [
    "LARGEST_FILE",
    "CertificateUnusable",
    "Examined",
    "NoSuchCertificate",
    "Sealer",
    "by_fingerprint",
    "current",
    "drop",
    "earlier",
    "ends_soon",
    "establish",
    "examine",
    "get",
    "known",
    "renew",
    "replace",
]
