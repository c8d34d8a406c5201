"""Pictures that wait for the declaration: pages of signed paper, and small previews of photos."""

from collections.abc import Sequence

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from lettergen.models import ConsentDraft, ConsentDraftFile

SCAN, PREVIEW = "scan", "preview"


def keep_scan(session: Session, one: ConsentDraft, pages: Sequence[bytes]) -> None:
    """Keep the pages of a scan in place of an earlier one's."""
    drop(session, one, SCAN)
    for number, page in enumerate(pages, start=1):
        session.add(_file(one, SCAN, str(number), page))


def keep_preview(session: Session, one: ConsentDraft, image_id: str, picture: bytes) -> None:
    """Keep a photo's preview in place of an earlier one of the same number."""
    for known in session.scalars(_of(one, PREVIEW).where(ConsentDraftFile.name == image_id)):
        session.delete(known)
    session.add(_file(one, PREVIEW, image_id, picture))


def scan(session: Session, one: ConsentDraft) -> list[bytes]:
    """Return the pages of the scan, in their order."""
    found = session.scalars(_of(one, SCAN))
    return [page.content for page in sorted(found, key=lambda page: int(page.name))]


def previews(session: Session, one: ConsentDraft) -> dict[str, bytes]:
    """Return the previews by the photo's number."""
    return {picture.name: picture.content for picture in session.scalars(_of(one, PREVIEW))}


def drop(session: Session, one: ConsentDraft, *kinds: str) -> None:
    """Throw pictures away: those of some kinds, or all."""
    wanted = kinds or (SCAN, PREVIEW)
    session.execute(
        delete(ConsentDraftFile).where(
            ConsentDraftFile.practice_id == one.practice_id,
            ConsentDraftFile.draft_id == one.id,
            ConsentDraftFile.kind.in_(wanted),
        )
    )


def _of(one: ConsentDraft, kind: str) -> Select[ConsentDraftFile]:
    return (
        select(ConsentDraftFile)
        .where(
            ConsentDraftFile.practice_id == one.practice_id,
            ConsentDraftFile.draft_id == one.id,
            ConsentDraftFile.kind == kind,
        )
        .order_by(ConsentDraftFile.id)
    )


def _file(one: ConsentDraft, kind: str, name: str, content: bytes) -> ConsentDraftFile:
    return ConsentDraftFile(
        practice_id=one.practice_id, draft_id=one.id, kind=kind, name=name, content=content
    )
