"""Letters to patients about photo choices: changed, made in error, and theirs to make at 16."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from lettergen import letters
from lettergen.calendar import british_date
from lettergen.consents.form.catalogue import Catalogue
from lettergen.consents.papers.framing import Door, Frame, as_printed, framed, moment
from lettergen.consents.papers.wording import site_of
from lettergen.letters import LARGE, LETTER
from lettergen.rendering import Sheet

WITHDRAWN, VOID, SIXTEEN = "withdrawn", "void", "sixteen"
TITLES = {
    WITHDRAWN: "Your photo choices: what has stopped",
    VOID: "A form about photos that was a mistake",
    SIXTEEN: "Your photos: your choice",
}
A_PARENT = "Your parent or carer"


class Ended(Protocol):
    """One use that a patient stopped: words for the patient, and how often it had been used."""

    @property
    def purpose(self) -> str: ...
    @property
    def stopped(self) -> str: ...
    @property
    def lasting(self) -> str: ...
    @property
    def uses(self) -> int: ...


def withdrawn(
    answers: Mapping[str, Any],
    catalogue: Catalogue,
    frame: Frame,
    ended: Sequence[Ended],
    *,
    said_on: date,
    kept: Collection[str],
    by_name: str = "",
    address_lines: Sequence[str] = (),
) -> dict[str, Sheet]:
    """Return the letter that says what has stopped and what cannot be called back, and its large
    print.

    `kept` are the purposes that the patient still agrees to, `by_name` whoever spoke for the
    patient, if anybody did. `address_lines` are where the letter goes.
    """
    form = {
        "said_on": british_date(said_on),
        "by_name": by_name,
        "ended": [
            {
                "title": catalogue.purpose(one.purpose).title,
                "stopped": one.stopped,
                "uses": one.uses,
            }
            for one in ended
        ],
        "lasting": list(dict.fromkeys(one.lasting for one in ended)),
        "kept": _titles(catalogue, kept),
    }
    return _letters(WITHDRAWN, answers, frame, form, address_lines)


def voided(
    answers: Mapping[str, Any],
    frame: Frame,
    *,
    reason: str,
    uses: int,
    address_lines: Sequence[str] = (),
) -> dict[str, Sheet]:
    """Return the letter about a form that was made in error, and its large print.

    `reason` is what went wrong in words for the patient, and names nobody else; `uses` is how
    often a photo was used because of the form.
    """
    form = {"signed_on": _signed_on(answers), "reason": reason.strip(), "uses": uses}
    return _letters(VOID, answers, frame, form, address_lines)


def turned_sixteen(
    answers: Mapping[str, Any],
    catalogue: Catalogue,
    frame: Frame,
    purposes: Collection[str],
    *,
    door: Door | None = None,
    address_lines: Sequence[str] = (),
) -> dict[str, Sheet]:
    """Return the letter that asks a patient of 16 about what a parent agreed to, and its large
    print.

    `door` is where the answer may be given on the web.
    """
    form = {
        "signed_on": _signed_on(answers),
        "decider": (answers.get("decision_maker") or {}).get("name") or A_PARENT,
        "asked": _titles(catalogue, purposes),
        "door": as_printed(door),
    }
    return _letters(SIXTEEN, answers, frame, form, address_lines)


def _letters(
    kind: str,
    answers: Mapping[str, Any],
    frame: Frame,
    form: dict[str, Any],
    address_lines: Sequence[str],
) -> dict[str, Sheet]:
    values = framed(answers, frame, title=TITLES[kind], address_lines=tuple(address_lines))
    record = str(answers.get("record_id") or values["letter"]["reference"] or "")
    values["form"] = {**form, "record": record, "site": site_of(answers)}
    patient = values["patient"]
    sheet = Sheet(
        template=f"photo-consent.{kind}.html",
        values=values,
        title=f"{TITLES[kind]}, {british_date(frame.day)}",
        created=frame.at,
        author=values["signer"]["name"] or values["practice"]["name"],
        must_hold=tuple(
            filter(None, (patient["full_name"], values["letter"]["reference"], record))
        ),
        is_draft=frame.heading.is_draft,
    )
    return {LETTER: sheet, LARGE: letters.large_print({LETTER: sheet})}


def _titles(catalogue: Catalogue, keys: Collection[str]) -> list[str]:
    return [one.title for one in catalogue.purposes if one.key in keys]


def _signed_on(answers: Mapping[str, Any]) -> str:
    times = [str(one.get("signed_at") or "") for one in answers.get("signatures") or ()]
    return moment(min(filter(None, times))).partition(" at ")[0] if any(times) else "no day"
