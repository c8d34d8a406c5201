"""The type behind what somebody says: words compared one by one, so that spelling may be off.

Rare words count more than common ones. A word that is begun counts as the word, so that the list
follows the typing; a word that is misspelt counts for as much as it is alike, and one that only
looks like another for much less.
"""

import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import NamedTuple

from rapidfuzz import fuzz, process

from lettergen.requests.catalogue.grammar import Catalogue, Type

LONGEST_QUERY = 200
MOST_WORDS = 12
LEAST_ALIKE = 0.72
LEAST_BEGUN = 2  # letters of a word that is being typed
LEAST_SCORE = 0.35
# What receptionists say, misspelt, scores 0.54 and more; words of other matters up to 0.51.
SOUND_SCORE = 0.53
SHORT_WORD = 3  # so short a word is another one if its first letter is
SHORT_ALIKE = 0.8
# From here on a word is taken for a misspelt one; below it is rather another that looks like it.
MISSPELT, MISSPELT_AT_START = 0.8, 0.85
RESEMBLING = 0.6
WORST_SHARE = 0.5  # of the best: what fits much less is no suggestion
BEGUN = 0.93
OF_QUERY = 0.62  # how much it counts that all that was typed is found, beside how much of a phrase
# What is said around a request, and tells none from another.
_FILLERS = """
a an and ask asked asking asks be been by can could do doctor doctors for form from get give gp has
have he her his i im in is it just letter me my need needed needs note of on or our out patient
please send she sign signed so some somebody someone that the their them they this to told us want
wanted wants we with would you your
"""
FILLERS = frozenset(_FILLERS.split())
FILLER_WEIGHT = 0.12
_WORD = re.compile(r"[a-z0-9]+")
Names = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Found:
    """A type that the words may mean; `matched` is what of its names fits them best."""

    type: Type
    score: float
    matched: str

    @property
    def is_sound(self) -> bool:
        """Say whether the words fit so well that the type is likely meant."""
        return self.score >= SOUND_SCORE


def find(catalogue: Catalogue, text: str, limit: int = 8) -> list[Found]:
    """Return the likeliest types, best first; nothing for words that fit none.

    At most 200 characters and 12 words are looked at.
    """
    index = _index_of(catalogue)
    words = _words(text[:LONGEST_QUERY])[:MOST_WORDS]
    if not words:
        return []
    alike = [(index.alike(word), index.weight(word)) for word in words]
    asked = sum(weight for _, weight in alike)
    best: dict[str, Found] = {}
    for name in index.holding({known for likeness, _ in alike for known in likeness}):
        score = _score(name, alike, asked, index)
        if score >= LEAST_SCORE and (name.key not in best or score > best[name.key].score):
            best[name.key] = Found(catalogue.types[name.key], score, name.phrase)
    order = list(catalogue.types)
    ranked = sorted(best.values(), key=lambda one: (-one.score, order.index(one.type.key)))
    return [one for one in ranked if one.score >= ranked[0].score * WORST_SHARE][:limit]


class _Name(NamedTuple):
    """One name of a type, as the words that it holds, each once."""

    key: str
    phrase: str
    words: tuple[str, ...]


class _Index:
    """All names of all types by their words, with how much each word tells."""

    def __init__(self, names: Names) -> None:
        self._names = tuple(
            _Name(key, phrase, tuple(dict.fromkeys(_words(phrase))))
            for key, phrases in names
            for phrase in phrases
        )
        self._places: dict[str, list[int]] = {}
        for place, name in enumerate(self._names):
            for word in name.words:
                self._places.setdefault(word, []).append(place)
        self._known = sorted(self._places)
        types = {
            word: len({self._names[place].key for place in places})
            for word, places in self._places.items()
        }
        self._rarity = {word: 1 + math.log(len(names) / count) for word, count in types.items()}

    def weight(self, word: str) -> float:
        """Return how much a word tells; one that no name holds tells as much as a rare one."""
        return FILLER_WEIGHT if word in FILLERS else self._rarity.get(word, self._rarest)

    def alike(self, word: str) -> Mapping[str, float]:
        """Return the words of names that a typed word may be, each with how alike it is."""
        near = process.extract(
            word, self._known, scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE * 100, limit=None
        )
        found = {known: _alike(word, known, ratio / 100) for known, ratio, _ in near}
        if len(word) >= LEAST_BEGUN:
            start = bisect_left(self._known, word)
            begun = takewhile(lambda known: known.startswith(word), self._known[start:])
            found |= {known: BEGUN for known in begun if known != word}
        return {known: alike for known, alike in found.items() if alike}

    def holding(self, words: Iterable[str]) -> Iterator[_Name]:
        """Yield the names that hold any of these words, in their order."""
        places = {place for word in words for place in self._places[word]}
        yield from (self._names[place] for place in sorted(places))

    @cached_property
    def _rarest(self) -> float:
        return max(self._rarity.values(), default=1.0)


def _index_of(catalogue: Catalogue) -> _Index:
    return _index(tuple((key, (kind.title, *kind.words)) for key, kind in catalogue.types.items()))


@lru_cache(maxsize=8)
def _index(names: Names) -> _Index:
    """Return the index of these names: practices' own terms share it, as they change no names."""
    return _Index(names)


def _score(
    name: _Name, alike: Sequence[tuple[Mapping[str, float], float]], asked: float, index: _Index
) -> float:
    """Return from 0 to 1 how well a name fits: how much of the query, and how much of the name."""
    of_query = 0.0
    covered: dict[str, float] = {}
    for known, weight in alike:
        likeness, part = max((known.get(one, 0.0), one) for one in name.words)
        if likeness:
            of_query += likeness * weight
            covered[part] = max(covered.get(part, 0.0), likeness)
    total = sum(map(index.weight, name.words))
    of_name = sum(likeness * index.weight(part) for part, likeness in covered.items()) / total
    return OF_QUERY * of_query / asked + (1 - OF_QUERY) * of_name


def _alike(word: str, known: str, ratio: float) -> float:
    """Return how alike two words are, 0 for those that are others: short ones, and numbers."""
    if word == known:
        return 1.0
    shorter = min(len(word), len(known))
    if shorter < SHORT_WORD or word[0].isdigit() or known[0].isdigit():
        return 0.0
    is_same_start = word[0] == known[0]
    if shorter == SHORT_WORD and not (is_same_start and ratio >= SHORT_ALIKE):
        return 0.0
    is_misspelt = ratio >= (MISSPELT if is_same_start else MISSPELT_AT_START)
    return ratio if is_misspelt else ratio * RESEMBLING


def _words(text: str) -> list[str]:
    return list(_split(text))


def _split(text: str) -> Iterator[str]:
    """Yield the words without accents and apostrophes: carer's is carers."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("’", "").replace("'", "")
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    yield from _WORD.findall(letters)
