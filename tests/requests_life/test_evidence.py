"""Files from outside: only what they show is kept, and what is built to do harm is refused."""

import io
import zlib

import pikepdf
import pytest
from PIL import Image

from lettergen.refusals import Refused
from lettergen.rendering import outside
from lettergen.requests.life import events, evidence, intake
from lettergen.requests.life.refusals import NoSuchRequest


def picture(size=(60, 40), form="JPEG", **more):
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, form, **more)
    return target.getvalue()


def pdf(pages=1, *, content=b"", **saved):
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    if content:
        made.pages[0].Contents = pikepdf.Stream(made, content)
    target = io.BytesIO()
    made.save(target, **saved)
    return target.getvalue()


def with_script():
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS="app.launchURL('http://127.0.0.1:9/');"
    )
    made.Root.Names = pikepdf.Dictionary()
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def filled_form():
    """A form whose one field holds a long black bar."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(200, 200))
    bar = made.make_stream(
        b"0 g 0 0 100 100 re f",
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Form,
        BBox=[0, 0, 100, 100],
    )
    field = made.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Tx,
            T="signed",
            F=4,
            Rect=[50, 50, 150, 150],
            AP=pikepdf.Dictionary(N=bar),
        )
    )
    made.pages[0].Annots = pikepdf.Array([field])
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def bomb():
    made = pikepdf.new()
    made.add_blank_page()
    packed = zlib.compress(zlib.compress(bytes(400_000_000), 9), 9)
    stream = pikepdf.Stream(made, packed)
    stream.Filter = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    made.pages[0].Contents = stream
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "pages"),
    [
        (picture(), "image/jpeg", 1),
        (picture(form="PNG"), "image/png", 1),
        (pdf(3), "application/pdf", 3),
        (with_script(), "application/pdf", 1),
    ],
)
def test_a_file_becomes_pictures_of_its_pages_and_nothing_else(data, kind, pages):
    drawn = outside.draw(data)

    assert (drawn.media_type, len(drawn.pages)) == (kind, pages)
    for page in drawn.pages:
        with Image.open(io.BytesIO(page)) as image:
            assert image.format == "JPEG"
            assert not image.getexif()
        assert b"JavaScript" not in page


def test_what_was_filled_into_a_form_shows():
    (page,) = outside.draw(filled_form()).pages

    with Image.open(io.BytesIO(page)) as image:
        middle = image.convert("L").getpixel((image.width // 2, image.height // 2))
        corner = image.convert("L").getpixel((5, 5))
    assert (middle < 60, corner > 200) == (True, True)


def test_where_a_photograph_was_taken_is_gone():
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}
    exif[0x010E] = "At home"

    (page,) = outside.draw(picture(exif=exif)).pages

    assert b"At home" not in page


@pytest.mark.parametrize(
    ("data", "limits", "said"),
    [
        (b"", {}, "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {}, "web page or drawing"),
        (b"MZ\x90\x00 a program", {}, "not a picture"),
        (b"PK\x03\x04 word", {}, "Word"),
        (b"%PDF-1.7\nbroken", {}, "damaged or locked"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), {}, "locked with a password"),
        (pdf(61), {}, "61 pages; 60 is the most"),
        (picture() + bytes(20 * 1024 * 1024), {}, "larger than 20 MB"),
        (picture()[:300], {}, "cut off or damaged"),
        # Made by its test: that takes seconds, and the memory of hundreds of pages.
        (bomb, {"megabytes": 500}, "built to do harm"),
    ],
    ids=["empty", "svg", "program", "word", "broken", "locked", "long", "large", "cut", "bomb"],
)
def test_what_cannot_be_shown_safely_is_refused_in_plain_words(data, limits, said):
    with pytest.raises(Refused, match=said):
        outside.draw(data() if callable(data) else data, **limits)


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_refused():
    endless = pdf(content=b"q 0 0 m " + b"3 500 l 0 9 l " * 400_000 + b"S Q")

    with pytest.raises(Refused, match="too long"):
        outside.draw(endless, seconds=0)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\letter.pdf", "letter.pdf"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("", "Paper"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_name_is_a_label_and_no_path(name, shown):
    assert evidence.shown_name(name) == shown


def test_a_paper_is_sealed_shown_and_added_once(session, people, receive, now):
    request = receive()
    add = (session, people.receptionist, request.id, "consent", "scan.pdf", pdf(2))

    paper = evidence.add(*add, at=now)
    again = evidence.add(*add, at=now)
    session.flush()
    session.expire(paper)

    assert again is paper
    assert (paper.pages, paper.media_type, paper.size) == (2, "application/pdf", len(add[-1]))
    assert len(evidence.pictures(paper)) == 2
    assert evidence.picture(paper, 2) == evidence.pictures(paper)[1]
    assert evidence.picture(paper, 3) is None
    assert b"\xff\xd8" not in bytes(paper.content_sealed)[:4]
    assert [one.what for one in events.of(session, people.manager, request.id)] == [
        "received",
        "clock-started",
        "paper-added",
    ]
    with pytest.raises(NoSuchRequest):
        evidence.add(session, people.stranger, request.id, "consent", "x", pdf(), at=now)
    with pytest.raises(Refused, match="what the paper is"):
        evidence.add(session, people.receptionist, request.id, "virus", "x", pdf(), at=now)


def test_papers_are_shared_with_the_requests_that_were_split_off(session, people, receive, now):
    whole = receive()
    paper = evidence.add(session, people.receptionist, whole.id, "request", "x", picture(), at=now)
    parts = [{"type_key": "solicitor_records"}, {"type_key": "solicitor_report"}]

    one, _ = intake.split(session, people.receptionist, whole.id, parts, at=now)

    assert evidence.of(session, people.receptionist, one.id) == [paper]
