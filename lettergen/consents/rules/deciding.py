"""Who decides: the route by age, authority, the patient's own view, capacity, and the sign-off."""

from lettergen.calendar import british_date
from lettergen.conditions import is_blank
from lettergen.consents.form.moments import birthday, parse_day
from lettergen.consents.rules.case import ADULT, FIVE_WISHES, Case
from lettergen.consents.rules.facts import is_assessed, is_reviewed_at_16
from lettergen.consents.rules.findings import Found
from lettergen.consents.rules.permissions import against

ASSESSMENT_DAYS = 28
MAKER = "decision_maker."


def check_deciders(case: Case, found: Found) -> None:
    """Check who decides, and what that asks for."""
    check_route(case, found)
    if case.route is None:
        return
    if case.route.code == "parent":
        _check_parent(case, found)
    if case.route.code == "attorney":
        _check_power(case, found)
    if (
        case.route.code == "deputy"
        and case.get(f"{MAKER}court_order.covers_health_and_welfare") is False
    ):
        found.fault(f"{MAKER}court_order.covers_health_and_welfare", "court_order")
    _check_objection(case, found)
    _check_capacity(case, found)
    _check_sign_off(case, found)


def check_route(case: Case, found: Found) -> None:
    """E02: who decides has to be said, and to fit the age on the day of signing."""
    if case.age is None:
        if case.stated_route is None:
            found.fault(f"{MAKER}route", "required_choice")
    elif not case.is_route_fit:
        found.rule("E02", variant="adult" if case.age >= ADULT else "", age=case.age)
    is_own = case.route is not None and not case.route.is_proxy
    if is_own and case.lacks_capacity:
        found.fault(f"{MAKER}capacity", "capacity_conflict")


def is_authority_settled(case: Case) -> bool:
    """Whether who decides stands, so that signatures can be held against it (E02, E06, E08)."""
    if case.route is None:
        return False
    if case.route.code == "parent":
        return _has_basis(case)
    return case.route.code != "attorney" or not _power_faults(case)


def _check_parent(case: Case, found: Found) -> None:
    basis = str(case.get(f"{MAKER}pr_basis") or "")
    if not _has_basis(case):
        relation = case.catalogue.relations.get(basis, _with_article(basis))
        found.rule("E06", relation=relation)
    if case.get(f"{MAKER}child_view") == "objects":
        found.rule("E12")
    disagrees = case.get(f"{MAKER}other_parent_disagrees")
    if case.agreed_beyond_care and disagrees in ("yes", "not_known"):
        found.rule("S03" if disagrees == "yes" else "W10")
    _check_review(case, found)


def _check_review(case: Case, found: Found) -> None:
    if case.born is None or not is_reviewed_at_16(case):
        return
    due = birthday(case.born, 16)
    found.rule("I01", date=british_date(due))
    given = parse_day(case.get(f"{MAKER}review_on_16th_birthday"))
    if given and given != due:
        found.rule("W14", date=british_date(due))


def _has_basis(case: Case) -> bool:
    options = case.catalogue.options(f"{MAKER}pr_basis")
    return case.get(f"{MAKER}pr_basis") in {option.code for option in options}


def _with_article(basis: str) -> str:
    words = basis.replace("_", " ").strip() or "person"
    return f"{'An' if words[:1].lower() in 'aeiou' else 'A'} {words}"


def _check_power(case: Case, found: Found) -> None:
    faults = _power_faults(case)
    if faults:
        found.rule("E08")
    for field, variant in faults.items():
        if variant:
            found.rule("E08", field=f"{MAKER}lpa.{field}", variant=variant)
    if case.get(f"{MAKER}lpa.how_attorneys_act") == "jointly_for_some":
        found.rule("W24")


def _power_faults(case: Case) -> dict[str, str]:
    """Return what is wrong with a power of attorney: field → words of their own, or none."""
    faults = {}
    if case.get(f"{MAKER}lpa.type") != "health_and_welfare":
        faults["type"] = ""
    if case.get(f"{MAKER}lpa.registered") is not True:
        faults["registered"] = "unregistered"
    seen = case.get(f"{MAKER}lpa.seen")
    names = ("seen_by", "seen_how")
    is_seen = seen is True or any(case.get(f"{MAKER}lpa.{name}") for name in names)
    if seen is False or not is_seen:
        faults["seen_by"] = "unseen"
    return faults


def _check_objection(case: Case, found: Found) -> None:
    is_proxied = case.route is not None and case.route.lacks_capacity
    if is_proxied and case.get(f"{MAKER}patient_objects") is True:
        found.rule("W19" if case.get(f"{MAKER}urgent_reason") else "S01")


def _check_capacity(case: Case, found: Found) -> None:
    if not is_assessed(case):
        return
    group = f"{MAKER}capacity_assessment."
    if is_blank(case.get(f"{group}cannot")):
        found.fault(f"{group}cannot", "assessment_none")
    if case.get(f"{group}because_of_impairment") is False:
        found.fault(f"{group}because_of_impairment", "assessment_link")
    assessed = parse_day(case.get(f"{group}assessed_on"))
    if assessed and assessed > case.signed_on:
        found.fault(f"{group}assessed_on", "assessment_late")
    elif assessed and (case.signed_on - assessed).days > ASSESSMENT_DAYS:
        found.fault(f"{group}assessed_on", "assessment_old")
    if case.get(f"{group}may_regain") is True and case.agreed_beyond_care:
        found.rule("W11")


def _check_sign_off(case: Case, found: Found) -> None:
    """E09: at the purposes for all; at the sign-off where it would mend the answer."""
    route = case.route
    for part in (
        "past_wishes",
        "present_wishes",
        "people_asked",
        "less_restrictive_way",
        "conclusion",
    ):
        text = case.get(f"{MAKER}best_interests.{part}")
        if route and route.lacks_capacity and isinstance(text, str) and len(text) < FIVE_WISHES:
            found.fault(f"{MAKER}best_interests.{part}", "best_interests_short")
    for purpose in case.agreed:
        codes = against(case, purpose)
        if "E09" in codes or "E09*" in codes:
            found.rule("E09")
        if "E09*" in codes:
            variant = "sign_off" if case.lacks_capacity else "parent_sign_off"
            field = f"{MAKER}caldicott_signoff"
            found.rule("E09", field=field, variant=variant, noun=purpose.noun)
    is_proxied = route is not None and route.is_proxy
    if is_proxied and case.decision("research") == "yes":
        found.rule("W12")
