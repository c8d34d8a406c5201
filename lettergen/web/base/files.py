"""PDF files as replies, and as pictures of their pages."""

from collections import OrderedDict
from hashlib import sha256
from threading import Lock
from urllib.parse import quote

from flask import Response

from lettergen.web.base.context import office

PICTURE_WIDTH = 1200
_KEPT = 4

_pictures: OrderedDict[str, list[bytes]] = OrderedDict()
_lock = Lock()


def pdf_reply(pdf: bytes, name: str, *, is_download: bool = False) -> Response:
    """Return a PDF to be shown, or to be kept under a name."""
    way = "attachment" if is_download else "inline"
    plain = name.encode("ascii", "ignore").decode().replace('"', "")
    reply = Response(pdf, mimetype="application/pdf")
    reply.headers["Content-Disposition"] = (
        f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return reply


def pictures(pdf: bytes) -> list[bytes]:
    """Return each page as a PNG. A browser asks for all pages of one letter at once, so the
    last few letters' pictures are kept in memory, and made once.
    """
    key = sha256(pdf).hexdigest()
    with _lock:
        if key not in _pictures:
            _pictures[key] = office().renderer.pictures(pdf, width=PICTURE_WIDTH)
        _pictures.move_to_end(key)
        while len(_pictures) > _KEPT:
            _pictures.popitem(last=False)
        return _pictures[key]
