"""Photographs and scans from outside: looked at by content, drawn anew, with nothing hidden left.

A photograph from a telephone holds where and when it was taken, its owner's name, smaller copies
of itself from before it was cropped, and whatever a program hung on behind. None of that survives
here: only the picture itself is written again. Names of files and what a browser says about them
are never asked for.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from threading import Lock

from PIL import Image, ImageCms, ImageFile, ImageOps
from PIL.JpegImagePlugin import JpegImageFile, get_sampling
from PIL.PngImagePlugin import PngImageFile

from lettergen.rendering.refusals import UnfitPicture

LARGEST_BYTES = 20 * 1024 * 1024
# Telephones of today take 48 megapixels at most; decoded, that is 150 MB of memory.
MOST_PIXELS = 50_000_000
# A progressive JPEG of thousands of passes is small, and takes minutes to draw.
MOST_PASSES = 200
# 200 dots per inch of A4: small handwriting stays legible.
SCAN_WIDTH = 1654
JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
START_OF_PASS = b"\xff\xda"
STARTS = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"%PDF-": PDF}
# What else people send, by the bytes it starts with or holds from its fifth on.
OTHERS = {
    b"GIF8": "a GIF picture",
    b"RIFF": "a WebP picture or a sound file",
    b"BM": "a BMP picture",
    b"II*\0": "a TIFF picture",
    b"MM\0*": "a TIFF picture",
    b"PK": "a Word, Excel or zip file",
}
FILMS_AND_HEIC = b"ftyp"
HEIC_BRANDS = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc", b"avif")
DECODER_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    MemoryError,
    struct.error,
    zlib.error,
)

# One at a time, so that several large photographs at once cannot use up the machine's memory.
opening = Lock()


def kind_of(data: bytes, allowed: tuple[str, ...]) -> str:
    """Return the media type that content has by its first bytes; raise UnfitPicture for others.

    Refuses more than 20 MB.
    """
    if len(data) > LARGEST_BYTES:
        raise UnfitPicture(
            f"This file is larger than {LARGEST_BYTES // 1024**2} MB. "
            "Save it smaller and choose it again."
        )
    found = next((kind for start, kind in STARTS.items() if data.startswith(start)), None)
    if found in allowed:
        return found
    raise UnfitPicture(f"This file is {_called(data)}. {_instead(data, allowed)}")


def _called(data: bytes) -> str:
    if not data:
        return "empty"
    if _is_heic(data):
        return "an HEIC photograph, which many programs cannot show"
    if data[4:8] == FILMS_AND_HEIC:
        return "a film"
    if data.startswith(b"%PDF-"):
        return "a PDF"
    known = next((name for start, name in OTHERS.items() if data.startswith(start)), None)
    if known:
        return known
    is_markup = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    return "a web page or drawing (HTML or SVG)" if is_markup else "not a picture"


def _instead(data: bytes, allowed: tuple[str, ...]) -> str:
    if _is_heic(data):
        return (
            "Save it as JPEG and choose it again; "
            "an iPhone takes JPEG with Settings, Camera, Formats, Most Compatible."
        )
    names = "JPEG or PNG" if PDF not in allowed else "PDF, JPEG or PNG"
    return f"Choose a {names} file, whatever its name ends in."


def _is_heic(data: bytes) -> bool:
    return data[4:8] == FILMS_AND_HEIC and data[8:12] in HEIC_BRANDS


@contextmanager
def whole_only() -> Iterator[None]:
    """Let Pillow refuse what is cut off or swells: WeasyPrint, where it is loaded, tells it not to.

    Pillow knows one setting for the whole process, so the caller holds a lock meanwhile.
    """
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def drawn(data: bytes) -> tuple[Image.Image, str, int]:
    """Return a picture upright in sRGB with nothing beside it, its kind and colour sampling."""
    with whole_only():
        return _opened(data)


def _opened(data: bytes) -> tuple[Image.Image, str, int]:
    media_type = kind_of(data, allowed=(JPEG, PNG))
    try:
        # Not Image.open: these two never try other formats, or a second picture behind the first.
        opened = JpegImageFile(BytesIO(data)) if media_type == JPEG else PngImageFile(BytesIO(data))
        _refuse_unfit(opened, data, media_type)
        opened.load()
        sampling = get_sampling(opened) if isinstance(opened, JpegImageFile) else -1
        image = _in_srgb(_upright(opened))
    except DECODER_FAULTS as fault:
        raise UnfitPicture(
            "This picture is cut off or damaged. Save or send it again, and choose the new file."
        ) from fault
    # Writers take comments and profiles from here unasked.
    image.info = {}
    return image, media_type, sampling


def _refuse_unfit(opened: Image.Image, data: bytes, media_type: str) -> None:
    width, height = opened.size
    if width * height > MOST_PIXELS:
        raise UnfitPicture(
            f"This picture has {width * height / 1e6:,.0f} megapixels; "
            f"{MOST_PIXELS / 1e6:,.0f} is the most. Save it smaller and choose it again."
        )
    if isinstance(opened, PngImageFile) and opened.is_animated:
        raise UnfitPicture("This picture moves. Choose a photograph of one moment.")
    if media_type == JPEG and data.count(START_OF_PASS) > MOST_PASSES:
        raise UnfitPicture("This picture is built of too many layers. Save it again as JPEG.")


def _upright(image: Image.Image) -> Image.Image:
    # Metadata that cannot be read cannot say which way is up; the picture is sound.
    with suppress(*DECODER_FAULTS):
        # In place, as elsewhere here: a copy of a large photograph is 150 MB.
        ImageOps.exif_transpose(image, in_place=True)
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16 bits of grey: Pillow would cut them off instead of scaling them.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        # What lay under a transparent part was hidden, and is left out.
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    image = _converted(image, image.info.get("icc_profile"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _converted(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or image.mode not in {"RGB", "CMYK"}:
        return image
    in_place = image.mode == "RGB"
    try:
        own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        found = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB", inPlace=in_place)
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken profile says nothing: such a picture is shown as sRGB everywhere.
        return image
    return found or image


def scanned(image: Image.Image) -> bytes:
    """Return a page as a JPEG in which small handwriting stays legible."""
    page = within(image, SCAN_WIDTH, 2 * SCAN_WIDTH)
    return written(page, "JPEG", quality=75, optimize=True)


def within(image: Image.Image, width: int, height: int) -> Image.Image:
    """Return a picture no larger than this, in pixels."""
    if image.width <= width and image.height <= height:
        return image
    return ImageOps.contain(image, (width, height))


def written(image: Image.Image, form: str, **settings: int | bool) -> bytes:
    """Return a picture as a file of a form such as JPEG."""
    target = BytesIO()
    image.save(target, form, **settings)
    return target.getvalue()


def sha256(data: bytes) -> str:
    """Return the hash of a file in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
