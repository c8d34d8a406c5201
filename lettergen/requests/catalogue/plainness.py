"""Whether a reply is easy to read: the length of its sentences, and the age that can read it.

A remark is no fault: a practice may have its reasons, and its words are sent as they are.
"""

import re
from collections.abc import Iterator

from lettergen.requests.catalogue.grammar import Reply
from lettergen.requests.catalogue.marks import filled

LONGEST_SENTENCE = 20  # words
OLDEST_READER, OLDEST_PATIENT = 14, 11  # years
PATIENTS = "a patient"
US = "us"
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_WORD = re.compile(r"[A-Za-z’']+")
_VOWELS = re.compile(r"[aeiouy]+")
_YEARS_BEFORE_SCHOOL = 5


def remarks(reply: Reply) -> Iterator[str]:
    """Yield what would make a reply easier to read, in sentences."""
    for paragraphs in (reply.named, reply.nameless):
        text = filled(" ".join((*paragraphs, reply.authority, reply.route, reply.reopens)), US)
        for one in sentences(text):
            count = len(one.split())
            if count > LONGEST_SENTENCE:
                yield f"{count} words are long for one sentence: “{one}”"
    oldest = OLDEST_PATIENT if reply.to == PATIENTS else OLDEST_READER
    text = filled(" ".join((*reply.named, reply.authority, reply.route, reply.reopens)), US)
    age = reading_age(text)
    if age > oldest:
        yield f"It takes a reading age of {age:.0f}; {oldest} is what {reply.to} should need."


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [one for one in _SENTENCE_END.split(" ".join(text.split())) if one]


def reading_age(text: str) -> float:
    """Return the age in years at which a text is read with ease; 0 for one without words.

    Flesch and Kincaid's grade with the years before school; syllables by groups of vowels.
    """
    words = _WORD.findall(text)
    if not words:
        return 0
    syllables = sum(max(1, len(_VOWELS.findall(one.lower().removesuffix("e")))) for one in words)
    grade = 0.39 * len(words) / len(sentences(text)) + 11.8 * syllables / len(words) - 15.59
    return grade + _YEARS_BEFORE_SCHOOL
