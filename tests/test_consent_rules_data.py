"""The photo consent form's data: complete, sourced, in plain words; every fault is named."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from lettergen.consents.form import catalogue, spoken
from lettergen.consents.form.cross_checks import PURPOSES
from lettergen.consents.papers import wording
from lettergen.definitions import BrokenDefinition
from lettergen.places import CHECKOUT, Places

SHIPPED = CHECKOUT / "forms/consents"
CATALOGUE = catalogue.load(Places(Path("/nowhere")))
LONGEST_SENTENCE = 20
TABLES = {
    "photo": "reason kind body_site side face_shown identifiable_by intimate evidence_of_harm "
    "device copyright_owner copyright_licence_given",
    "clinician": "name role registration_body registration_number discussion_note "
    "declaration_voluntary",
    "purposes.share_care": "decision recipient channel valid_until",
    "purposes.teach_closed": "decision audience anonymise valid_until",
    "purposes.research": "decision study_title iras_id rec_reference valid_until",
    "purposes.publish": "decision outlet_type outlet_name article_title online material_seen "
    "material_sha256 material_file read_on ack_not_anonymous ack_details_of_illness ack_internet "
    "ack_no_recall licence ack_licence ack_may_be_edited_or_translated ack_no_payment "
    "journal_form_also_signed patient_perspective patient_wants_copy third_parties "
    "authors",
    "device": "policy_allows cloud_backup_off location_off moved_to_record_at deleted_at "
    "deleted_by",
    "images[]": "image_id role taken_at stored_in record_ref sha256 location_data_removed "
    "taken_before_consent_reason",
    "decision_maker": "route name pr_basis pr_checked_how child_told_in_own_words child_view "
    "other_parent_disagrees review_on_16th_birthday parent_involvement proxy_access_on_record "
    "hide_from_proxy_access patient_objects",
    "patient": "nhs_number full_name date_of_birth",
    "identity_check": "method detail",
    "communication": "needs_recorded format_given language interpreter_used interpreter_type "
    "interpreter_name",
    "information_given": "patient_explained_back copy_given",
    "signatures[]": "signer_role signer_name method mark_png signed_at device_id staff_present "
    "content_sha256 pdf_sha256",
    "template": "id version language format",
    "wet": "keyed_by checked_by scan_sha256 page_code",
}


def sentences_of_patients():
    for purpose in CATALOGUE.purposes:
        yield from (purpose.question, *purpose.questions.values(), *purpose.words)
        for ending in purpose.endings:
            yield from (ending.stopped, ending.lasting)
    page = CATALOGUE.page
    openings = (text for texts in (page.opening, *page.openings.values()) for text in texts)
    for text in (*openings, *page.choice, *page.parts.values(), *page.change, *page.signing):
        yield from re.split(r"(?<=[.?!]) ", text)
    for extra in CATALOGUE.wordings:
        yield from re.split(r"(?<=[.?!]) ", extra.text)


@pytest.mark.parametrize(
    ("kind", "opening", "question"),
    [
        ("photo", "We would like to take a photo of your left forearm.",
         "Can we take the photo and keep it in your GP record?"),
        ("short_video", "We would like to take a short video of your left forearm.",
         "Can we take the photo and keep it in your GP record?"),
        ("patients_own_photo_already_sent",
         "You, or someone for you, sent us a photo of your left forearm.",
         "Can we keep the photo in your GP record?"),
        ("photo_already_in_record",
         "We have a photo of your left forearm in your GP record.",
         "Can we use the photo in your GP record for your care?"),
    ],
)  # fmt: skip
def test_nobody_is_asked_to_let_a_photo_be_taken_that_there_is_already(kind, opening, question):
    photo = {"kind": kind, "body_site": "Left forearm", "reason": "Changing mole"}
    answers = {"photo": photo, "purposes": {"record": {"decision": ""}}}

    words = wording.words_for(answers, CATALOGUE, on=date(2026, 11, 22))

    assert words.opening[0] == opening
    assert words.questions[0].question == question


@pytest.fixture
def own(tmp_path):
    """A practice's own folder of forms, with a copy of the consent form to change."""
    shutil.copytree(SHIPPED, tmp_path / "forms/consents")
    return tmp_path


def faults_with(own, name, old, new):
    path = own / "forms/consents" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return [str(fault) for fault in catalogue.faults_of(Places(own))]


@pytest.mark.parametrize("group", TABLES)
def test_every_field_that_was_agreed_is_asked(group):
    missing = [one for one in TABLES[group].split() if f"{group}.{one}" not in CATALOGUE.by_name]

    assert missing == []


def test_there_are_seven_purposes_each_with_words_an_end_and_a_question():
    assert tuple(one.key for one in CATALOGUE.purposes) == PURPOSES
    assert [one.part for one in CATALOGUE.purposes] == [1, 1, 2, 2, 2, 2, 2]
    assert all(
        one.question.endswith("?") and one.words and one.endings for one in CATALOGUE.purposes
    )


def test_terms_and_deadlines_are_the_documented_ones():
    terms = {one.key: one.validity_months for one in CATALOGUE.purposes}
    days = {
        (one.key, ending.stage): (ending.stop_days, ending.confirm_days)
        for one in CATALOGUE.purposes
        for ending in one.endings
    }

    assert terms == {
        "record": None, "share_care": 12, "teach_closed": 60, "present_external": 24,
        "publish": 24, "public": 24, "research": None,
    }  # fmt: skip
    assert days == {
        ("record", "always"): (0, None),
        ("share_care", "always"): (1, None),
        ("teach_closed", "always"): (5, 20),
        ("present_external", "always"): (5, 20),
        ("publish", "before_acceptance"): (1, None),
        ("publish", "after_publication"): (1, None),
        ("public", "always"): (1, None),
        ("research", "always"): (1, None),
    }
    assert (CATALOGUE.letter_days, CATALOGUE.removal_days) == (10, 20)


def test_all_codes_are_there_with_their_source_and_day():
    ids = [code.id for code in CATALOGUE.codes]

    assert [id_ for id_ in ids if id_[0] == "E"] == [f"E{number:02}" for number in range(1, 25)]
    assert len(ids) == len(set(ids))
    assert all(re.match(r"\[[SMH+]+\] ", code.source) for code in CATALOGUE.codes)
    assert all(code.checked_on == "2026-11-22" for code in CATALOGUE.codes)


def test_every_question_says_where_it_comes_from_and_when_that_was_looked_at():
    assert all(re.match(r"\[[SMH+]+\] .", one.source) for one in CATALOGUE.fields)
    assert {one.checked_on for one in CATALOGUE.fields} == {"2026-11-22"}


def test_no_answer_is_chosen_beforehand():
    text = (SHIPPED / "photo-consent.toml").read_text("utf-8")

    assert not re.search(r"(?m)^default\b", text)


@pytest.mark.parametrize("text", sorted(set(sentences_of_patients())))
def test_patients_read_short_sentences_in_words_of_everyday(text):
    avoided = r"\b(level [123]|secondary|data subject|anonymis\w+|consent|purposes?|identifiable)\b"

    assert len(text.split()) <= LONGEST_SENTENCE
    assert not re.search(avoided, text, re.IGNORECASE)


def test_no_option_is_read_as_two():
    for one in CATALOGUE.fields:
        known = [code for option in one.options for code in (option.code, *option.also)]
        assert len(known) == len(set(known)), one.name


def test_both_stop_cards_are_there_and_e07_offers_no_way_on():
    harm, private = CATALOGUE.card("S02"), CATALOGUE.card("E07")

    assert harm is not None
    assert private is not None
    assert harm.carry_on
    assert not private.carry_on


def test_the_version_changes_with_the_words_and_with_the_letters(own):
    before = catalogue.load(Places(own)).version
    letters = own / "templates/letters"
    letters.mkdir(parents=True)

    (letters / "photo-consent.html").write_text("<p>Another letter</p>")
    with_letter = catalogue.load(Places(own)).version
    words = own / "forms/consents/words.toml"
    words.write_text(words.read_text().replace("Yes, you can", "Yes, that is fine"))

    assert len({before, with_letter, catalogue.load(Places(own)).version}) == 3
    assert catalogue.load(Places(own)).page.yes[1] == "Yes, that is fine"


def test_a_practices_own_file_goes_before_the_shipped_one_and_leaves_the_others(tmp_path):
    own = tmp_path / "forms/consents"
    own.mkdir(parents=True)
    text = (SHIPPED / "purposes.toml").read_text("utf-8")
    (own / "purposes.toml").write_text(text.replace("letter_days = 10", "letter_days = 7"))

    loaded = catalogue.load(Places(tmp_path))

    assert loaded.letter_days == 7
    assert loaded.codes == CATALOGUE.codes


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("photo-consent.toml", 'type = "paragraph"', 'type = "essay"', "type is one of"),
        ("photo-consent.toml", 'part = "set_up"', 'part = "early"', "part is one of"),
        ("photo-consent.toml", "[S] GMC", "GMC", "how sure it is"),
        ("photo-consent.toml", '"facts.route" = "parent"', '"facts.road" = "parent"', "no fact"),
        ("photo-consent.toml", 'show_if = { "communication.interpreter_used" = true }',
         'show_if = { "communication.interpretr_used" = true }', "is no question"),
        ("photo-consent.toml", '"photo.reason"', '"photo.kind"', "not sound TOML|stands twice"),
        ("photo-consent.toml", "[fields.start", "[fields.begin", "there is no section begin"),
        ("photo-consent.toml", "minutes = 2", "minuts = 2", "unknown key minuts"),
        ("purposes.toml", "part = 2", "part = 3", "part is 1"),
        ("purposes.toml", "stop_days = 1", 'stop_days = "soon"', "of a wrong kind"),
        ("purposes.toml", "endings.before_acceptance", "endings.before_print", "stages are"),
        ("deciders.toml", '"share_care"', '"share_cares"', "is no purpose"),
        ("deciders.toml", "[routes.deputy]", "[routes.agent]", "no option of decision_maker.route"),
        ("deciders.toml", "[methods.wet_ink_scan]", "[methods.paper]", "no option of signatures"),
        ("rules.toml", 'field = "photo.intimate"', 'field = "photo.private"', "is no question"),
        ("rules.toml", "[codes.E01]", "[codes.X1]", "codes are E, S, W or I"),
        ("rules.toml", "[codes.E24]", "[codes.E25]", "the rule E24 is missing"),
        ("rules.toml", "required_tick =", "required_ticks =", "required_tick is missing"),
        ("words.toml", "[cards.E12]", "[cards.E99]", "there is no rule E99"),
        ("words.toml", "photo_already_in_record = [", "photo_in_record = [", "no option of photo"),
        ("purposes.toml", 'patients_own_photo_already_sent = "', 'sent = "', "no option of photo"),
        ("words.toml", 'yes_1 = "Yes, you can"', "", "yes_1 is missing"),
        ("words.toml", 'title = "Photos', "title = Photos", "not sound TOML"),
    ],
)  # fmt: skip
def test_a_fault_in_the_data_is_named_with_its_file_and_line(own, name, old, new, words):
    found = faults_with(own, name, old, new)

    assert any(re.search(rf"{re.escape(name)}:\d+: .*({words})", fault) for fault in found), found


def test_a_purpose_under_another_name_is_a_fault(own):
    path = own / "forms/consents/purposes.toml"
    path.write_text(path.read_text("utf-8").replace("[purposes.public", "[purposes.posters"))

    said = [str(fault) for fault in catalogue.faults_of(Places(own))]

    assert len(said) == 2
    assert "posters is not right" in said[0] + said[1]
    assert "public is not right" in said[0] + said[1]


def test_every_fault_of_every_file_is_named_at_once(own):
    faults_with(own, "rules.toml", "[codes.E01]", "[codes.X1]")
    found = faults_with(own, "words.toml", "unsure =", "unsur =")

    assert any("rules.toml" in fault for fault in found)
    assert any("words.toml" in fault for fault in found)
    with pytest.raises(BrokenDefinition):
        catalogue.load(Places(own))


@pytest.mark.parametrize(
    "content", ["", "x = 1", "codes = 3\nfaults = []\nlists = 1", "[[fields]]\na = 1"]
)
@pytest.mark.parametrize("name", catalogue.FILES)
def test_a_file_of_any_shape_gives_faults_and_never_a_traceback(own, name, content):
    (own / "forms/consents" / name).write_text(content)

    assert catalogue.faults_of(Places(own))


def test_what_the_program_says_by_name_is_what_the_data_have_to_hold():
    modules = (CHECKOUT / "lettergen/consents").rglob("*.py")
    source = "".join(path.read_text("utf-8") for path in modules if path.stem != "spoken")
    named = set(re.findall(r'"([A-Za-z0-9_]+)"', source)) | {"registration_gmc", "registration_nmc"}

    assert set(spoken.FAULTS) == set(CATALOGUE.faults) <= named
    assert set(spoken.CODES) == {code.id for code in CATALOGUE.codes} <= named
    assert {code.id: set(code.variants) for code in CATALOGUE.codes if code.variants} == {
        id_: set(names) for id_, names in spoken.VARIANTS.items()
    }
    assert {name for name in CATALOGUE.lists if not name.startswith("meets_")} == spoken.LISTS
