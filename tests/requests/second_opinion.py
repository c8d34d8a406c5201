"""The decision table once more in another shape: plain questions, written apart from the data."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from lettergen.requests.catalogue import Catalogue, Type

AT_DEATH = {"mccd", "cremation_form", "coroner_report"}
LACKING = {"missing", "too_wide", "authority_missing"}
TURNED_AWAY = {"REDIRECT", "DECLINE"}


class Opinion(NamedTuple):
    """What the second reading of the table comes to."""

    rule: str
    outcome: str
    letter: str = ""


def opinion(catalogue: Catalogue, i: Mapping[str, Any]) -> Opinion:
    """Return rule, outcome and letter for whole answers, `offered` among them."""
    kind = catalogue.types.get(i["type"])
    of_kind = (_turned_away(i, kind),) if kind else ()
    after = (_fallback(i, kind), _paid(i, kind)) if kind else (_unknown(i),)
    return next(
        chain(
            _danger_and_law(i),
            _dead_and_insurers(i),
            *of_kind,
            _held(i, kind),
            _owed(i, kind),
            *after,
        )
    )


def _danger_and_law(i: Mapping[str, Any]) -> Iterator[Opinion]:
    match i["flag"]:
        case "risk_now":
            yield Opinion("R01", "URGENT")
        case "safeguarding":
            yield Opinion("R02", "STATE_FEE")
        case "court_order" | "coroner":
            yield Opinion("R03", "LEGAL_DUTY")


def _dead_and_insurers(i: Mapping[str, Any]) -> Iterator[Opinion]:
    has_authority, wants_records = i["consent"] == "authority_ok", i["ask"] == "records"
    if i["subject"] == "deceased":
        if not has_authority and i["type"] not in AT_DEATH:
            yield Opinion("R04", "HOLD", "D15")
        if wants_records:
            yield Opinion("R05", "ACCESS")
    if i["requester"] == "insurer" and wants_records:
        yield Opinion("R06", "REDIRECT", "D07")
    in_dispute = i["flag"] == "family_dispute"
    if in_dispute and i["ask"] in {"letter", "opinion", "form"}:
        yield Opinion("R07", "DECLINE", "D13")
    of_child = i["subject"] == "child" and wants_records and i["requester"] != "patient"
    if of_child and not has_authority:
        yield Opinion("R08", "HOLD", "D08")
    if in_dispute:
        yield Opinion("R09", "ESCALATE")


def _turned_away(i: Mapping[str, Any], kind: Type) -> Iterator[Opinion]:
    was_refused = i["alt"] == "tried_failed"
    if kind.obligation == "REDIRECT" and not was_refused:
        yield Opinion("R10", "REDIRECT", kind.letter)
    if kind.obligation == "DECLINE" and not (was_refused and kind.fallback):
        yield Opinion("R11", "DECLINE", kind.letter)


def _held(i: Mapping[str, Any], kind: Type | None) -> Iterator[Opinion]:
    if kind is None or kind.consent != "N":
        speaks = i["consent"] in {"authority_ok", "best_interests"}
        if i["subject"] == "adult_no_capacity" and not speaks:
            yield Opinion("R12", "HOLD", "D08")
        if i["requester"] != "patient" and i["consent"] in LACKING:
            yield Opinion("R13", "HOLD", "D08")


def _owed(i: Mapping[str, Any], kind: Type | None) -> Iterator[Opinion]:
    obligation = kind.obligation if kind else None
    if obligation == "NHS_FREE":
        yield Opinion("R14", "NHS_FREE")
    if obligation == "ACCESS" or i["ask"] == "records":
        yield Opinion("R15", "ACCESS")
    if obligation == "ESCALATE":
        yield Opinion("R16", "ESCALATE")
    if obligation == "STATE_FEE":
        yield Opinion("R17", "STATE_FEE")
    if i["flag"] == "claimed_duty" and i["payer"] not in {"org_accepts", "patient_accepts"}:
        yield Opinion("R18", "DECLINE", "D09")
    if i["alt"] == "available":
        yield Opinion("R19", "REDIRECT", "D16")
    if kind and not i["offered"]:
        yield Opinion("R20", "DECLINE", "D12")


def _fallback(i: Mapping[str, Any], kind: Type) -> Iterator[Opinion]:
    if kind.fallback == "NHS_FREE":
        yield Opinion("R21", "NHS_FREE")
    if kind.fallback == "STATE_FEE" and i["requester"] == "state":
        yield Opinion("R22", "STATE_FEE")
    if kind.fallback == "STATE_FEE":
        yield Opinion("R22", "REDIRECT", "D06")
    if kind.obligation in TURNED_AWAY and not kind.fallback:
        yield Opinion("R23", "DECLINE", kind.letter)


def _paid(i: Mapping[str, Any], kind: Type) -> Iterator[Opinion]:
    payer = i["payer"]
    if payer == "org_accepts":
        yield Opinion("R24", "ORG_FEE")
    in_the_end = kind.fallback if kind.obligation in TURNED_AWAY else kind.obligation
    if in_the_end == "PATIENT_FEE":
        yield {
            "hardship": Opinion("R28", "PATIENT_FEE"),
            "patient_refuses": Opinion("R29", "DECLINE", "D14"),
            "org_refuses": Opinion("R29", "DECLINE", "D14"),
            "patient_accepts": Opinion("R30", "PATIENT_FEE"),
        }.get(payer, Opinion("R31", "PATIENT_FEE"))
    if payer == "patient_accepts" and kind.fallback == "PATIENT_FEE":
        yield Opinion("R25", "PATIENT_FEE")
    if payer in {"org_refuses", "patient_refuses", "patient_accepts"}:
        yield Opinion("R26", "DECLINE", "D10")
    yield Opinion("R27", "ORG_FEE")


def _unknown(i: Mapping[str, Any]) -> Iterator[Opinion]:
    if i["requester"] == "state" or i["ask"] in {"opinion", "exam"}:
        yield Opinion("R32", "ESCALATE")
    if i["requester"] not in {"patient", "family"}:
        if i["payer"] == "org_refuses":
            yield Opinion("R33", "DECLINE", "D10")
        yield Opinion("R34", "ORG_FEE")
    if i["alt"] != "tried_failed":
        yield Opinion("R35", "REDIRECT", "D16")
    if i["payer"] == "patient_refuses":
        yield Opinion("R36", "DECLINE", "D14")
    yield Opinion("R37", "PATIENT_FEE")
