"""Who stands beside the patient on a consent: who decides, helps, interprets, witnesses, asks."""

from collections.abc import Iterator, Mapping
from typing import Any

from lettergen.consents.form.catalogue import Catalogue
from lettergen.rendering.wording import first_lower


def people(answers: Mapping[str, Any], catalogue: Catalogue) -> Iterator[str]:
    """Yield a sentence for each of them that there was, in words for the patient's page."""
    for named in (_decider, _helper, _interpreter, _witness, _hearer, _asker, _copy):
        sentence = named(answers, catalogue)
        if sentence:
            yield sentence


def _decider(answers: Mapping[str, Any], catalogue: Catalogue) -> str:
    known = answers.get("decision_maker") or {}
    route = catalogue.route(known.get("route"))
    if route is None or not route.is_proxy:
        return ""
    if route.code == "best_interests":
        return "The clinician decided this in the patient's best interests."
    authority = _label(catalogue, "decision_maker.pr_basis", known.get("pr_basis"))
    role = (authority or route.signer_role).lower()
    return f"Decided by {_named(known.get('name'), role)}."


def _helper(answers: Mapping[str, Any], _catalogue: Catalogue) -> str:
    known = answers.get("communication") or {}
    name = known.get("helper_name")
    return f"Helped by {_named(name, known.get('helper_role'))}." if name else ""


def _interpreter(answers: Mapping[str, Any], catalogue: Catalogue) -> str:
    known = answers.get("communication") or {}
    if not known.get("interpreter_used"):
        return ""
    kind = _label(catalogue, "communication.interpreter_type", known.get("interpreter_type"))
    who = _named(known.get("interpreter_name"), kind.lower())
    return f"Interpreter: {who}, {known.get('language')}."


def _witness(answers: Mapping[str, Any], _catalogue: Catalogue) -> str:
    known = answers.get("witness") or {}
    name = known.get("name")
    return f"Witness: {_named(name, known.get('role'))}." if name else ""


def _hearer(answers: Mapping[str, Any], catalogue: Catalogue) -> str:
    known = answers.get("verbal") or {}
    if not known.get("heard_by"):
        return ""
    how = _label(catalogue, "verbal.channel", known.get("channel")).lower()
    return f"Said {how} by {known.get('said_by')}, and heard by {known['heard_by']}."


def _asker(answers: Mapping[str, Any], _catalogue: Catalogue) -> str:
    known = answers.get("clinician") or {}
    name = known.get("name")
    return f"Asked by {_named(name, known.get('role'))}." if name else ""


def _copy(answers: Mapping[str, Any], catalogue: Catalogue) -> str:
    name = "information_given.copy_given"
    given = _label(catalogue, name, (answers.get("information_given") or {}).get("copy_given"))
    return f"Copy given: {given[:1].lower()}{given[1:]}." if given else ""


def _named(name: object, role: object) -> str:
    return ", ".join(str(part) for part in (name, first_lower(str(role or ""))) if part)


def _label(catalogue: Catalogue, field: str, code: object) -> str:
    return catalogue.field(field).label_of(str(code)) if code else ""
