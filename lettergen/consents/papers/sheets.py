"""A photo consent as sheets: the signed form, the patient's copy, and paper to sign by hand."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from lettergen import letters
from lettergen.calendar import british_date
from lettergen.consents.form.catalogue import Catalogue
from lettergen.consents.papers import evidence, wording
from lettergen.consents.papers.framing import Door, Frame, as_printed, framed, moment
from lettergen.consents.papers.people import people
from lettergen.consents.papers.wording import NO, NOT_ASKED, YES, Question, Words
from lettergen.letters import LARGE, LETTER, PATIENT
from lettergen.rendering import Sheet
from lettergen.rendering.qr import drawing

SIGNED, COPY, BLANK = "photo-consent.html", "photo-consent.patient.html", "photo-consent.blank.html"
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
MARKS = {YES: "yes", NO: "no", "": "open"}
# Questions and signatures that fit on a page with the usual space between lines.
ROOMY = 4
TICKED = {
    True: {"mark": "yes", "word": "Ticked"},
    False: {"mark": "not-asked", "word": "Not ticked"},
}
CHECK = "Check this form at"


def signed(
    answers: Mapping[str, Any],
    catalogue: Catalogue,
    frame: Frame,
    *,
    marks: Mapping[int, bytes] | None = None,
    scan: Sequence[bytes] = (),
    door: Door | None = None,
) -> dict[str, Sheet]:
    """Return the sheets of a signed consent by kind: the whole form, the patient's copy, large.

    `answers` are in standard form, as `answers.read` gives them. `marks` are drawn names as PNG
    by the place of their signature, `scan` the pages of signed paper as JPEG. `door` is where the
    patient can stop a use on the web. Every name that signed must be read back, and who the
    patient is.
    """
    title = _title(answers, frame)
    values = framed(answers, frame, title=title)
    pictures = {f"mark-{place}.png": png for place, png in (marks or {}).items()}
    values["form"] = _form(answers, catalogue, frame, pictures, door)
    values["letter"]["foot"] = _foot(values, catalogue)
    scanned = {f"scan-{n}.jpg": jpeg for n, jpeg in enumerate(scan, start=1)}
    whole = {**values, "evidence": _evidence(answers, catalogue, list(scanned))}
    must_hold = _identity(values, answers)
    made = {
        LETTER: _sheet(SIGNED, whole, frame, must_hold, {**pictures, **scanned}),
        PATIENT: _sheet(COPY, values, frame, must_hold, pictures),
    }
    made[LARGE] = letters.large_print(made)
    return made


def blank(
    answers: Mapping[str, Any],
    catalogue: Catalogue,
    frame: Frame,
) -> Sheet:
    """Return paper to be ticked and signed by hand, filled in with what the set-up holds.

    With a reference in the heading it bears the record number, a page code and both as a QR code,
    so that its scan can be bound to the record; without one it is a form for any patient.
    """
    values = framed(answers, frame, title=_title(answers, frame))
    reference = frame.heading.reference
    words = wording.words_for(answers, catalogue, on=frame.day, by_hand=True)
    code = page_code(reference, catalogue.version) if reference else ""
    values["form"] = {
        **_page(words),
        "record_line": "",
        "is_dense": len(words.questions) > ROOMY,
        "code": code,
        "qr": drawing(f"{reference} {code}") if reference else None,
    }
    values["letter"]["foot"] = _foot(values, catalogue, code)
    values["letter"]["check"] = None
    held = (values["patient"]["full_name"], reference or "", code)
    return _sheet(BLANK, values, frame, tuple(filter(None, held)), {})


def page_code(reference: str, version: str) -> str:
    """Return the code that paper for this record, in these words, bears: such as 7K3M-9QXP.

    A scan whose code is another's was signed for another record, or under other words.
    """
    number = int.from_bytes(hashlib.sha256(f"{reference} {version}".encode()).digest()[:5])
    letters_ = [CODE_ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH)]
    return f"{''.join(letters_[:4])}-{''.join(letters_[4:])}"


def file_name(answers: Mapping[str, Any], frame: Frame) -> str:
    """Return 2026-11-16_Photo-choices_TO_LG-7K3M-9QXP.pdf: no name and no number of a patient."""
    initials = "".join(one for one in _initials(answers) if one.isascii() and one.isalnum())
    parts = (frame.day.isoformat(), "Photo-choices", initials, frame.heading.reference or "DRAFT")
    return f"{'_'.join(filter(None, parts))}.pdf"


def _initials(answers: Mapping[str, Any]) -> str:
    names = str((answers.get("patient") or {}).get("full_name") or "").split()
    return "".join(name[0].upper() for name in dict.fromkeys((*names[:1], *names[-1:])))


def _title(answers: Mapping[str, Any], frame: Frame) -> str:
    initials = _initials(answers)
    whose = f" for {initials}" if initials else ""
    return f"Photo choices{whose}, {british_date(frame.day)}"


def _form(
    answers: Mapping[str, Any],
    catalogue: Catalogue,
    frame: Frame,
    pictures: Mapping[str, bytes],
    door: Door | None,
) -> dict[str, Any]:
    words = wording.words_for(answers, catalogue, on=frame.day)
    return {
        **_page(words),
        "record_line": f"Record {frame.heading.reference}." if frame.heading.reference else "",
        "is_dense": len(words.questions) + len(answers.get("signatures") or ()) > ROOMY,
        "limits": _limits(answers),
        "door": as_printed(door),
        "signatures": [
            _signature(one, place, pictures, catalogue)
            for place, one in enumerate(answers.get("signatures") or ())
        ],
        "people": list(people(answers, catalogue)),
        "check": CHECK,
        "publication": _publication(answers, catalogue),
    }


def _page(words: Words) -> dict[str, Any]:
    return {
        "title": words.title,
        "edition": "This is a large-print copy. It says the same as the usual one.",
        "opening": [" ".join(words.opening), " ".join(words.choice), *words.besides],
        "parts": [
            {"title": heading, "questions": [_asked(one) for one in questions]}
            for heading, questions in words.parts
        ],
        "not_asked": {"nouns": list(words.not_asked), "word": wording.SAID[NOT_ASKED]}
        if words.not_asked
        else None,
        "change": {"heading": words.change_heading, "texts": list(words.change)},
        "signing": {"heading": words.signing_heading, "text": " ".join(words.signing)},
        "foot": " ".join(words.foot),
    }


def _asked(one: Question) -> dict[str, Any]:
    return {
        "number": one.number,
        "question": one.question,
        "words": " ".join(one.words),
        "limits": [{"label": label, "text": text} for label, text in one.limits],
        "mark": MARKS[one.decision],
        "answer": one.answer,
        "boxes": [wording.SAID[YES], wording.SAID[NO]],
        "until": british_date(one.until) if one.until else "",
    }


def _limits(answers: Mapping[str, Any]) -> str:
    return str((answers.get("photo") or {}).get("limits") or "").strip()


def _signature(
    one: Mapping[str, Any], place: int, pictures: Mapping[str, bytes], catalogue: Catalogue
) -> dict[str, Any]:
    name, picture = str(one.get("signer_name") or ""), f"mark-{place}.png"
    method = catalogue.method(one.get("method"))
    role = evidence.role_of(one, catalogue).lower()
    how = ", ".join(filter(None, (method.label if method else "", moment(one.get("signed_at")))))
    return {
        "name": name,
        "said": "".join((f", {role}" if role else "", f". {how}." if how else ".")),
        "picture": picture if picture in pictures else "",
        "alt": f"Drawn signature of {name}",
    }


def _publication(answers: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any] | None:
    """Return the annex of an article: its facts, and every line that had to be ticked."""
    if wording.decision_of(answers, "publish") != YES:
        return None
    fields = catalogue.fields_of("publication")
    ticks = [one for one in fields if one.name.startswith("purposes.publish.ack_")]
    own = [one for one in fields if ".patient_perspective" in one.name]
    rest = [one for one in fields if one not in (*ticks, *own)]
    return {
        "rows": list(evidence.rows(answers, rest)),
        "ticks": [
            {"label": one.label, **TICKED[evidence.value_of(answers, one.name) is True]}
            for one in ticks
        ],
        "perspective": _perspective(answers),
    }


def _perspective(answers: Mapping[str, Any]) -> str:
    given = answers["purposes"]["publish"]
    held = given.get("patient_perspective")
    text = held.get("text") if isinstance(held, Mapping) else given.get("patient_perspective_text")
    return str(text or "")


def _evidence(
    answers: Mapping[str, Any], catalogue: Catalogue, scanned: list[str]
) -> dict[str, Any]:
    return {
        "sections": evidence.sections(answers, catalogue),
        "uses": evidence.uses(answers, catalogue),
        "images": evidence.images(answers, catalogue),
        "signatures": evidence.signatures(answers, catalogue),
        "scan": scanned,
        "version": catalogue.version,
    }


def _identity(values: Mapping[str, Any], answers: Mapping[str, Any]) -> tuple[str, ...]:
    patient, born = values["patient"], values["patient"]["date_of_birth"]
    signers = (str(one.get("signer_name") or "") for one in answers.get("signatures") or ())
    return (
        patient["full_name"],
        british_date(born) if born else "",
        patient["nhs_number"] or "",
        values["letter"]["reference"] or "",
        *signers,
    )


def _foot(values: Mapping[str, Any], catalogue: Catalogue, code: str = "") -> str:
    patient, letter = values["patient"], values["letter"]
    parts = (
        patient["initials"],
        f"NHS number {patient['nhs_number']}" if patient["nhs_number"] else "",
        "DRAFT" if letter["is_draft"] else letter["reference"] or "",
        f"page code {code}" if code else "",
        f"form {catalogue.version}",
    )
    return " · ".join(filter(None, parts))


def _sheet(
    template: str,
    values: dict[str, Any],
    frame: Frame,
    must_hold: tuple[str, ...],
    images: Mapping[str, bytes],
) -> Sheet:
    return Sheet(
        template=template,
        values=values,
        title=values["letter"]["title"],
        created=frame.at,
        author=values["signer"]["name"] or values["practice"]["name"],
        must_hold=tuple(filter(None, must_hold)),
        images=images,
        is_draft=frame.heading.is_draft,
    )
