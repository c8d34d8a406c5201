"""The pages of a file from outside as JPEGs; runs only where `outside` has confined it."""

from collections.abc import Iterator

import pypdfium2
from PIL import Image

from lettergen.rendering import photographs
from lettergen.rendering.photographs import PDF, SCAN_WIDTH
from lettergen.rendering.refusals import UnreadablePdf

# Half of A4's 200 dots per inch is not legible; twice a sheet's height is a receipt, not a page.
TALLEST = 2 * SCAN_WIDTH
LOCKED = (
    "This PDF is damaged or locked with a password. Ask for it without a password, or scan it "
    "from paper."
)


def pages(data: bytes, media_type: str, most: int) -> list[bytes]:
    """Return a JPEG of each page; raise UnreadablePdf or UnfitPicture."""
    if media_type != PDF:
        return [photographs.scanned(photographs.drawn(data)[0])]
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        raise UnreadablePdf(LOCKED) from fault
    count = len(document)
    if count == 0:
        raise UnreadablePdf("This PDF has no pages. Ask for it again.")
    if count > most:
        raise UnreadablePdf(
            f"This PDF has {count} pages; {most} is the most. Send only the pages that matter."
        )
    # A form shows what was filled in. Its scripts have no engine: PDFium is built without one.
    document.init_forms()
    return [photographs.scanned(image) for image in _drawn(document)]


def _drawn(document: pypdfium2.PdfDocument) -> Iterator[Image.Image]:
    for number in range(len(document)):
        try:
            page = document[number]
            scale = min(
                SCAN_WIDTH / max(page.get_width(), 1.0), TALLEST / max(page.get_height(), 1.0)
            )
            yield page.render(scale=scale).to_pil().convert("RGB")
        except (pypdfium2.PdfiumError, ValueError) as fault:
            raise UnreadablePdf(LOCKED) from fault
        page.close()
