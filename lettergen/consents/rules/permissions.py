"""What a decision maker may agree to: per purpose the codes that stand against it, if any."""

from lettergen.consents.form.grammar import Purpose
from lettergen.consents.rules.case import Case

BLOCKS = ("E09", "E19", "E22")


def against(case: Case, purpose: Purpose) -> tuple[str, ...]:
    """Return the codes that stand against a purpose, were it agreed to; none where it may be.

    E09 with a star (E09*) is mended by the Caldicott Guardian's sign-off.
    """
    return (*_age_and_photo(case, purpose), *_route(case, purpose))


def is_blocked(case: Case, purpose: Purpose) -> bool:
    """Whether nothing but another answer mends it, so that no detail of the purpose is asked."""
    is_shut = case.get("photo.intimate") is True and case.is_minor
    return is_shut or any(code in BLOCKS for code in against(case, purpose))


def goes_on(case: Case, key: str) -> bool:
    """Whether a purpose was agreed to and its details are asked."""
    purpose = case.catalogue.purpose(key)
    return purpose in case.agreed and not is_blocked(case, purpose)


def may_agree_to(case: Case) -> tuple[str, ...]:
    """Return the keys of the purposes that may be agreed to as the case stands."""
    if case.route is None:
        return ()
    is_shut = case.get("photo.intimate") is True and case.is_minor
    return tuple(
        one.key for one in case.catalogue.purposes if not is_shut and not against(case, one)
    )


def _age_and_photo(case: Case, purpose: Purpose) -> tuple[str, ...]:
    codes = []
    if purpose.key == "public" and (case.is_minor or (case.route and case.route.is_proxy)):
        codes.append("E19")
    if purpose.part > 1 and case.get("photo.intimate") is True and not case.is_minor:
        codes.append("E22")
    return tuple(codes)


def _route(case: Case, purpose: Purpose) -> tuple[str, ...]:
    route = case.route
    if route is None or purpose.part == 1:
        return ()
    if case.lacks_capacity:
        return _without_capacity(case, purpose)
    if purpose.key in route.if_not_identifiable and case.is_identifiable and not case.has_sign_off:
        return ("E09*",)
    is_own = purpose.key in (*route.may_agree_to, *route.if_not_identifiable)
    if route.with_parent and not is_own and not case.parents_who_signed:
        return ("E18",)
    return ()


def _without_capacity(case: Case, purpose: Purpose) -> tuple[str, ...]:
    """Closed teaching and a study's pointer need the sign-off; the rest cannot be agreed to."""
    if purpose.key not in ("teach_closed", "research"):
        return ("E09",)
    needs_note = case.route is not None and case.route.lacks_capacity
    is_signed_off = case.has_sign_off and (case.has_best_interests or not needs_note)
    return () if is_signed_off else ("E09*",)
