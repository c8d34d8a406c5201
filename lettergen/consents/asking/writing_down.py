"""What staff write down for a patient: spoken choices, and those on paper, twice looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen import models
from lettergen.consents.asking import files, keeping
from lettergen.consents.asking.choosing import declined, with_answers
from lettergen.consents.asking.offering import YES, asked, lock_offered
from lettergen.consents.asking.refusals import NotReady, WrongStage, by_field
from lettergen.consents.asking.signing import (
    BY_HAND,
    SPOKEN,
    Signature,
    against_signing,
    seen,
    signed_tree,
)
from lettergen.consents.form.terms import Terms
from lettergen.consents.papers import sheets as paper
from lettergen.consents.papers.images import Scan
from lettergen.consents.rules.case import same_name
from lettergen.models import ANSWERED, OFFERED, Actor, ConsentDraft
from lettergen.refusals import Refused

ANOTHER = "Another person than the one who keyed the choices has to check them."
# Stands in for whoever will check, so that all else can be checked before.
TO_CHECK = "(to be checked)"
CHANGED = "This is not what was keyed last. Look at the choices again, and check them."


@dataclass(frozen=True)
class Keyed:
    """What stands on signed paper: choices by purpose, other answers by dotted name, who signed.

    `signers` are role and name of each signature; `signed_at` is the time written beside it.
    `page_code` is read off the paper.
    """

    choices: Mapping[str, str]
    signers: Sequence[tuple[str, str]]
    signed_at: datetime
    page_code: str
    more: Mapping[str, Any]


def record_spoken(
    session: Session,
    terms: Terms,
    actor: Actor,
    draft_id: str,
    choices: Mapping[str, str],
    *,
    signatures: Sequence[Signature],
    at: datetime,
) -> ConsentDraft:
    """Write down what was said in the presence of staff, and how the talk was held.

    Each signature holds the group `verbal`. Where all was refused, none is needed. Raises NotReady
    with what the rules say: which uses may be agreed to by word alone is one of them (E04).
    """
    one = _lock(session, terms, actor, draft_id, "spoken")
    if YES not in choices.values():
        keeping.change(one, with_answers(one.answers, terms, _changes(choices, {})))
        return declined(session, terms, one, actor, at=at)
    said = [replace(signature, method=SPOKEN) for signature in signatures]
    tree, text, digest = _tree_of(one, terms, choices, {}, said, signed_at=at)
    keeping.change(one, tree)
    one.shown = {"text": text, "sha256": digest}
    one.saved_at, one.saved_by = at, actor.staff_id
    one.stage, one.answered_at = ANSWERED, at
    models.record(session, actor, "consent.written_down", one, at=at)
    session.flush()
    return one


def keep_scan(
    session: Session, terms: Terms, actor: Actor, draft_id: str, scan: Scan, *, at: datetime
) -> ConsentDraft:
    """Keep the scan of signed paper; what was keyed from an earlier one is keyed again."""
    one = _lock(session, terms, actor, draft_id, "paper")
    files.keep_scan(session, one, scan.pages)
    one.shown = {"scan": {"sha256": scan.original_sha256, "pages": len(scan.pages)}}
    one.revision += 1
    one.saved_at, one.saved_by = at, actor.staff_id
    models.record(session, actor, "consent.scanned", one, at=at)
    session.flush()
    return one


def key_paper(
    session: Session, terms: Terms, actor: Actor, draft_id: str, keyed: Keyed, *, at: datetime
) -> ConsentDraft:
    """Keep what the actor read off the paper, for a second person to check.

    Raises Refused for a page code that is another paper's, and a time of signing that lies before
    the hand-over or in the future; NotReady with what the rules say. Nothing is kept then.
    """
    one = _lock(session, terms, actor, draft_id, "paper")
    _require_this_paper(one, keyed, at)
    _signed_paper(one, terms, keyed, keyed_by=actor.name, checked_by=TO_CHECK)
    one.shown = {
        **one.shown,
        "keyed": {
            "choices": dict(keyed.choices),
            "signers": [list(signer) for signer in keyed.signers],
            "signed_at": keyed.signed_at.isoformat(),
            "page_code": keyed.page_code,
            "more": dict(keyed.more),
            "by": actor.staff_id,
            "by_name": actor.name,
            "at": at.isoformat(),
        },
    }
    one.revision += 1
    one.saved_at, one.saved_by = at, actor.staff_id
    models.record(session, actor, "consent.keyed", one, at=at)
    session.flush()
    return one


def keyed_of(one: ConsentDraft) -> Keyed | None:
    """Return what was keyed from paper and waits for its check, or None."""
    found = one.shown.get("keyed")
    if not found:
        return None
    return Keyed(
        choices=found["choices"],
        signers=tuple((role, name) for role, name in found["signers"]),
        signed_at=datetime.fromisoformat(found["signed_at"]),
        page_code=found["page_code"],
        more=found["more"],
    )


def check_paper(
    session: Session, terms: Terms, actor: Actor, draft_id: str, *, revision: int, at: datetime
) -> ConsentDraft:
    """Confirm as a second person that what was keyed stands on the paper: it is answered then.

    `revision` is that of the page on which both were compared. Raises Refused for whoever keyed it,
    WrongStage if nothing waits, or something else was keyed meanwhile; NotReady.
    """
    one = _lock(session, terms, actor, draft_id, "paper")
    keyed = keyed_of(one)
    if keyed is None or revision != one.revision:
        raise WrongStage(CHANGED)
    by, by_name = one.shown["keyed"]["by"], str(one.shown["keyed"]["by_name"])
    if by == actor.staff_id or same_name(by_name) == same_name(actor.name):
        raise Refused(ANOTHER)
    if YES not in keyed.choices.values():
        return _refused(session, terms, actor, one, keyed, at=at)
    tree, text, digest = _signed_paper(one, terms, keyed, keyed_by=by_name, checked_by=actor.name)
    keeping.change(one, tree)
    one.shown = {"text": text, "sha256": digest}
    one.stage, one.answered_at = ANSWERED, keyed.signed_at
    models.record(session, actor, "consent.checked", one, at=at)
    session.flush()
    return one


def _refused(
    session: Session, terms: Terms, actor: Actor, one: ConsentDraft, keyed: Keyed, *, at: datetime
) -> ConsentDraft:
    keeping.change(one, with_answers(one.answers, terms, _changes(keyed.choices, keyed.more)))
    return declined(session, terms, one, actor, at=at)


def _signed_paper(
    one: ConsentDraft, terms: Terms, keyed: Keyed, *, keyed_by: str, checked_by: str
) -> tuple[dict[str, Any], str, str]:
    wet = {
        "keyed_by": keyed_by,
        "checked_by": checked_by,
        "scan_sha256": one.shown["scan"]["sha256"],
        "page_code": f"{one.reference}/{_plain(keyed.page_code)}",
    }
    signatures = [
        Signature(role, name, BY_HAND, evidence={"wet": wet}) for role, name in keyed.signers
    ]
    return _tree_of(one, terms, keyed.choices, keyed.more, signatures, signed_at=keyed.signed_at)


def _tree_of(
    one: ConsentDraft,
    terms: Terms,
    choices: Mapping[str, str],
    more: Mapping[str, Any],
    signatures: Sequence[Signature],
    *,
    signed_at: datetime,
) -> tuple[dict[str, Any], str, str]:
    """Return the answers with choices and signatures, what was read, and its hash.

    Works on a copy that is never stored: raises NotReady with what the rules say.
    """
    draft = _copy(one, with_answers(one.answers, terms, _changes(choices, more)))
    text, digest = seen(draft, terms, at=signed_at)
    for signature in signatures:
        draft.answers = signed_tree(draft, signature, digest, signed_at)
    errors = by_field(against_signing(draft.answers, terms, at=signed_at))
    if not signatures:
        errors.setdefault("signatures", [terms.catalogue.faults["unsigned"]])
    if errors:
        raise NotReady("This cannot be written down yet.", errors)
    return dict(draft.answers), text, digest


def _copy(one: ConsentDraft, answers: dict[str, Any]) -> ConsentDraft:
    return ConsentDraft(id=one.id, way=one.way, answers=answers, shown={})


def _changes(choices: Mapping[str, str], more: Mapping[str, Any]) -> dict[str, Any]:
    return {**{f"purposes.{key}.decision": said for key, said in choices.items()}, **more}


def _lock(session: Session, terms: Terms, actor: Actor, draft_id: str, way: str) -> ConsentDraft:
    one = lock_offered(session, terms, keeping.lock(session, actor.practice_id, draft_id, OFFERED))
    keeping.require_way(one, way)
    return one


def _require_this_paper(one: ConsentDraft, keyed: Keyed, at: datetime) -> None:
    if "scan" not in one.shown:
        raise Refused("Add the scan of the signed paper first.")
    if _plain(keyed.page_code) != _plain(paper.page_code(one.reference, str(one.version))):
        raise Refused(
            "This page code is another paper's. Look at the foot of the signed page: it has to be "
            "the page that was printed for this consent."
        )
    if one.offered_at is None or not one.offered_at <= keyed.signed_at <= at:
        raise Refused("The paper was signed after it was printed, and before now. Check the time.")
    if set(keyed.choices) != set(asked(one.answers)):
        raise Refused("Key the answer to each question of the paper.")


def _plain(code: str) -> str:
    return "".join(ch for ch in code.upper() if ch.isalnum())
