"""Each fault that a template or its values can have is refused, in words, before a PDF is made."""

import struct
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from lettergen.rendering import (
    BrokenTemplate,
    MissingAsset,
    MissingGlyph,
    NotConforming,
    NotReadBack,
    Renderer,
    Sheet,
)

BROKEN = [
    ("calls-itself", {}),
    ("reads-a-file", {}),
    ("reads-beside", {}),
    ("reaches-python", {}),
    ("changes-a-value", {"names": ["Rowan"]}),
    ("value-missing", {}),
    ("value-unanswered", {"allergies": None}),
    ("value-unanswered", {"allergies": False}),
    ("value-of-wrong-kind", {"day": 3}),
    ("tag-unclosed", {"name": "Rowan"}),
    ("form-unknown-filter", {"name": "Rowan"}),
    ("style-unknown", {}),
    ("size-beyond-paper", {}),
    ("says-what-is-random", {"names": ["Rowan", "Robin"]}),
    ("lets-markup-through", {"name": "<b>Rowan</b>"}),
    ("picture-broken", {"images": {"broken.png": b"no picture"}}),
]
LOST = [
    "picture-lost",
    "picture-from-the-network",
    "picture-as-data",
    "picture-walks-out",
    "file-attached",
    "file-imported",
    "font-lost",
]


def png(width: int = 8, height: int = 8) -> bytes:
    rows = zlib.compress((b"\0" + b"\x17\x45\x6e" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


@pytest.mark.parametrize(("template", "values"), BROKEN)
def test_a_broken_template_is_refused(
    renderer: Renderer, sheet_of: Any, template: str, values: dict[str, Any]
) -> None:
    with pytest.raises(BrokenTemplate):
        renderer.render(sheet_of(template, **values))


def test_a_broken_template_is_told_with_its_line(renderer: Renderer, sheet_of: Any) -> None:
    with pytest.raises(BrokenTemplate, match=r"value-missing\.html, line 3: 'nobody' is undefined"):
        renderer.render(sheet_of("value-missing"))


def test_a_template_that_is_not_there_is_refused(renderer: Renderer, sheet_of: Any) -> None:
    with pytest.raises(BrokenTemplate, match=r"no letter template nowhere\.html"):
        renderer.render(sheet_of("nowhere"))


@pytest.mark.parametrize("template", LOST)
def test_what_was_not_given_to_a_letter_is_a_lost_asset(
    renderer: Renderer, sheet_of: Any, template: str
) -> None:
    with pytest.raises(MissingAsset):
        renderer.render(sheet_of(template))


def test_a_picture_that_was_given_is_printed(renderer: Renderer, sheet_of: Any) -> None:
    made = renderer.render(sheet_of("picture", images={"logo.png": png()}))

    assert b"/Image" in made.pdf


def test_a_picture_without_words_for_it_is_refused(renderer: Renderer, sheet_of: Any) -> None:
    with pytest.raises(BrokenTemplate, match="no required alt description"):
        renderer.render(sheet_of("picture-without-words", images={"logo.png": png()}))


@pytest.mark.parametrize("template", ["headings-skipped", "header-spans"])
def test_a_letter_that_not_everyone_can_read_is_refused(
    renderer: Renderer, sheet_of: Any, template: str
) -> None:
    with pytest.raises(NotConforming) as refused:
        renderer.render(sheet_of(template))

    assert all(reason.startswith("ua1 PDFUA1-") for reason in refused.value.reasons)


@pytest.mark.parametrize(
    ("word", "character"),
    [("ᚠᚢᚦ", "ᚠ"), ("x\u2610y", "\u2610"), ("\U00020bb7野", "\U00020bb7"), ("a\x07b", "\x07")],
)
def test_a_character_that_no_font_has_is_refused_with_its_word(
    renderer: Renderer, sheet_of: Any, word: str, character: str
) -> None:
    with pytest.raises(MissingGlyph) as refused:
        renderer.render(sheet_of("names", names=["Rowan", f"Testerby {word}"]))

    assert (refused.value.word, refused.value.character) == (word, character)
    assert f"U+{ord(character):04X}" in str(refused.value)


def test_half_a_character_is_refused(renderer: Renderer, sheet_of: Any) -> None:
    with pytest.raises(MissingGlyph, match="half a character"):
        renderer.render(sheet_of("names", names=["Rowan\ud83d"]))


def test_a_name_that_the_letter_hides_is_not_read_back(renderer: Renderer, sheet_of: Any) -> None:
    with pytest.raises(NotReadBack) as refused:
        renderer.render(sheet_of("text-hidden", ("Hidden", "Testerby"), name="Testerby"))

    assert refused.value.reasons == ("Testerby",)


@pytest.mark.parametrize(
    "name", ["Featherstonehaugh-Cholmondeley", "Mary-Ann Smith-Jones", "Anna Maria de la Cruz"]
)
def test_a_name_is_read_back_however_its_lines_break(
    renderer: Renderer, sheet_of: Any, name: str
) -> None:
    made = renderer.render(sheet_of("text-broken-over-lines", (name,), name=name))

    assert made.pages == 1


@pytest.mark.parametrize(
    "value", [date(2026, 11, 20), (1, 2), {1: "x"}, {"a": object()}, [b"x"], print]
)
def test_only_plain_values_go_into_a_letter(renderer: Renderer, sheet_of: Any, value: Any) -> None:
    with pytest.raises(TypeError, match=r"Sheet\.values\.name"):
        renderer.render(sheet_of("text-hidden", name=value))


def test_a_time_without_a_zone_is_a_fault_of_the_caller(renderer: Renderer, sound: Sheet) -> None:
    naive = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        renderer.render(Sheet(sound.template, sound.values, "Title", naive))


def test_a_missing_font_is_told_by_its_name(templates: Path, sound: Sheet, tmp_path: Path) -> None:
    with Renderer([templates], fonts=tmp_path) as renderer, pytest.raises(MissingAsset) as refused:
        renderer.render(sound)

    assert "Arimo-Regular.ttf" in refused.value.reasons
    assert "bin/setup" in str(refused.value)
