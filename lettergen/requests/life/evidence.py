"""Papers that came with a request: kept as pictures of their pages, sealed."""

import io
import zipfile
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from lettergen.models import Actor, Request, RequestPaper
from lettergen.refusals import Refused
from lettergen.rendering import outside
from lettergen.rendering.photographs import JPEG, LARGEST_BYTES, sha256
from lettergen.requests.life import events, finding, moves

KINDS = ("request", "consent", "authority", "refusal", "other")
PICTURE = JPEG
MOST_PAPERS = 30
LONGEST_NAME = 120
MEGABYTES = LARGEST_BYTES // 1024**2
_EARLY = (1980, 1, 1, 0, 0, 0)


def add(  # noqa: PLR0917  (a file is its kind, its name and its bytes)
    session: Session,
    actor: Actor,
    request_id: str,
    kind: str,
    name: str,
    raw: bytes,
    *,
    at: datetime,
) -> RequestPaper:
    """Keep a PDF, JPEG or PNG of at most 20 MB with a request, as pictures of its pages.

    The file is opened in a confined process, and nothing of it is kept but what it shows; its
    hash and size say which file it was. A file that is there already is not added again. Raises
    a refusal in plain words for any other file, and NoSuchRequest.
    """
    finding.get(session, actor, request_id)
    if kind not in KINDS:
        raise Refused("Choose what the paper is.")
    # Before the lock: drawing takes seconds, and others work on the request meanwhile.
    drawn = outside.draw(raw)
    request = finding.lock(session, actor, request_id)
    digest = sha256(raw)
    papers = of(session, actor, request_id)
    known = next((one for one in papers if one.sha256 == digest and one.kind == kind), None)
    if known:
        return known
    if len(papers) >= MOST_PAPERS:
        raise Refused(f"This request has {MOST_PAPERS} papers; no more can be added.")
    paper = RequestPaper(
        practice_id=actor.practice_id,
        request_id=request.id,
        kind=kind,
        media_type=drawn.media_type,
        sha256=digest,
        size=len(raw),
        pages=len(drawn.pages),
        name=shown_name(name),
        content=_packed(drawn.pages),
        added_at=at,
        added_by=actor.staff_id,
    )
    session.add(paper)
    _tell(session, actor, request, paper)
    return paper


def of(session: Session, actor: Actor, request_id: str) -> list[RequestPaper]:
    """Return the papers of a request and of the one it was split from, the first added first.

    Their pictures are read when they are asked for.
    """
    session.flush()
    shared = select(Request.parent_id).where(
        Request.practice_id == actor.practice_id, Request.id == request_id
    )
    wanted = [
        RequestPaper.practice_id == actor.practice_id,
        (RequestPaper.request_id == request_id) | RequestPaper.request_id.in_(shared),
    ]
    found = session.scalars(
        select(RequestPaper)
        .where(*wanted)
        .order_by(RequestPaper.added_at, RequestPaper.id)
        .options(defer(RequestPaper.content_sealed))  # type: ignore[attr-defined]
    )
    return list(found)


def count(session: Session, actor: Actor, request_id: str) -> int:
    """Return how many papers were added to a request itself."""
    return (
        session.scalar(
            select(func.count(RequestPaper.id)).where(
                RequestPaper.practice_id == actor.practice_id, RequestPaper.request_id == request_id
            )
        )
        or 0
    )


def pictures(paper: RequestPaper) -> list[bytes]:
    """Return a JPEG of each page of a paper."""
    with zipfile.ZipFile(io.BytesIO(paper.content)) as packed:
        return [packed.read(name) for name in packed.namelist()]


def picture(paper: RequestPaper, number: int) -> bytes | None:
    """Return the JPEG of one page, counted from 1, or None if there is no such page."""
    if not 1 <= number <= paper.pages:
        return None
    with zipfile.ZipFile(io.BytesIO(paper.content)) as packed:
        return packed.read(_place(number))


def shown_name(name: str) -> str:
    """Return a file's name without folders and odd signs: a label, never a path."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    printable = "".join(one for one in last if one.isprintable()).strip()
    return printable[:LONGEST_NAME] or "Paper"


def _tell(session: Session, actor: Actor, request: Request, paper: RequestPaper) -> None:
    moves.touch(request, paper.added_at)
    details = {"kind": paper.kind, "pages": paper.pages}
    events.note(session, actor, request, "paper-added", at=paper.added_at, details=details)


def _packed(pages: tuple[bytes, ...]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for number, page in enumerate(pages, 1):
            packed.writestr(zipfile.ZipInfo(_place(number), _EARLY), page)
    return target.getvalue()


def _place(number: int) -> str:
    return f"{number:03}.jpg"
