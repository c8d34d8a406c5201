"""Pages of a PDF as pictures, for a screen that shows what will be sent."""

from io import BytesIO

import pypdfium2

from lettergen.rendering.refusals import UnreadablePdf

MOST_PIXELS = 3000
TALLEST = 6000
MOST_PAGES = 200


def draw(pdf: bytes, width: int) -> list[bytes]:
    """Return a PNG of each page, `width` pixels wide, at most 3,000.

    Raises UnreadablePdf for a file from outside that is damaged, locked or no PDF.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as fault:
        raise UnreadablePdf(
            "This PDF is damaged or locked with a password. Save it again without a password."
        ) from fault
    try:
        if len(document) > MOST_PAGES:
            raise UnreadablePdf(f"This PDF has {len(document)} pages; {MOST_PAGES} is the most.")
        return [_png(page, min(width, MOST_PIXELS)) for page in document]
    finally:
        document.close()


def _png(page: pypdfium2.PdfPage, width: int) -> bytes:
    scale = min(width / page.get_width(), TALLEST / page.get_height())
    image = page.render(scale=scale).to_pil()
    target = BytesIO()
    image.save(target, "PNG", compress_level=3)
    return target.getvalue()
