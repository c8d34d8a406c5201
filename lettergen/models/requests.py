"""Requests of third parties for letters and forms: what counts apart from what identifies."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lettergen.models.base import ID_LENGTH, Base, OfPractice
from lettergen.models.sealed import sealed_bytes, sealed_json, sealed_text
from lettergen.models.staff import Staff


class Requester(OfPractice, Base):
    """An organisation that asks for letters; one row however its name is spelt.

    `kind` is the requester's class in triage: employer, education, insurer and so on. A row that
    turned out to be another's double points there and is shown no more.
    """

    __tablename__ = "requesters"
    __table_args__ = (Index(None, "practice_id", "name"),)

    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(30))
    email: Mapped[str | None]
    phone: Mapped[str | None]
    address: Mapped[str | None]
    note: Mapped[str | None]
    is_on_account: Mapped[bool]
    created_at: Mapped[datetime]
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("requesters.id"))

    names: Mapped[list["RequesterName"]] = relationship(
        cascade="all, delete-orphan", order_by="RequesterName.name"
    )


class RequesterName(OfPractice, Base):
    """One spelling of an organisation's name; `key` is the spelling without what varies."""

    __tablename__ = "requester_names"
    __table_args__ = (UniqueConstraint("practice_id", "key"), Index(None, "requester_id"))

    requester_id: Mapped[str] = mapped_column(ForeignKey("requesters.id"))
    name: Mapped[str]
    key: Mapped[str]


class Request(OfPractice, Base):
    """What counts about one request; nothing here says who the patient is.

    `type_group`, `consent_code` and `minutes_expected` are the type's as it was when this was
    decided, so that a later edit of the type changes nothing here. `once` is the key of the form
    that made it, so that a button pressed twice, or by two people, makes one request. `inputs` are
    the answers to triage, `outcome`, `rule` and `letter` what they came to under
    `catalogue_version`; `seconds_to_outcome` how long that took at the desk.
    `held_for` says what a waiting request waits for. `is_urgent` is work that never waits for
    money; `is_restricted` keeps it out of searches and leagues.
    """

    __tablename__ = "requests"
    __table_args__ = (
        UniqueConstraint("practice_id", "once"),
        Index(None, "practice_id", "state", "due_on"),
        Index(None, "practice_id", "is_restricted"),
        Index(None, "practice_id", "received_on"),
        Index(None, "practice_id", "assigned_to", "state"),
        Index(None, "requester_id"),
        Index(None, "parent_id"),
        Index(None, "draft_id"),
        Index(None, "document_id"),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    once: Mapped[str] = mapped_column(String(64))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("requests.id"))
    revision: Mapped[int]
    channel: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    received_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    held_for: Mapped[str | None] = mapped_column(String(20))
    type_key: Mapped[str] = mapped_column(String(60))
    type_group: Mapped[str | None] = mapped_column(String(60))
    consent_code: Mapped[str | None] = mapped_column(String(5))
    minutes_expected: Mapped[int | None]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[str | None] = mapped_column(String(20))
    rule: Mapped[str | None] = mapped_column(String(10))
    letter: Mapped[str | None] = mapped_column(String(10))
    catalogue_version: Mapped[str | None] = mapped_column(String(20))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    is_disputed: Mapped[bool]
    seconds_to_outcome: Mapped[int | None]
    requester_class: Mapped[str] = mapped_column(String(30))
    requester_id: Mapped[str | None] = mapped_column(ForeignKey("requesters.id"))
    due_on: Mapped[date | None]
    assigned_to: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    signer_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    assigned_because: Mapped[str | None]
    is_urgent: Mapped[bool]
    is_restricted: Mapped[bool]
    draft_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    content: Mapped["RequestContent | None"] = relationship(
        cascade="all, delete-orphan", back_populates="request"
    )
    requester: Mapped[Requester | None] = relationship()
    assignee: Mapped[Staff | None] = relationship(foreign_keys=[assigned_to])
    signer: Mapped[Staff | None] = relationship(foreign_keys=[signer_id])


class RequestContent(OfPractice, Base):
    """Whom a request is about, who wrote, and what they asked in their own words: sealed.

    `patient` has the names of the form fields: title, given_name, family_name, date_of_birth,
    nhs_number, email, phone, address. `contact` is the person who asks: name, email, phone,
    address, their_reference.
    """

    __tablename__ = "request_contents"
    __table_args__ = (
        UniqueConstraint("request_id"),
        Index(None, "practice_id", "nhs_number_index"),
        Index(None, "practice_id", "person_index"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    patient = sealed_json(dict[str, Any])
    contact = sealed_json(dict[str, Any])
    asked = sealed_text()
    purpose = sealed_text()
    nhs_number_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    person_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))

    request: Mapped[Request] = relationship(back_populates="content")


class RequestEvent(OfPractice, Base):
    """One thing that happened to a request; only added. `number` counts within the request."""

    __tablename__ = "request_events"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(String(20))
    after: Mapped[str | None] = mapped_column(String(20))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    staff_name: Mapped[str]
    details = sealed_json(dict[str, Any])


class RequestPaper(OfPractice, Base):
    """A file that came with a request: drawn anew, page by page, and sealed.

    `kind` is request, consent, authority, refusal, or other; `pages` how many pictures show it.
    `media_type`, `sha256` and `size` are those of the file as it came; `content` holds the
    pictures of its pages only.
    """

    __tablename__ = "request_papers"
    __table_args__ = (Index(None, "practice_id", "request_id"),)

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    kind: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    pages: Mapped[int]
    name = sealed_text()
    content = sealed_bytes()
    added_at: Mapped[datetime]
    added_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class RequestConsent(OfPractice, Base):
    """One consent or authority for a request: asked, given, refused or withdrawn.

    `number` counts within the request. `kind` is amra, general or authority; `method` paper,
    screen, link or assurance. `content` holds applicant, purpose, scope, limits, ticks, and the
    mark of whoever signed.
    """

    __tablename__ = "request_consents"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        Index(None, "practice_id", "request_id"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    method: Mapped[str | None] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    application_on: Mapped[date | None]
    wants_to_see: Mapped[bool | None]
    wish_known_on: Mapped[date | None]
    signed_at: Mapped[datetime | None]
    ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    paper_id: Mapped[str | None] = mapped_column(ForeignKey("request_papers.id"))
    content = sealed_json(dict[str, Any])


class RequestSight(OfPractice, Base):
    """One time that the patient was shown a letter before it leaves, and what came of it.

    `number` counts within the request. `seal` is the hash of the bytes that were shown, `wording`
    that of what they said, reference and day apart. A letter that was not signed yet is kept here
    as it was shown, `page` and files, until the request is over. `answer` is agreed, correction or
    refused; `verdict` what the clinician did about a correction: corrected or kept, with the
    reason.
    """

    __tablename__ = "request_sights"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        Index(None, "practice_id", "request_id"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    number: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64))
    wording: Mapped[str | None] = mapped_column(String(64))
    is_signed: Mapped[bool]
    page = sealed_text()
    offered_at: Mapped[datetime]
    offered_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    seen_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(20))
    answered_at: Mapped[datetime | None]
    words = sealed_text()
    verdict: Mapped[str | None] = mapped_column(String(20))
    verdict_at: Mapped[datetime | None]
    verdict_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    reason = sealed_text()

    files: Mapped[list["RequestSightFile"]] = relationship(order_by="RequestSightFile.kind")


class RequestSightFile(OfPractice, Base):
    """One PDF of a letter that the patient is shown before it is signed."""

    __tablename__ = "request_sight_files"
    __table_args__ = (UniqueConstraint("sight_id", "kind"),)

    sight_id: Mapped[str] = mapped_column(ForeignKey("request_sights.id"))
    kind: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    pdf = sealed_bytes()


class RequestClock(OfPractice, Base):
    """One day that something is due by. A pause moves it: `paused_on` while it is held.

    `kind` is target, subject_access, deceased, see_first, keep, tell_police, quote or other.
    `length` is a number with d (days), w (working days) or m (months); empty for a given day.
    """

    __tablename__ = "request_clocks"
    __table_args__ = (
        UniqueConstraint("request_id", "kind"),
        Index(None, "practice_id", "due_on"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    kind: Mapped[str] = mapped_column(String(20))
    length: Mapped[str] = mapped_column(String(6))
    starts_on: Mapped[date]
    due_on: Mapped[date]
    paused_on: Mapped[date | None]
    paused_days: Mapped[int]
    done_on: Mapped[date | None]


class RequestConflict(OfPractice, Base):
    """Somebody who must not handle a request, and why."""

    __tablename__ = "request_conflicts"
    __table_args__ = (UniqueConstraint("request_id", "staff_id"),)

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    why = sealed_text()
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class WorkingPattern(OfPractice, Base):
    """When a clinician works, for fair allocation: `days` are weekdays, Monday 0 to Friday 4.

    `share` is the part of a full load in percent. A trainee's work goes to `supervisor_id`.
    """

    __tablename__ = "working_patterns"
    __table_args__ = (UniqueConstraint("staff_id"),)

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    days: Mapped[list[int]] = mapped_column(JSON)
    share: Mapped[int]
    is_locum: Mapped[bool]
    takes_requests: Mapped[bool]
    supervisor_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class Absence(OfPractice, Base):
    """Days that somebody is away, the first and the last included."""

    __tablename__ = "absences"
    __table_args__ = (Index(None, "practice_id", "staff_id", "until"),)

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    since: Mapped[date]
    until: Mapped[date]
