"""The public form: what stands in its boxes, what is wrong with it, and what it comes to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lettergen import checks, nhs
from lettergen.requests.front import remarks
from lettergen.requests.front.asking import FAMILY, ME, ORGANISATION, Sender
from lettergen.web.links import birth_date
from lettergen.web.links.birth_date import PARTS, BirthDate

_LINE, _LONG = 150, 4_000
_LONG_ONES = ("purpose", "asked")
_NAMES = (
    "organisation",
    "name",
    "relation",
    "their_reference",
    "given_name",
    "family_name",
    "nhs_number",
    "email",
    "phone",
    "wanted_by",
    "needed_by",
    "agreement",
    *_LONG_ONES,
)
AGREEMENTS: Mapping[str, str] = {
    "add": "Yes. I will add it on the next page",
    "ask": "No. Please ask them",
}
_NEEDED: Mapping[str, Mapping[str, str]] = {
    ME: {
        "given_name": "Enter your first name",
        "family_name": "Enter your last name",
        "purpose": "Say what the letter is for",
    },
    FAMILY: {
        "name": "Enter your own name",
        "relation": "Say who you are to them, such as mother",
        "given_name": "Enter their first name",
        "family_name": "Enter their last name",
        "purpose": "Say what the letter is for",
    },
    ORGANISATION: {
        "organisation": "Enter the name of your organisation",
        "name": "Enter your name",
        "given_name": "Enter the person’s first name",
        "family_name": "Enter the person’s last name",
        "agreement": "Say whether you have their signed agreement",
        "purpose": "Say what you need it for",
        "asked": "Write down your questions",
    },
}
_CHECKED: Mapping[str, Callable[[str], str]] = {"email": checks.email, "phone": checks.phone}
_CONTACT = "Enter an email address or a phone number, so that we can answer you"
_NUMBER = "An NHS number has 10 digits. Check it, or leave this box empty"
_ALSO = {
    "relation": "They are, to the person",
    "wanted_by": remarks.WANTED_BY,
    "needed_by": "Needed by",
}
_AGREEMENT = {
    "add": "They say that they have signed agreement, and will add it.",
    "ask": "They ask us to get the agreement of the person.",
}


@dataclass(frozen=True)
class Typed:
    """The form as somebody filled it in: words by name, the date of birth, and faults by box."""

    words: Mapping[str, str]
    born: BirthDate
    faults: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.words.get(name, "")

    @property
    def links(self) -> list[dict[str, str]]:
        """The faults as an error summary lists them."""
        return [
            {"text": text, "href": f"#{'born-day' if name == 'born' else name}"}
            for name, text in self.faults.items()
        ]


def blank() -> Typed:
    """Return a form that nobody has filled in."""
    return Typed({}, BirthDate(dict.fromkeys(PARTS, "")))


def read(form: Mapping[str, str], who: str, *, today: date) -> Typed:
    """Return a form as it was sent, with what is wrong with it; all that was typed stays."""
    words = {name: _clean(form.get(name, ""), name) for name in _NAMES}
    born = birth_date.read(form, today=today)
    faults = {name: text for name, text in _NEEDED[who].items() if not words[name]}
    if born.day is None:
        faults["born"] = _about(born.error, who)
    faults |= _wrong(words)
    if not (words["email"] or words["phone"]):
        faults["email"] = _CONTACT
    return Typed(words, born, faults)


def sender_of(typed: Typed, who: str) -> Sender:
    """Return what a sound form comes to: whom we answer, whom it is about, and what they ask."""
    own = {"name": typed["name"]} if who != ME else {"name": _full_name(typed)}
    reached = {name: typed[name] for name in ("email", "phone")}
    patient: dict[str, Any] = {name: typed[name] for name in ("given_name", "family_name")}
    patient["nhs_number"] = nhs.digits_of(typed["nhs_number"])
    patient["date_of_birth"] = typed.born.day.isoformat() if typed.born.day else ""
    if who == ME:
        patient |= reached
    return Sender(
        contact={**own, **reached, "their_reference": typed["their_reference"]},
        patient=patient,
        organisation=typed["organisation"] if who == ORGANISATION else "",
        purpose=typed["purpose"],
        asked=remarks.joined(typed["asked"], _also(typed, who)),
    )


def _also(typed: Typed, who: str) -> list[str]:
    found = [f"{title}: {typed[name]}" for name, title in _ALSO.items() if typed[name]]
    if who == ORGANISATION and typed["agreement"] in _AGREEMENT:
        found.append(_AGREEMENT[typed["agreement"]])
    return found


def _wrong(words: Mapping[str, str]) -> dict[str, str]:
    faults = {}
    for name, text in words.items():
        most = _LONG if name in _LONG_ONES else _LINE
        if len(text) > most:
            faults[name] = f"This is too long: {len(text):,} characters. {most:,} are the most"
    for name, check in _CHECKED.items():
        try:
            _ = words[name] and check(words[name])
        except ValueError as fault:
            faults[name] = str(fault)
    number = words["nhs_number"]
    if number and not nhs.is_sound(number):
        faults["nhs_number"] = _NUMBER
    if words["agreement"] and words["agreement"] not in AGREEMENTS:
        faults["agreement"] = _NEEDED[ORGANISATION]["agreement"]
    return faults


def _clean(text: str, name: str) -> str:
    cleaned = checks.clean(text[: _LONG * 5])
    return cleaned if name in _LONG_ONES else " ".join(cleaned.split())


def _about(error: str, who: str) -> str:
    return error if who == ME else error.replace("your ", "their ").replace("Your ", "Their ")


def _full_name(typed: Typed) -> str:
    return f"{typed['given_name']} {typed['family_name']}".strip()
