"""A standard reply to a request: its words for this case, its sheets, and its text for e-mail."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from lettergen import letters, post
from lettergen.calendar import british_date, local_day
from lettergen.letters import LARGE, LETTER, NOBODY, Heading
from lettergen.models import Practice, Request
from lettergen.refusals import Refused
from lettergen.rendering import Sheet
from lettergen.requests.catalogue.grammar import Catalogue, Reply
from lettergen.requests.catalogue.marks import filled
from lettergen.requests.papers import prefill

TEMPLATE, EMAIL = "request-reply.html", "reply.txt"
OWN_PEOPLE = prefill.OWN_PEOPLE
COPY = "The patient can have a copy of this reply."
# Replies that never name anybody: both sides may read the one, and nobody has shown a right yet
# to read the other.
NEVER_NAME = frozenset({"D13", "D15"})
# What has been shown of consent, where somebody else than the patient asks.
SHOWN = frozenset({"written_ok", "authority_ok", "assured"})
IN_TEXT = (
    "name",
    "their_reference",
    "title",
    "opening",
    "duty",
    "authority",
    "route",
    "sample",
    "reopens",
    "contact_role",
)


class NoReply(Refused):
    """The decision of this request names no standard reply."""


@dataclass(frozen=True)
class Wording:
    """What a reply says in one case, paragraph by paragraph, and to whom.

    `is_nameless` says that it names nobody and confirms nothing. `name` is whom it greets.
    """

    code: str
    title: str
    opening: tuple[str, ...]
    duty: str
    authority: str
    route: str
    sample: str
    reopens: str
    contact_role: str
    about: str
    copy_line: str
    name: str
    addressee: str
    address_lines: tuple[str, ...]
    their_reference: str
    received_on: str
    is_nameless: bool
    is_for_patient: bool


def may_name(request: Request, consent_fault: str) -> bool:
    """Say whether a reply may name the patient: the patient asks, or consent has been shown.

    `consent_fault` is why nothing about the patient may leave, as `agreeing.fault_of` gives it.
    What triage takes for granted is not enough for somebody else. Source: domain L32 and P3.
    """
    if request.letter in NEVER_NAME or request.content is None:
        return False
    if request.requester_class == "patient":
        return True
    return not consent_fault and request.inputs.get("consent") in SHOWN


def wording(
    catalogue: Catalogue,
    request: Request,
    practice: Practice,
    *,
    code: str | None = None,
    also: tuple[str, ...] = (),
    is_nameless: bool,
    price: str = "",
) -> Wording:
    """Return the words of a request's reply; `also` are replies whose paragraph goes in as well.

    `price` is the sentence that says what the work costs; without it a quote follows.

    Raises NoReply if the decision names none, or one that the catalogue does not hold.
    """
    reply = catalogue.replies.get(code or request.letter or "")
    if reply is None:
        raise NoReply("No standard reply belongs to this decision. Decide the request first.")
    patient = _patient(request)

    def said(text: str) -> str:
        return filled(text, practice.name, patient=patient["full_name"], price=price)

    name, addressee, lines = _reader(request, is_nameless=is_nameless)
    is_for_patient = request.requester_class in OWN_PEOPLE
    return Wording(
        code=reply.code,
        title=reply.title,
        opening=tuple(map(said, _opening(reply, request, is_nameless=is_nameless))),
        duty=said(_duty(catalogue, reply, also)),
        authority=said(reply.authority),
        route=said(reply.route_for(request.type_key)),
        sample=said(reply.sample),
        reopens=said(reply.reopens),
        contact_role=reply.contact_role,
        about="" if is_nameless else _about(patient),
        copy_line="" if is_nameless or is_for_patient else COPY,
        name=name,
        addressee=addressee,
        address_lines=lines,
        their_reference=_their_reference(request, is_nameless=is_nameless),
        received_on=request.received_on.isoformat(),
        is_nameless=is_nameless,
        is_for_patient=is_for_patient,
    )


def sheets(
    said: Wording, practice: Practice, request: Request, heading: Heading, *, at: Any
) -> dict[str, Sheet]:
    """Return the reply as a sheet, and in large print where it is for the patient or family.

    `at` is an aware time; its day is that of the reply.
    """
    day = local_day(at)
    patient = dict(NOBODY) if said.is_nameless else _patient(request)
    values = {
        "practice": {
            "name": practice.name,
            "ods": practice.ods,
            "phone": practice.phone,
            "email": practice.email,
            "address_lines": practice.address_lines,
        },
        "signer": {"name": practice.name, "role": "", "body": "", "number": ""},
        "patient": patient,
        "letter": _letter(said, heading, day),
        "form": {name: _plain(value) for name, value in asdict(said).items()},
    }
    sheet = Sheet(
        template=TEMPLATE,
        values=values,
        title=f"{said.title}, {british_date(day)}",
        created=at,
        author=practice.name,
        must_hold=tuple(filter(None, (said.addressee, heading.reference, patient["full_name"]))),
        is_draft=heading.is_draft,
    )
    made = {LETTER: sheet}
    if said.is_for_patient:
        made[LARGE] = letters.large_print(made)
    return made


def text(said: Wording, practice: Practice, *, reference: str, check: str = "") -> str:
    """Return the reply as plain text, for an e-mail or to be copied.

    `check` is the address where it can be checked.
    """
    return post.text(
        EMAIL,
        **{name: getattr(said, name) for name in IN_TEXT},
        reference=reference,
        practice=practice.name,
        phone=practice.phone,
        email=practice.email,
        check=check,
    )


def _letter(said: Wording, heading: Heading, day: date) -> dict[str, Any]:
    is_known = heading.reference is not None and bool(heading.address)
    return {
        "title": said.title,
        "reference": heading.reference,
        "date": day.isoformat(),
        "is_draft": heading.is_draft,
        "addressee": said.addressee,
        "addressee_lines": list(said.address_lines),
        "file_name": heading.file_name,
        "replaces": None,
        "replaces_date": None,
        "medium": "print",
        "check": letters.check_mark(heading.address, str(heading.reference)) if is_known else None,
    }


def _opening(reply: Reply, request: Request, *, is_nameless: bool) -> tuple[str, ...]:
    missing = reply.missing.get(str(request.inputs.get("consent")), "")
    return (*(reply.nameless if is_nameless else reply.named), *filter(None, (missing,)))


def _duty(catalogue: Catalogue, reply: Reply, also: tuple[str, ...]) -> str:
    found = [catalogue.replies[one] for one in also if one in catalogue.replies]
    return " ".join(one.added for one in found if one.added and one.code != reply.code)


def _patient(request: Request) -> dict[str, Any]:
    known = request.content.patient if request.content else {}
    given, family = (str(known.get(one) or "") for one in ("given_name", "family_name"))
    names = f"{given} {family}".split()
    return {
        **NOBODY,
        "title": known.get("title") or None,
        "given_name": given,
        "family_name": family,
        "full_name": " ".join(names),
        "initials": "".join(one[0].upper() for one in dict.fromkeys((*names[:1], *names[-1:]))),
        "date_of_birth": known.get("date_of_birth") or None,
    }


def _about(patient: Mapping[str, Any]) -> str:
    born = patient["date_of_birth"]
    return f"{patient['full_name']}{f', born {british_date(born)}' if born else ''}"


def _reader(request: Request, *, is_nameless: bool) -> tuple[str, str, tuple[str, ...]]:
    """Return whom the reply greets, to whom it is addressed, and where."""
    content = request.content
    if content is None:
        return "", "", ()
    organisation = request.requester.name if request.requester else ""
    contact = str(content.contact.get("name") or "")
    if request.requester_class != "patient":
        addressee = ", ".join(dict.fromkeys(filter(None, (contact, organisation))))
        return contact, addressee, tuple(prefill.address_lines(request))
    if is_nameless:
        return "", "", ()
    patient = _patient(request)
    lines = [one.strip() for one in str(content.patient.get("address") or "").splitlines()]
    return patient["full_name"], patient["full_name"], tuple(filter(None, lines))


def _their_reference(request: Request, *, is_nameless: bool) -> str:
    """Return the reference of whoever asks; not in a nameless reply if it names the patient."""
    content = request.content
    given = str(content.contact.get("their_reference") or "").strip() if content else ""
    if not is_nameless or content is None:
        return given
    patient = content.patient
    telling = (
        *str(patient.get("given_name") or "").split(),
        *str(patient.get("family_name") or "").split(),
        str(patient.get("nhs_number") or "").replace(" ", ""),
        *_days(str(patient.get("date_of_birth") or "")),
    )
    bare = "".join(given.casefold().split())
    is_telling = any(len(one) > 1 and one.casefold() in bare for one in telling)
    return "" if is_telling else given


def _days(born: str) -> tuple[str, ...]:
    """Return a birth date as references spell it."""
    year, _, rest = born.partition("-")
    month, _, day = rest.partition("-")
    if not day:
        return ()
    short = (f"{day}{month}{year}", f"{day}{month}{year[2:]}", f"{year}{month}{day}")
    return (born, *short, f"{day}/{month}/{year}", f"{day}-{month}-{year}", f"{day}.{month}.{year}")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
