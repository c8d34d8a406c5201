"""Addresses of e-mail: which can be written to, and how they are shown to staff."""

import re

from lettergen.refusals import Refused

LONGEST = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
LONGEST_NAME = 64  # RFC 5321, 4.5.3.1.1
# RFC 5322, 3.2.3 (dot-atom). Quoted names and other scripts are left out: many servers refuse them.
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*"
)
HIDDEN = "•••"


class WrongAddress(Refused):
    """What was given is no address that an e-mail can be sent to."""


def checked(text: str) -> str:
    """Return an address without the spaces around it.

    Raises:
        WrongAddress: it is not one address in the usual form.
    """
    address = text.strip()
    name, _, domain = address.rpartition("@")
    is_sound = (
        ADDRESS.fullmatch(address)
        and len(address) <= LONGEST
        and len(name) <= LONGEST_NAME
        and all(len(label) <= LONGEST_NAME - 1 for label in domain.split("."))
    )
    if not is_sound:
        raise WrongAddress("Enter one email address in the usual form, like name@example.com.")
    return address


def masked(address: str) -> str:
    """Return an address so that staff recognise it and a passer-by does not: r•••@example.com."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}{HIDDEN}@{domain}"
