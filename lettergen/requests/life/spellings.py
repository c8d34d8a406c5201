"""Names of organisations without what people spell differently."""

import re
import unicodedata

from rapidfuzz import fuzz

# Left out wherever they stand: they tell no organisation from another.
_EMPTY = {"the", "and", "of", "for", "a", "at", "ltd", "limited", "plc", "llp", "llc", "inc", "co"}
_EMPTY |= {"company", "uk", "cic", "lp"}
# Written out, so that both ways of writing meet.
_SHORT = {
    "uni": "university",
    "univ": "university",
    "coll": "college",
    "st": "saint",
    "dept": "department",
    "govt": "government",
    "assoc": "association",
    "bros": "brothers",
    "intl": "international",
    "svcs": "services",
    "sols": "solicitors",
    "ins": "insurance",
}
_POSSESSIVE = re.compile(r"['’`´]s\b|['’`´]")
_APART = re.compile(r"[^a-z0-9]+")
SAME, LIKE = 100, 82


def key_of(name: str) -> str:
    """Return what all spellings of one organisation's name share.

    Case, accents, punctuation, Ltd and Limited, & and "and", "the", and the order of words do not
    count: University of Exampleton and Exampleton University are one.
    """
    words = _words(name)
    kept = [word for word in words if word not in _EMPTY] or words
    return " ".join(sorted(kept))


def likeness(one: str, other: str) -> float:
    """Return how alike two keys are, from 0 to 100; 82 and more is worth asking about."""
    if not one or not other:
        return 0.0
    return float(max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)))


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    joined = _POSSESSIVE.sub(_kept_s, bare.replace("&", " and "))
    return [_SHORT.get(word, word) for word in _APART.split(joined) if word]


def _kept_s(found: re.Match[str]) -> str:
    return "s" if found.group().endswith("s") else ""
