"""Photographs and scans for consents: drawn anew, with a preview or page by page."""

from dataclasses import dataclass

from PIL import Image

from lettergen.rendering import Renderer
from lettergen.rendering.photographs import (
    JPEG,
    PDF,
    PNG,
    SCAN_WIDTH,
    drawn,
    kind_of,
    opening,
    scanned,
    sha256,
    within,
    written,
)
from lettergen.rendering.refusals import UnfitPicture

PREVIEW_PIXELS = 320
LARGEST_PREVIEW = 40_000
PREVIEW_QUALITIES = (80, 65, 50, 35, 20)
MOST_SCANNED = 10


@dataclass(frozen=True)
class Photograph:
    """A photograph with its picture only.

    `content` is a JPEG or PNG in sRGB, upright, without any metadata; `sha256` is its hash and
    `original_sha256` that of the file as it came, both in hexadecimal. `preview` is a JPEG of at
    most 320 pixels a side and 40 kB, where one was wanted.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    sha256: str
    original_sha256: str
    preview: bytes | None = None


@dataclass(frozen=True)
class Scan:
    """Signed paper as it is kept: a JPEG of each page, and the hash of the file that came."""

    pages: tuple[bytes, ...]
    original_sha256: str


def prepare(data: bytes, *, with_preview: bool) -> Photograph:
    """Return a JPEG or PNG photograph drawn anew; raise UnfitPicture for anything else.

    Refuses more than 20 MB or 50 megapixels before anything is decoded, and moving, cut-off or
    damaged pictures. Turns the picture as its EXIF says, and converts its colours to sRGB.
    """
    with opening:
        image, media_type, sampling = drawn(data)
        if media_type == JPEG:
            content = written(image, "JPEG", quality=92, subsampling=sampling)
        else:
            content = written(image, "PNG", optimize=True)
        preview = _preview(image) if with_preview else None
    return Photograph(content, media_type, *image.size, sha256(content), sha256(data), preview)


def scan(data: bytes, renderer: Renderer) -> Scan:
    """Return the pages of signed paper from a PDF, JPEG or PNG; raise UnfitPicture or a refusal.

    A PDF is drawn in one of the renderer's shut-off processes and only its pictures are kept, so
    that scripts, links and attachments in it end there.
    """
    if kind_of(data, allowed=(JPEG, PNG, PDF)) != PDF:
        with opening:
            return Scan((scanned(drawn(data)[0]),), sha256(data))
    pages = renderer.pictures(data, width=SCAN_WIDTH)
    if len(pages) > MOST_SCANNED:
        raise UnfitPicture(
            f"This scan has {len(pages)} pages; {MOST_SCANNED} is the most. "
            "Scan only the pages of the consent form."
        )
    with opening:
        return Scan(tuple(scanned(drawn(one)[0]) for one in pages), sha256(data))


def _preview(image: Image.Image) -> bytes:
    small = within(image, PREVIEW_PIXELS, PREVIEW_PIXELS)
    for quality in PREVIEW_QUALITIES:
        preview = written(small, "JPEG", quality=quality, optimize=True)
        if len(preview) <= LARGEST_PREVIEW:
            break
    return preview
