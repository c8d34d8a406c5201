"""The marks in the words of a reply, and what takes their place: practice, patient and price."""

import re

PRACTICE, PATIENT, PRICE = MARKS = ("{practice}", "{patient}", "{price}")
SOMEBODY = "the patient"
QUOTE_FOLLOWS = "We then send you a quote."
_MARK = re.compile("|".join(map(re.escape, MARKS)))


def filled(text: str, practice: str, *, patient: str = "", price: str = "") -> str:
    """Return a text with its marks filled in; what stands in their places is not looked at again.

    Without a name it speaks of the patient, without a price it says that a quote follows.
    """
    words = {PRACTICE: practice, PATIENT: patient or SOMEBODY, PRICE: price or QUOTE_FOLLOWS}
    return _MARK.sub(lambda match: words[match[0]], text)
