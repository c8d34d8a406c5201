"""The type is found by what people say, however they spell it, while they type."""

import time
import tomllib
from pathlib import Path

import pytest

from lettergen.places import Places
from lettergen.requests import catalogue
from lettergen.requests.catalogue import search, settings
from lettergen.requests.catalogue.search import find
from lettergen.requests.catalogue.terms import terms

CATALOGUE = catalogue.load(Places(Path("/nowhere")))
FIRST = tomllib.loads((Path(__file__).parent / "requests/phrases.toml").read_text("utf-8"))["first"]
LONGEST_WAIT = 0.1


def first(text):
    return next((one.type.key for one in find(CATALOGUE, text)), None)


def test_what_receptionists_hear_finds_the_type_first():
    assert {said: first(said) for said in FIRST} == FIRST


def test_at_least_sixty_phrases_are_tried():
    assert len(FIRST) >= 60
    assert {group.key for group in CATALOGUE.groups.values()} == {
        CATALOGUE.types[key].group for key in FIRST.values()
    }


def test_every_type_is_found_by_its_title_and_each_of_its_names():
    names = [
        (kind.key, name) for kind in CATALOGUE.types.values() for name in (kind.title, *kind.words)
    ]

    lost = [
        (key, name)
        for key, name in names
        if key not in [one.type.key for one in find(CATALOGUE, name)]
    ]

    assert lost == []
    assert [key for key, kind in CATALOGUE.types.items() if first(kind.title) != key] == []


def test_the_list_follows_the_typing():
    assert "uni_mitigating" in [one.type.key for one in find(CATALOGUE, "mit ci")]
    assert first("emot") == "assistance_animal"


def test_the_words_that_the_public_page_gives_as_examples_find_what_they_say():
    found = {words: first(words) for words in ("sick note", "gym", "exam")}

    assert found == {"sick note": "fit_note_gt7", "gym": "gym_fitness", "exam": "exam_special"}


def test_what_matched_is_told():
    found = find(CATALOGUE, "sik note")[0]

    assert found.matched == "sick note"
    assert 0 < found.score <= 1


def misspelt(said):
    """Return what was said with two letters of its longest word in the wrong order."""
    words = said.split()
    longest = max(words, key=len)
    turned = longest[:2] + longest[3] + longest[2] + longest[4:] if len(longest) > 4 else longest
    return " ".join(turned if one == longest else one for one in words)


def test_what_receptionists_hear_is_sound_and_found_first_with_a_spelling_mistake_too():
    found = {said: find(CATALOGUE, misspelt(said))[0] for said in FIRST}

    assert {said: one.type.key for said, one in found.items()} == FIRST
    assert [said for said, one in found.items() if not one.is_sound] == []


@pytest.mark.parametrize(
    "unrelated",
    [
        "budgie",
        "my budgie died",
        "lasagne",
        "a wedding cake",
        "cake",
        "plumber",
        "dentist",
        "lottery",
        "lost my umbrella",
        "fishing licence",
        "wrong number",
        "opening hours",
        "garden",
        "hamster",
    ],
)
def test_words_of_other_matters_find_nothing_sound(unrelated):
    assert [one for one in find(CATALOGUE, unrelated) if one.is_sound] == []


@pytest.mark.parametrize("nothing", ["", "   ", "?!", "xyzzy plugh", "ßßß", "\x00", "the of and"])
def test_words_that_say_nothing_find_nothing(nothing):
    assert [one for one in find(CATALOGUE, nothing) if one.score > 0.6] == []


def test_accents_apostrophes_and_capitals_do_not_matter():
    assert first("CARER’S allowance") == first("carers allowance") == "carers_allowance"
    assert first("Ofstéd") == "ofsted_childminder"


def test_no_more_than_the_limit_are_offered():
    assert len(find(CATALOGUE, "letter", limit=3)) <= 3
    assert len(find(CATALOGUE, "medical", limit=5)) == 5


def test_an_answer_takes_less_than_a_tenth_of_a_second():
    find(CATALOGUE, "warm")
    worst = "my neighbour says her landlord wants a letter from the doctor about a cat " * 40

    for said in (*FIRST, worst):
        # The processor's time: other tests may keep the machine busy.
        began = time.process_time()
        find(CATALOGUE, said)
        assert time.process_time() - began < LONGEST_WAIT, said


def test_a_practice_with_its_own_terms_shares_the_index():
    own = settings.read({"paused": True}, CATALOGUE, is_new=True)
    find(CATALOGUE, "warm")
    before = search._index.cache_info().misses

    assert find(terms(CATALOGUE, own, frozenset()).catalogue, "SMI")

    assert search._index.cache_info().misses == before
