"""Pages of a PDF as pictures, for a screen that shows what will be sent."""

from io import BytesIO

import pypdfium2

MOST_PIXELS = 3000


def draw(pdf: bytes, width: int) -> list[bytes]:
    """Return a PNG of each page, `width` pixels wide, at most 3,000."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_png(page, min(width, MOST_PIXELS)) for page in document]
    finally:
        document.close()


def _png(page: pypdfium2.PdfPage, width: int) -> bytes:
    image = page.render(scale=width / page.get_width()).to_pil()
    target = BytesIO()
    image.save(target, "PNG", compress_level=3)
    return target.getvalue()
