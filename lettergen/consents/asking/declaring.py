"""The clinician's declaration: the signed form becomes a document and an entry in the register."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen import documents, links, models
from lettergen.calendar import local_day
from lettergen.consents.asking import files, keeping, whose
from lettergen.consents.asking.choosing import is_no_photo
from lettergen.consents.asking.offering import YES, asked
from lettergen.consents.asking.refusals import ChangedMeanwhile, NotReady, by_field
from lettergen.consents.form.terms import Terms
from lettergen.consents.papers import making
from lettergen.consents.papers import sheets as paper
from lettergen.consents.papers.framing import Door, Frame
from lettergen.consents.register import pointers, records
from lettergen.consents.rules import answers as reading
from lettergen.consents.rules import checking
from lettergen.documents import Made, Office, reviews
from lettergen.documents import records as office_records
from lettergen.letters import LETTER, Heading
from lettergen.models import ANSWERED, Actor, ConsentDraft, ConsentRecord, Document
from lettergen.refusals import Refused

FILED, NO_PHOTO = "filed", "no_photo"
# After a no to the photo nothing more has to have been explained: the refusal is a short entry.
NOT_AFTER_NO = ("information_given.", "photo.device", "device.")
LOOK_AGAIN = "The consent was changed meanwhile. Look at it again, and declare."


@dataclass(frozen=True)
class Declaration:
    """What the clinician says after the patient has signed; `more` are further answers of the end
    part by dotted name, over those that are saved already.
    """

    note: str
    is_voluntary: bool
    more: Mapping[str, Any] = field(default_factory=dict)


def save_end(
    session: Session,
    terms: Terms,
    actor: Actor,
    draft_id: str,
    end: Mapping[str, Any],
    *,
    revision: int,
    at: datetime,
    previews: Mapping[str, bytes] | None = None,
) -> ConsentDraft:
    """Keep what was filled in after the signature, sound or not: by dotted name, `images` as rows.

    `previews` are small pictures by the photo's number, kept where the practice keeps such. Raises
    Refused for a name that is not of the end part, ChangedMeanwhile, WrongStage, NotFound.
    """
    one = keeping.lock(session, actor.practice_id, draft_id, ANSWERED)
    tree = _with_end(one, terms, end)
    if tree != one.answers:
        if revision != one.revision:
            raise ChangedMeanwhile(LOOK_AGAIN)
        keeping.change(one, tree)
    if terms.settings.keeps_preview:
        for image_id, picture in (previews or {}).items():
            files.keep_preview(session, one, image_id, picture)
    one.saved_at, one.saved_by = at, actor.staff_id
    session.flush()
    return one


def before_declaring(one: ConsentDraft, terms: Terms, *, at: datetime) -> checking.Checked:
    """Return what the rules say of a signed consent as it stands, the declaration not yet made."""
    tree = deepcopy(one.answers)
    return checking.check(tree, terms.catalogue, on=local_day(at), settings=terms.settings)


def declare(
    session: Session,
    office: Office,
    terms: Terms,
    actor: Actor,
    draft_id: str,
    *,
    declaration: Declaration,
    at: datetime,
    revision: int | None = None,
) -> Document:
    """Check the whole form once more, make and seal its pages, and file it.

    The patient's copy bears the address and code of a link by which the patient stops a use. A
    declared form's PDF holds what was signed; its hash stands in the register. Raises NotAllowed
    for somebody who may not sign, NotReady with what the rules say, WrongStage, NotFound,
    ChangedMeanwhile if `revision` is not the one that was looked at, and what renderer and
    certificate refuse.
    """
    reviews.require_signer(actor)
    one = keeping.lock(session, actor.practice_id, draft_id, ANSWERED)
    if revision is not None and revision != one.revision:
        raise ChangedMeanwhile(LOOK_AGAIN)
    tree = _declared(session, terms, actor, one, declaration=declaration, at=at)
    tree = _sound(tree, terms, at)
    key = models.new_id()
    door = _door(session, office, actor, tree, key=key, at=at)
    made = _made(session, office, terms, actor, one, tree=tree, door=door, at=at)
    document = documents.issue_made(session, office, actor, made, at=at)
    session.flush()
    _bind(tree, document)
    record = records.file(session, terms, actor, tree, at=at, document_id=document.id, key=key)
    _keep_previews(session, terms, actor, one, record)
    keeping.close(session, one, at=at, ended=NO_PHOTO if is_no_photo(tree, terms) else FILED)
    one.record_id, one.document_id = record.id, document.id
    models.record(session, actor, "consent.declared", one, at=at)
    session.flush()
    return document


def _made(
    session: Session,
    office: Office,
    terms: Terms,
    actor: Actor,
    one: ConsentDraft,
    *,
    tree: dict[str, Any],
    door: Door | None,
    at: datetime,
) -> Made:
    frame = _frame(session, office, actor, one, tree=tree, at=at)
    scan = files.scan(session, one)
    sheets = paper.signed(tree, terms.catalogue, frame, marks=_marks(tree), scan=scan, door=door)
    return making.ready(
        office.renderer,
        sheets,
        tree,
        terms.catalogue,
        title=terms.catalogue.title,
        file_name=paper.file_name(tree, frame),
        author_id=one.created_by,
        signer_id=actor.staff_id,
        seconds=one.seconds,
    )


def _with_end(one: ConsentDraft, terms: Terms, end: Mapping[str, Any]) -> dict[str, Any]:
    tree = deepcopy(one.answers)
    for name, value in end.items():
        if not _is_end(one, terms, name):
            raise Refused(f"This is not filled in after the signature ({name}).")
        if value in (None, "", []):
            whose.remove(tree, name)
        else:
            whose.put(tree, name, value)
    return tree


def _is_end(one: ConsentDraft, terms: Terms, name: str) -> bool:
    if name.startswith("information_given."):
        # Ticked by the patient on a screen; said by the clinician after paper and words.
        return name.endswith(("patient_explained_back", "copy_given")) or one.way not in (
            "tablet",
            "link",
        )
    is_evidence = name.partition(".")[0] in ("verbal", "witness", "wet")
    return not is_evidence and whose.part_of(terms.catalogue, name) == whose.END


def _declared(
    session: Session,
    terms: Terms,
    actor: Actor,
    one: ConsentDraft,
    *,
    declaration: Declaration,
    at: datetime,
) -> dict[str, Any]:
    tree = _with_end(one, terms, declaration.more)
    signer = office_records.signer_facts(office_records.signer_of(session, actor))
    tree["clinician"] = {
        **(tree.get("clinician") or {}),
        "name": signer.get("signer.name", actor.name),
        "role": keeping.role_in_words(signer.get("signer.role", "")),
        "registration_body": signer.get("signer.body", ""),
        "registration_number": signer.get("signer.number", ""),
        "discussion_note": declaration.note,
        "declaration_voluntary": declaration.is_voluntary,
        "declared_at": at.isoformat(timespec="seconds"),
    }
    if is_no_photo(tree, terms):
        tree.pop("images", None)
    return tree


def _sound(tree: Mapping[str, Any], terms: Terms, at: datetime) -> dict[str, Any]:
    """Return the answers in standard form; raise NotReady with what stands in the way."""
    checked = checking.check(tree, terms.catalogue, on=local_day(at), settings=terms.settings)
    left_out = NOT_AFTER_NO if is_no_photo(tree, terms) else ()
    against = [
        one
        for one in checked.findings
        if one.is_error and not one.field.startswith(left_out or "-")
    ]
    if against:
        raise NotReady("This consent cannot be declared yet.", by_field(against))
    return dict(reading.read(tree, terms.catalogue).tree)


def _door(
    session: Session,
    office: Office,
    actor: Actor,
    tree: Mapping[str, Any],
    *,
    key: str,
    at: datetime,
) -> Door | None:
    """Make the link by which a patient who agreed to anything stops it; its code is printed."""
    if not any(tree["purposes"][one].get("decision") == YES for one in asked(tree)):
        return None
    born = date.fromisoformat(str(tree["patient"]["date_of_birth"]))
    made = links.create(session, actor, "withdraw", key, birth_date=born, at=at)
    return Door(address=f"{office.public_address}/l", code=made.token)


def _frame(
    session: Session,
    office: Office,
    actor: Actor,
    one: ConsentDraft,
    *,
    tree: Mapping[str, Any],
    at: datetime,
) -> Frame:
    clinician = tree["clinician"]
    return Frame(
        practice=letterhead(office_records.practice_facts(session, actor)),
        signer={
            "name": clinician["name"],
            "role": clinician["role"],
            "body": clinician["registration_body"],
            "number": clinician["registration_number"],
        },
        heading=Heading(reference=one.reference, address=office.public_address),
        at=at,
    )


def letterhead(facts: Mapping[str, str]) -> dict[str, Any]:
    """Return the practice's record as papers about consents take it."""
    return {
        "name": facts["practice.name"],
        "ods": facts["practice.ods"],
        "phone": facts["practice.phone"],
        "email": facts["practice.email"],
        "address_lines": [line for line in facts["practice.address"].splitlines() if line],
    }


def _marks(tree: Mapping[str, Any]) -> dict[int, bytes]:
    return {
        place: base64.b64decode(given["mark_png"])
        for place, given in enumerate(_rows(tree))
        if given.get("mark_png")
    }


def _bind(tree: dict[str, Any], document: Document) -> None:
    """Note in each signature the hash of the sealed file, which shows any change since."""
    sealed = next(one.sha256 for one in document.files if one.kind == LETTER)
    tree["signatures"] = [{**given, "pdf_sha256": sealed} for given in _rows(tree)]


def _keep_previews(
    session: Session, terms: Terms, actor: Actor, one: ConsentDraft, record: ConsentRecord
) -> None:
    if not terms.settings.keeps_preview:
        return
    for image_id, picture in files.previews(session, one).items():
        for image in _images(session, actor, record, image_id):
            image.preview = picture


def _images(
    session: Session, actor: Actor, record: ConsentRecord, image_id: str
) -> Iterable[models.ConsentImage]:
    listed = {str(row.get("image_id")) for row in record.answers.get("images") or ()}
    known = pointers.images_of(session, actor, record) if image_id in listed else []
    return [one for one in known if pointers.normal(str(one.number)) == pointers.normal(image_id)]


def _rows(tree: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return tree.get("signatures") or ()
