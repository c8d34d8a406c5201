"""Every name is printed, kept to both standards, and read back as it was typed."""

import io
import re
import shutil
import subprocess
import unicodedata
import zlib
from pathlib import Path
from typing import Any

import pydyf
import pytest

from lettergen.rendering import Renderer
from lettergen.rendering.readback import holds, squeeze
from lettergen.rendering.writing import STREAM_END, settle, write_streams_our_way

NAMES = [
    "Łoś",
    "Ŵyn",
    "Žižek",
    "Nguyễn",
    unicodedata.normalize("NFD", "Nguyễn Thị Ngữ"),
    "Þórunn",
    "Ẹ̀kọ́ Ọ̀ṣun",
    "x\u0323\u0302",
    "ž\u0328",
    "Ελένη",
    "Дарья",
    "محمد",
    "الطاقة",
    "بنت تيم",
    "لأحمد عبد الله",
    "مُحَمَّد",
    "علی پاکستان ٹھٹھہ",
    "דוד",
    "שָׁלוֹם עוֹלָם",
    "王小明",
    "अनीता",
    "प्रिया शर्मा",
    "क्षत्रिय ज्ञानेश्वर",
    "हिन्दी दिल्ली",
    "Amira محمد Jones-عبد 12",
    "😀",
    "👍🏽",
    "👩🏽\u200d⚕️",
    "👨\u200d👩\u200d👧\u200d👦",
    "🇬🇧",
    "❤️",
    "1️⃣",
    "Mary\u00adAnn",
    "office fjord affluent",
    "½ ≤ ≥ °C µg",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_and_read_back(renderer: Renderer, sheet_of: Any, name: str) -> None:
    made = renderer.render(sheet_of("names", (name,), names=[name]))

    assert made.pages == 1


def test_all_names_stand_in_one_letter(renderer: Renderer, sheet_of: Any) -> None:
    made = renderer.render(sheet_of("names", tuple(NAMES), names=NAMES))

    assert made.pages == 2


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
@pytest.mark.parametrize(
    "name",
    ["محمد", "الطاقة", "دوד", "प्रिया शर्मा", "👩🏽\u200d⚕", "👍🏽", "x\u0323\u0302", "Nguyễn"],
)
def test_another_reader_finds_the_name_in_order(
    renderer: Renderer, sheet_of: Any, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(renderer.render(sheet_of("names", names=[name])).pdf)

    read = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True)

    marks_of_order = re.compile("[\u202a-\u202e\u200e\u200f]")
    found = unicodedata.normalize("NFC", marks_of_order.sub("", read.stdout))
    assert unicodedata.normalize("NFC", name) in found


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("Row an\r\nTest\x02\nerby", "Rowan Test-erby"),
        ("دمحم", "محمد"),
        ("before אבג after", "אבג"),
        ("Nguyê\u0303n", "Nguyễn"),
        ("a ﬁne ofﬁce", "fine office"),
    ],
)
def test_a_text_is_found_however_it_was_read(read: str, text: str) -> None:
    assert holds(squeeze(read), text)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("Rowan Testerby", "Rowena Testerby"),
        ("محمود", "محمد"),
        ("999 000 1006", "999 000 1014"),
        ("nawoR", "Rowan"),
        ("", "😀x"),
    ],
)
def test_another_text_is_not_taken_for_it(read: str, text: str) -> None:
    assert not holds(squeeze(read), text)


def test_a_stream_that_ends_in_a_carriage_return_keeps_its_length() -> None:
    write_streams_our_way()
    plain, returning = pydyf.Stream([b"q Q"]), pydyf.Stream([b"q Q\r"])

    assert plain.data.endswith(b"q Q" + STREAM_END)
    assert returning.data.endswith(b"q Q\r\r" + STREAM_END)
    assert b"/Length 4" in returning.data


def test_a_packed_stream_holds_what_was_written() -> None:
    write_streams_our_way()
    stream = pydyf.Stream([b"q", "Q"], {"Type": "/XObject"}, compress=True)

    _, _, rest = stream.data.partition(b"\nstream\n")

    assert b"/FlateDecode" in stream.data
    assert zlib.decompress(rest.removesuffix(STREAM_END)) == b"q\nQ"


@pytest.mark.parametrize("is_packed", [True, False])
def test_settled_objects_make_the_same_file(*, is_packed: bool) -> None:
    def written(*, is_settled: bool) -> bytes:
        pdf = pydyf.PDF()
        pdf.add_object(pydyf.Stream([b"q Q"], compress=is_packed))
        pdf.add_object(pydyf.Dictionary({"Kept": pydyf.Array([1, 2.5])}))
        pdf.info["Title"] = pydyf.String("Łoś")
        if is_settled:
            settle(pdf)
        target = io.BytesIO()
        pdf.write(target, b"1.7", identifier=True, compress=is_packed)
        return target.getvalue()

    assert written(is_settled=True) == written(is_settled=False)
