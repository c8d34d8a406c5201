"""Photographs, scans and drawn names come in as pictures, and with nothing but the picture."""

import base64
import hashlib
import io
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from lettergen.consents.papers import images, marks
from lettergen.consents.papers.marks import NoMark
from lettergen.rendering import Renderer, UnreadablePdf, photographs
from lettergen.rendering.refusals import UnfitPicture

# Pillow says aloud that metadata is broken, which is the point of some of these files.
pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin"),
    pytest.mark.filterwarnings("ignore::UserWarning:PIL.JpegImagePlugin"),
]

# Where the made-up photographs say that they were taken, and by whose telephone.
LATITUDE = ((51, 1), (30, 1), (2641, 100))
SECRETS = (
    b"51.507338",
    b"GPSLatitude",
    b"Example Phone 9",
    b"Casey's telephone",
    b"maker note of 51.507338",
    b"1 Example Road",
    b"a comment",
    b"secret profile",
    b"trailing film",
    b"<script>",
    b"Exif\0\0",
    b"http://ns.adobe.com",
    b"Photoshop 3.0",
    b"ICC_PROFILE",
    b"MPF\0",
    b"eXIf",
    b"iTXt",
    b"tEXt",
    b"iCCP",
    b"tIME",
)
GPS_RATIONALS = struct.pack(">II", *LATITUDE[2]), struct.pack("<II", *LATITUDE[2])


def picture(width: int = 640, height: int = 480) -> Image.Image:
    image = Image.new("RGB", (width, height), (205, 170, 150))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 4, height // 4), fill=(250, 20, 20))
    draw.ellipse((width // 2, height // 2, width - 10, height - 10), fill=(90, 40, 30))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    found = Image.Exif()
    found[0x0110] = "Example Phone 9"
    found[0x0112] = orientation
    found[0x013B] = "Casey's telephone"
    found.get_ifd(0x8769)[0x927C] = b"maker note of 51.507338"
    gps = found.get_ifd(0x8825)
    gps[1], gps[2] = "N", tuple(a / b for a, b in LATITUDE)
    gps[3], gps[4] = "W", (0.0, 7.0, 39.92)
    return found


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PROFILE = SRGB + b"secret profile"


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


XMP = (
    b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF>"
    b"<exif:GPSLatitude>51.507338</exif:GPSLatitude></rdf:RDF></x:xmpmeta>"
)
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x12\x1c\x02\x5a\0\x0e1 Example Road"


def jpeg(image: Image.Image | None = None, orientation: int = 1) -> bytes:
    """A photograph with a place in EXIF, maker note, XMP and IPTC, and more behind its end."""
    target = io.BytesIO()
    (image or picture()).save(
        target,
        "JPEG",
        quality=90,
        exif=exif(orientation),
        icc_profile=PROFILE,
        comment=b"a comment",
    )
    bare = target.getvalue()
    hidden = segment(0xE1, XMP) + segment(0xED, IPTC) + segment(0xE2, b"MPF\0II*\0\x08\0\0\0\0\0")
    return bare[:2] + hidden + bare[2:] + b"trailing film <script>51.507338</script>"


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def png(image: Image.Image | None = None) -> bytes:
    target = io.BytesIO()
    (image or picture()).save(target, "PNG", exif=exif(), icc_profile=PROFILE)
    bare = target.getvalue()
    hidden = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP) + chunk(
        b"tEXt", b"Comment\0taken at 51.507338, 1 Example Road"
    )
    return bare[:33] + hidden + bare[33:] + b"trailing film"


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def header_of_png(width: int, height: int) -> bytes:
    size = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + size
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def header_of_jpeg(width: int, height: int) -> bytes:
    whole = jpeg()
    place = whole.index(b"\xff\xc0")
    return whole[: place + 5] + struct.pack(">HH", height, width) + whole[place + 9 :]


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Renderer]:
    with Renderer([tmp_path_factory.mktemp("none")]) as pool:
        yield pool


@pytest.mark.parametrize("photograph", [jpeg(), png()], ids=["JPEG", "PNG"])
def test_the_photographs_of_these_tests_do_hold_a_place(photograph: bytes) -> None:
    assert photograph.count(b"51.507338") >= 3
    assert any(rational in photograph for rational in GPS_RATIONALS)
    reader = PngImageFile if photograph.startswith(b"\x89PNG") else JpegImageFile
    assert reader(io.BytesIO(photograph)).getexif().get_ifd(0x8825)[2][0] == 51


@pytest.mark.parametrize("photograph", [jpeg(), png()], ids=["JPEG", "PNG"])
def test_nothing_but_the_picture_is_left_of_a_photograph(photograph: bytes) -> None:
    prepared = images.prepare(photograph, with_preview=True)

    for data in (prepared.content, prepared.preview or b""):
        assert [secret for secret in (*SECRETS, *GPS_RATIONALS) if secret in data] == []
        assert not opened(data).getexif()
        assert set(opened(data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_jpeg_holds_no_segments_but_those_that_draw_it() -> None:
    content = images.prepare(jpeg(), with_preview=False).content
    found, place = [], 2
    while content[place + 1] != 0xDA:
        found.append(content[place + 1])
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")

    assert set(found) <= {0xE0, 0xDB, 0xC0, 0xC4}
    assert content.endswith(b"\xff\xd9")
    assert content.count(b"\xff\xd9") == 1


def test_a_png_holds_no_chunks_but_those_that_draw_it() -> None:
    content = images.prepare(png(), with_preview=False).content
    names, place = set(), 8
    while place < len(content):
        names.add(content[place + 4 : place + 8])
        place += 12 + int.from_bytes(content[place : place + 4], "big")

    assert names == {b"IHDR", b"IDAT", b"IEND"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright(orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    held = picture().transpose(turns[orientation]) if orientation in turns else picture()

    prepared = images.prepare(jpeg(held, orientation), with_preview=False)

    upright = opened(prepared.content)
    assert upright.size == (prepared.width, prepared.height) == (640, 480)
    red, green, _ = upright.getpixel((20, 20))
    assert red > 200
    assert green < 100


def test_both_hashes_are_of_the_bytes_that_they_name() -> None:
    photograph = jpeg()

    prepared = images.prepare(photograph, with_preview=False)

    assert prepared.original_sha256 == hashlib.sha256(photograph).hexdigest()
    assert prepared.sha256 == hashlib.sha256(prepared.content).hexdigest()
    assert prepared.sha256 != prepared.original_sha256


def test_the_same_photograph_gives_the_same_bytes() -> None:
    assert images.prepare(jpeg(), with_preview=True) == images.prepare(jpeg(), with_preview=True)


def test_what_was_drawn_looks_like_what_came() -> None:
    prepared = opened(images.prepare(jpeg(), with_preview=False).content)

    for place in ((20, 20), (300, 100), (500, 380)):
        pairs = zip(prepared.getpixel(place), picture().getpixel(place), strict=True)
        assert all(abs(one - other) < 12 for one, other in pairs)


def test_a_png_keeps_every_pixel() -> None:
    target = io.BytesIO()
    picture().save(target, "PNG")

    prepared = opened(images.prepare(target.getvalue(), with_preview=False).content)

    assert prepared.tobytes() == picture().tobytes()


def test_colours_are_converted_to_srgb() -> None:
    # A profile whose red and blue are swapped: whoever throws it away shows another colour.
    srgb = SRGB.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
    target = io.BytesIO()
    Image.new("RGB", (32, 32), (200, 40, 10)).save(target, "PNG", icc_profile=srgb)

    prepared = opened(images.prepare(target.getvalue(), with_preview=False).content)

    red, _, blue = prepared.getpixel((5, 5))
    assert blue > 150
    assert red < 60


def test_a_broken_colour_profile_does_not_cost_the_photograph() -> None:
    target = io.BytesIO()
    picture().save(target, "JPEG", icc_profile=b"no profile at all")

    prepared = images.prepare(target.getvalue(), with_preview=False)

    assert (prepared.width, prepared.height) == (640, 480)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "I;16", "RGBA", "CMYK"])
def test_every_kind_of_picture_is_taken_in(mode: str) -> None:
    target = io.BytesIO()
    grey = picture().convert("L")
    if mode == "I;16":
        image = grey.convert("I").point(lambda value: value * 256).convert("I;16")
    else:
        image = picture().convert(mode)
    if mode == "PA":
        image = picture().quantize(16)
        image.info["transparency"] = 0
    image.save(target, "JPEG" if mode == "CMYK" else "PNG")

    prepared = opened(images.prepare(target.getvalue(), with_preview=True).content)

    assert prepared.mode == "RGB"
    if mode == "I;16":
        assert abs(prepared.getpixel((300, 100))[0] - grey.getpixel((300, 100))) < 3


def test_what_lies_under_a_transparent_part_is_gone() -> None:
    image = picture().convert("RGBA")
    image.putalpha(0)
    target = io.BytesIO()
    image.save(target, "PNG")

    prepared = opened(images.prepare(target.getvalue(), with_preview=False).content)

    assert prepared.getextrema() == ((255, 255), (255, 255), (255, 255))


def test_broken_exif_does_not_cost_the_photograph() -> None:
    target = io.BytesIO()
    picture().save(target, "JPEG", exif=exif(6).tobytes()[:60])

    prepared = images.prepare(target.getvalue(), with_preview=False)

    assert {prepared.width, prepared.height} == {640, 480}


def test_of_a_picture_with_others_behind_it_only_the_first_is_taken() -> None:
    target = io.BytesIO()
    picture().save(target, "MPO", save_all=True, append_images=[Image.new("RGB", (640, 480))])
    assert Image.open(io.BytesIO(target.getvalue())).n_frames == 2

    prepared = images.prepare(target.getvalue(), with_preview=False)

    assert b"MPF\0" not in prepared.content
    assert opened(prepared.content).format == "JPEG"
    assert len(prepared.content) < 0.9 * len(target.getvalue())


def test_a_preview_is_made_only_when_it_is_wanted() -> None:
    assert images.prepare(jpeg(), with_preview=False).preview is None


@pytest.mark.parametrize("size", [(4000, 3000), (30, 4000), (200, 100)])
def test_a_preview_is_small_however_the_photograph_is(size: tuple[int, int]) -> None:
    noise = Image.effect_noise(size, 200).convert("RGB")

    preview = images.prepare(jpeg(noise), with_preview=True).preview

    assert preview is not None
    assert len(preview) <= 40_000
    assert max(opened(preview).size) == min(320, max(size))
    assert opened(preview).format == "JPEG"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "HTML or SVG"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><p>hello", "HTML or SVG"),
        (b"%PDF-1.7\n1 0 obj", "a PDF"),
        (b"GIF89a\x01\0\x01\0", "a GIF picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"BM\x3a\0\0\0", "BMP"),
        (b"PK\x03\x04", "Word, Excel or zip"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "Most Compatible"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "a film"),
        (b"just words, named photo.jpg", "not a picture"),
    ],
)
def test_what_is_no_photograph_is_named_whatever_its_name_ends_in(data: bytes, said: str) -> None:
    with pytest.raises(UnfitPicture, match=said) as refusal:
        images.prepare(data, with_preview=False)

    assert "choose" in str(refusal.value).lower()


@pytest.mark.parametrize("header", [header_of_png, header_of_jpeg])
@pytest.mark.parametrize(
    ("size", "said"), [((9000, 6667), "60 megapixels"), ((60_000, 60_000), "3,600 megapixels")]
)
def test_sixty_megapixels_and_bombs_are_refused_before_they_are_drawn(
    header: object, size: tuple[int, int], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Were it drawn, the reading of pixels would begin here.
    monkeypatch.setattr(photographs.JpegImageFile, "load", pytest.fail)
    monkeypatch.setattr(photographs.PngImageFile, "load", pytest.fail)

    with pytest.raises(UnfitPicture, match=said):
        images.prepare(header(*size), with_preview=False)  # type: ignore[operator]


@pytest.mark.slow
def test_a_photograph_of_forty_eight_megapixels_is_taken_in() -> None:
    prepared = images.prepare(jpeg(picture(8000, 6000)), with_preview=True)

    assert (prepared.width, prepared.height) == (8000, 6000)


def test_more_than_twenty_megabytes_are_refused() -> None:
    with pytest.raises(UnfitPicture, match="larger than 20 MB"):
        images.prepare(jpeg() + bytes(20 * 1024 * 1024), with_preview=False)


@pytest.mark.parametrize("photograph", [jpeg(), png()], ids=["JPEG", "PNG"])
@pytest.mark.parametrize("part", [0.1, 0.4, 0.7])
def test_a_picture_that_was_cut_off_is_refused(photograph: bytes, part: float) -> None:
    drawn = photograph.partition(b"trailing film")[0]
    with pytest.raises(UnfitPicture, match="cut off or damaged"):
        images.prepare(drawn[: int(len(drawn) * part)], with_preview=False)


def test_a_library_that_allows_cut_pictures_does_not_let_them_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    whole = png()

    with pytest.raises(UnfitPicture, match="cut off or damaged"):
        images.prepare(whole[: int(len(whole) * 0.5)], with_preview=False)

    assert ImageFile.LOAD_TRUNCATED_IMAGES is True, "others keep their setting"


def test_a_moving_picture_is_refused() -> None:
    target = io.BytesIO()
    picture().save(target, "PNG", save_all=True, append_images=[picture().rotate(90)])

    with pytest.raises(UnfitPicture, match="moves"):
        images.prepare(target.getvalue(), with_preview=False)


def test_a_picture_of_countless_layers_is_refused() -> None:
    whole = jpeg()
    place = whole.index(b"\xff\xda")

    with pytest.raises(UnfitPicture, match="too many layers"):
        images.prepare(whole[:place] + whole[place : place + 12] * 300, with_preview=False)


def test_a_text_chunk_that_swells_is_refused() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9))
    whole = png()

    with pytest.raises(UnfitPicture, match="cut off or damaged"):
        images.prepare(whole[:33] + bomb + whole[33:], with_preview=False)


@given(st.data())
@settings(max_examples=150)
def test_damage_anywhere_gives_a_picture_or_a_refusal(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([jpeg(picture(40, 30)), png(picture(40, 30))])))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))

    try:
        prepared = images.prepare(bytes(whole), with_preview=True)
    except UnfitPicture:
        return
    assert opened(prepared.content).mode == "RGB"


def strokes(*points: tuple[float, float]) -> list[dict[str, object]]:
    told = [{"x": x, "y": y, "time": 1_800_000_000_000 + n, "pressure": 0.51} for n, (x, y) in
            enumerate(points)]  # fmt: skip
    return [{"penColor": "black", "dotSize": 0, "points": told}]


NAME = ((20.0, 40.0), (60.0, 90.0), (120.0, 30.0), (200.0, 80.0))


def canvas(points: tuple[tuple[float, float], ...] = NAME, ground: object = (0, 0, 0, 0)) -> str:
    image = Image.new("RGBA", (600, 200), ground)  # type: ignore[arg-type]
    ImageDraw.Draw(image).line(points, fill=(20, 30, 120, 255), width=4)
    return address(image)


def address(image: Image.Image) -> str:
    target = io.BytesIO()
    image.save(target, "PNG", exif=exif())
    return marks.DATA_URL + base64.b64encode(target.getvalue()).decode()


@pytest.mark.parametrize("ground", [(0, 0, 0, 0), "white"])
def test_a_drawn_name_is_kept_as_black_ink_on_nothing_cut_to_the_ink(ground: object) -> None:
    kept = opened(marks.drawn(canvas(ground=ground), strokes(*NAME)))

    assert kept.mode == "LA"
    assert kept.getchannel("L").getextrema() == (0, 0)
    assert kept.getchannel("A").getextrema()[0] == 0
    assert 175 <= kept.width <= 195
    assert 55 <= kept.height <= 75


def test_neither_times_nor_pressure_nor_metadata_of_a_drawn_name_are_kept() -> None:
    kept = marks.drawn(canvas(), strokes(*NAME))

    assert len(kept) < 5_000
    assert b"18000000" not in kept
    assert b"0.51" not in kept
    assert b"eXIf" not in kept
    assert opened(kept).info == {}


@pytest.mark.parametrize(
    ("data_url", "line", "said"),
    [
        (canvas(()), strokes(*NAME), "box is empty"),
        (canvas(), strokes(), "no more than a dot"),
        (canvas(), strokes((20, 40)), "no more than a dot"),
        (canvas(), strokes((20, 40), (20, 40), (20, 40), (20, 40)), "no more than a dot"),
        (canvas(), strokes((20, 40), (21, 40), (22, 41), (21, 42)), "no more than a dot"),
        (canvas(((20, 40), (22, 41))), strokes(*NAME), "box is empty"),
        (canvas(), None, "no more than a dot"),
        (canvas(), [{"points": [{"x": "20", "y": None}, 3, {}]}], "no more than a dot"),
        (canvas(), json.loads('[{"points": [{"x": NaN, "y": Infinity}]}]'), "no more than a dot"),
        (canvas(), strokes(*((float(n), 1.0) for n in range(20_001))), "too long"),
        ("data:image/svg+xml;base64,PHN2Zy8+", strokes(*NAME), "as a picture"),
        ("data:image/png;base64,PHN2Zy8+", strokes(*NAME), "arrive whole"),
        ("data:image/png;base64,!", strokes(*NAME), "arrive whole"),
        (canvas()[:200], strokes(*NAME), "arrive whole"),
        (marks.DATA_URL + "A" * 140_000, strokes(*NAME), "larger than 100 kB"),
        (address(Image.new("1", (3000, 2000))), strokes(*NAME), "too large"),
    ],
)
def test_what_shows_no_signature_is_refused(data_url: str, line: object, said: str) -> None:
    with pytest.raises(NoMark, match=said) as refusal:
        marks.drawn(data_url, line)

    assert "choose another way to sign" in str(refusal.value)


def pdf(pages: int = 1, **rest: object) -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('51.507338')")
        document.Root.OpenAction = script
        document.attachments["secret.txt"] = b"1 Example Road"
        document.save(target, **rest)
    return target.getvalue()


def test_the_pages_of_a_scanned_pdf_are_kept_as_pictures_only(renderer: Renderer) -> None:
    data = pdf(2)

    kept = images.scan(data, renderer)

    assert kept.original_sha256 == hashlib.sha256(data).hexdigest()
    assert [opened(one).size for one in kept.pages] == [(1654, 2341), (1654, 2341)]
    assert all(opened(one).format == "JPEG" for one in kept.pages)
    assert not any(b"JavaScript" in one or b"Example Road" in one for one in kept.pages)


def test_a_scan_may_be_a_photograph_of_the_paper(renderer: Renderer) -> None:
    kept = images.scan(jpeg(picture(3000, 4000)), renderer)

    assert [opened(one).size for one in kept.pages] == [(1654, 2205)]
    assert not any(secret in kept.pages[0] for secret in SECRETS)


def test_a_scan_of_eleven_pages_is_refused(renderer: Renderer) -> None:
    with pytest.raises(UnfitPicture, match="11 pages; 10 is the most"):
        images.scan(pdf(11), renderer)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 and nothing else",
        pdf()[:300],
        pdf(encryption=pikepdf.Encryption(owner="a", user="b")),
    ],
    ids=["no PDF", "cut off", "locked"],
)
def test_a_scan_that_cannot_be_opened_is_refused_in_words(data: bytes, renderer: Renderer) -> None:
    with pytest.raises(UnreadablePdf, match="damaged or locked"):
        images.scan(data, renderer)


def test_a_scan_that_is_a_web_page_is_refused(renderer: Renderer, tmp_path: Path) -> None:
    with pytest.raises(UnfitPicture, match="PDF, JPEG or PNG"):
        images.scan(b"<html>", renderer)
