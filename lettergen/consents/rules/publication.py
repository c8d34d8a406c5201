"""One named article: what was shown, every line ticked, the journal's form, relatives."""

from lettergen.conditions import is_blank
from lettergen.consents.form.moments import parse_day
from lettergen.consents.rules.case import Case
from lettergen.consents.rules.findings import Found
from lettergen.consents.rules.permissions import goes_on

ARTICLE = "purposes.publish."
UNKNOWN_LICENCE = "not_yet_known"
LONGEST_PERSPECTIVE = 500


def check_publication(case: Case, found: Found) -> None:
    """Check publication, if it was agreed to and can be."""
    if not goes_on(case, "publish"):
        return
    _check_shown(case, found)
    _check_lines(case, found)
    _check_journal(case, found)
    _check_people(case, found)


def _check_shown(case: Case, found: Found) -> None:
    options = case.catalogue.options(f"{ARTICLE}material_seen")
    seen = case.get(f"{ARTICLE}material_seen")
    if seen not in {option.code for option in options}:
        found.rule("S04")
    read_on = parse_day(case.get(f"{ARTICLE}read_on"))
    if read_on and read_on > case.signed_on:
        found.fault(f"{ARTICLE}read_on", "read_late")


def _check_lines(case: Case, found: Found) -> None:
    """E16: each acknowledgement is ticked; the licence's own not while the licence is unknown."""
    is_unknown = case.get(f"{ARTICLE}licence") == UNKNOWN_LICENCE
    for name in case.listed("acknowledgements"):
        if name == "ack_licence" and is_unknown:
            continue
        if case.get(f"{ARTICLE}{name}") is not True:
            found.rule("E16", name=name, line=case.catalogue.field(f"{ARTICLE}{name}").label)
    if is_unknown:
        found.rule("W07")


def _check_journal(case: Case, found: Found) -> None:
    if case.get(f"{ARTICLE}online") is False:
        found.rule("W01")
    signed = case.get(f"{ARTICLE}journal_form_also_signed")
    if signed == "no":
        found.rule("W08")
    elif signed == "not_yet":
        found.rule("I04")


def _check_people(case: Case, found: Found) -> None:
    has_agreed = case.get(f"{ARTICLE}third_parties_agreed") is True
    if case.get(f"{ARTICLE}third_parties") is True and not has_agreed:
        found.fault(f"{ARTICLE}third_parties_agreed", "third_parties")
    wants_copy = case.get(f"{ARTICLE}patient_wants_copy") is True
    if wants_copy and is_blank(case.get(f"{ARTICLE}copy_contact")):
        found.rule("W17")
    for name in ("patient_perspective.text", "patient_perspective_text"):
        if len(str(case.get(f"{ARTICLE}{name}") or "").split()) > LONGEST_PERSPECTIVE:
            found.fault(f"{ARTICLE}{name}", "too_long_words", max=LONGEST_PERSPECTIVE)
