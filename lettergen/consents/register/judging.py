"""The register's answer, worked out from what is known: fifteen steps, in their order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from lettergen.calendar import british_date, local_day
from lettergen.consents.register import scopes
from lettergen.consents.register.grants import (
    AUTHORITY,
    CARE,
    Happening,
    Kind,
    Standing,
    State,
    is_past,
    replay,
)
from lettergen.consents.register.scopes import Scope, Use
from lettergen.consents.register.sentences import (
    TWO_PATIENTS,
    Reason,
    sentence_of,
    word_of,
)


@dataclass(frozen=True)
class GrantSeen:
    """All that is known of one answer to one purpose that covers the image.

    `covers_since` is when the image was linked to it. `birthdays` are the patient's 16th and 18th.
    """

    id: str
    number: str
    purpose: str
    is_yes: bool
    signed_at: datetime
    filed_at: datetime
    valid_until: date | None
    route: str
    birthdays: Mapping[int, date]
    scope: Scope
    is_intimate: bool
    covers_since: datetime
    happenings: tuple[Happening, ...]


@dataclass(frozen=True)
class CopySeen:
    """A copy that has to go: from when until when, and for which purpose it was made."""

    purpose: str | None
    opened_at: datetime
    done_at: datetime | None


@dataclass(frozen=True)
class ImageSeen:
    """All that is known of the image that is asked about.

    `is_of_others` says that it is linked to somebody else as well, or only; `deaths` are the
    patient's, with what was known when; `voided` is when grants were found to be wrong.
    """

    grants: Sequence[GrantSeen]
    copies: Sequence[CopySeen] = ()
    deaths: Sequence[Happening] = ()
    is_of_others: bool = False
    is_whose_unsaid: bool = False
    voided: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What is asked: of the state at `moment`, on the day `on`, as known at `known_at`."""

    purpose: str
    on: date
    moment: datetime
    known_at: datetime
    use: Use | None = None


@dataclass(frozen=True)
class Verdict:
    """YES, NO or CHECK; why, in a code and a sentence; the grant that decided it, by number."""

    word: str
    reason: Reason
    sentence: str
    grant_id: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class _Stop:
    at: datetime
    reason: Reason
    grant: GrantSeen


def judge(image: ImageSeen, question: Question) -> Verdict:
    """Return the answer to the register question. What is not known gives NO."""
    if image.is_of_others:
        words = TWO_PATIENTS if image.is_whose_unsaid else None
        return _verdict(Reason.WRONG_PATIENT, words=words)
    covering = [one for one in image.grants if _is_known(one, question)]
    if not covering:
        return _verdict(Reason.IMAGE_NOT_COVERED)
    standing = {one.id: _standing(one, image, question) for one in covering}
    sound = [one for one in covering if standing[one.id].state is not State.VOID]
    asked = [one for one in sound if one.purpose == question.purpose]
    if not asked:
        is_void = not sound or any(one.purpose == question.purpose for one in covering)
        return _verdict(Reason.ENTERED_IN_ERROR if is_void else Reason.NEVER_ASKED)
    signed = [one for one in asked if one.signed_at <= question.moment]
    if not signed:
        has_yes = any(one.is_yes for one in asked)
        return _verdict(Reason.BEFORE_CONSENT if has_yes else Reason.REFUSED)
    is_intimate = any(one.is_intimate for one in sound)
    return _of_signed(signed, standing, image, question, is_intimate=is_intimate)


def _of_signed(
    signed: Sequence[GrantSeen],
    standing: Mapping[str, Standing],
    image: ImageSeen,
    question: Question,
    *,
    is_intimate: bool,
) -> Verdict:
    """Steps 6 to 15: the newest yes counts, unless a later no or withdrawal beats it."""
    # A new no withdraws the earlier yes at the same moment: the answer is the newer form's.
    stop = max(
        _stops(signed, standing), key=lambda stop: (stop.at, stop.grant.signed_at), default=None
    )
    newest = max(
        (one for one in signed if one.is_yes),
        key=lambda one: (one.signed_at, one.filed_at, one.id),
        default=None,
    )
    if stop and (newest is None or stop.at >= newest.signed_at):
        return _verdict(stop.reason, stop.grant, date=_british(stop.at))
    if newest is None:
        return _verdict(Reason.IMAGE_NOT_COVERED)
    for reason, values in _doubts(newest, standing[newest.id], image, question):
        return _verdict(reason, newest, **values)
    if is_intimate and question.purpose not in CARE:
        return _verdict(Reason.INTIMATE_LIMIT, newest)
    if any(_is_to_go(copy, question) for copy in image.copies):
        return _verdict(Reason.COPY_TO_DELETE, newest)
    return _verdict(
        Reason.OK, newest, scope=_scope(newest), until=_until(newest), number=newest.number
    )


def _doubts(
    grant: GrantSeen, standing: Standing, image: ImageSeen, question: Question
) -> Iterator[tuple[Reason, dict[str, str]]]:
    """Steps 7 to 12, those that fail, in their order."""
    if grant.valid_until and is_past(grant.valid_until, question.moment):
        yield Reason.EXPIRED, {"date": british_date(grant.valid_until)}
    if standing.state is State.SUPERSEDED:
        yield Reason.IMAGE_NOT_COVERED, {}
    if standing.state is State.SUSPENDED and standing.since:
        yield _hold(standing.since)
    if grant.route == "parent" and grant.purpose not in CARE and _came(question, grant, 16):
        yield Reason.CHILD_NOW_16, {}
    if grant.route == "parent" and grant.purpose != "record" and _came(question, grant, 18):
        yield Reason.AUTHORITY_CHANGED, {}
    if grant.purpose not in CARE and any(_counts(one, grant, question) for one in image.deaths):
        yield Reason.PATIENT_DIED, {}
    is_spent = standing.state is State.SPENT
    if is_spent or (question.use and scopes.is_outside(grant.purpose, grant.scope, question.use)):
        yield _limit(grant), {"scope": _scope(grant)}


def _hold(since: Happening) -> tuple[Reason, dict[str, str]]:
    cause = since.details.get("cause", "")
    if since.kind is Kind.TURNS_16:
        return Reason.CHILD_NOW_16, {}
    if since.kind is Kind.GAINS_CAPACITY or cause in AUTHORITY:
        return Reason.AUTHORITY_CHANGED, {}
    why = str(since.details.get("reason") or "a doubt").rstrip(". ")
    who = str(since.details.get("speak_to") or "the practice manager")
    return Reason.SUSPENDED, {"why": why, "who": who}


def _stops(signed: Sequence[GrantSeen], standing: Mapping[str, Standing]) -> Iterator[_Stop]:
    """What beats every earlier yes: a no, a withdrawal, a narrowing that left the image out."""
    present = {one.id for one in signed}
    for one in signed:
        where = standing[one.id]
        if not one.is_yes:
            yield _Stop(one.signed_at, Reason.REFUSED, one)
        elif where.since and (
            where.state is State.WITHDRAWN
            or (
                where.since.kind is Kind.NARROW
                and where.since.details.get("replaced_by") not in present
            )
        ):
            yield _Stop(where.since.said_at, Reason.WITHDRAWN, one)


def _standing(grant: GrantSeen, image: ImageSeen, question: Question) -> Standing:
    """Work out a grant's state; what replaced it by mistake did not replace it."""
    undone = {one for one, found_at in image.voided.items() if found_at <= question.known_at}
    return replay(
        (one for one in grant.happenings if one.details.get("replaced_by") not in undone),
        until=question.moment,
        known_at=question.known_at,
        valid_until=grant.valid_until,
    )


def _is_known(grant: GrantSeen, question: Question) -> bool:
    return max(grant.filed_at, grant.covers_since) <= question.known_at


def _came(question: Question, grant: GrantSeen, age: int) -> bool:
    """Say whether the patient came to this age after a parent had signed."""
    birthday = grant.birthdays[age]
    return local_day(grant.signed_at) < birthday <= local_day(question.moment)


def _counts(death: Happening, grant: GrantSeen, question: Question) -> bool:
    return (
        death.recorded_at <= question.known_at
        and grant.signed_at <= death.said_at <= question.moment
    )


def _is_to_go(copy: CopySeen, question: Question) -> bool:
    is_open = copy.opened_at <= question.moment and (
        copy.done_at is None or copy.done_at > question.moment
    )
    # A copy on a telephone does not keep the photo from its place in the record.
    concerns = (question.purpose,) if question.purpose == "record" else (question.purpose, None)
    return is_open and copy.purpose in concerns


def _limit(grant: GrantSeen) -> Reason:
    return Reason.DIFFERENT_OUTLET if grant.purpose == "publish" else Reason.OUTSIDE_SCOPE


def _scope(grant: GrantSeen) -> str:
    return scopes.described(grant.purpose, grant.scope)


def _until(grant: GrantSeen) -> str:
    if grant.valid_until is None:
        return "for as long as the record is kept"
    return f"until {british_date(grant.valid_until)}"


def _british(moment: datetime) -> str:
    return british_date(local_day(moment))


def _verdict(
    reason: Reason, grant: GrantSeen | None = None, *, words: str | None = None, **values: str
) -> Verdict:
    sentence = words or sentence_of(reason, **values)
    found = (grant.id, grant.number) if grant else (None, None)
    return Verdict(word_of(reason), reason, sentence, *found)
