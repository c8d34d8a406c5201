"""Styles, scripts and fonts come whole out of their packages, and fetch nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from lettergen import static_files
from lettergen.static_files import FONTS, STATIC, WEB_FONTS, without_remote_fonts

STYLE = STATIC / "nhsuk/nhsuk-frontend.min.css"
REMOTE_FACE = (
    "@font-face{font-family:Frutiger W01;src:url(https://assets.nhs.uk/a.woff2)}"
    "body{font-family:Frutiger W01,arial,sans-serif;background:url(/assets/images/a.svg)}"
)


def covered_by(name: str) -> set[int]:
    with TTFont(STATIC / "fonts" / name, lazy=True) as font:
        return set(font.getBestCmap())


def test_nothing_that_the_program_needs_is_missing() -> None:
    assert static_files.missing() == ()


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts/Arimo-Bold.ttf").touch()

    missing = static_files.missing(tmp_path)

    assert "fonts/Arimo-Regular.ttf" in missing
    assert "nhsuk/nhsuk-frontend.min.css" in missing
    assert "fonts/Arimo-Bold.ttf" not in missing


def test_the_style_sheet_fetches_only_files_that_are_there() -> None:
    addresses = re.findall(r"url\(([^)]+)\)", STYLE.read_text("utf-8"))
    files = [address for address in addresses if not address.startswith(("data:", '"data:'))]

    assert files
    assert all((STYLE.parent / address).is_file() for address in files)


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.min.*")), ids=lambda path: path.name)
def test_no_script_or_style_names_another_server_to_fetch_from(path: Path) -> None:
    text = path.read_text("utf-8")

    assert not re.search(r"url\(\s*.?(https?:)?//|@import|import\s*\(?.https?:", text)
    assert "sourceMappingURL" not in text


def test_remote_fonts_are_replaced_by_arimo() -> None:
    css = without_remote_fonts(REMOTE_FACE)

    assert "assets.nhs.uk" not in css
    assert css.startswith("body{font-family:Frutiger W01,Arial,Arimo,sans-serif;")
    assert "url(assets/images/a.svg)" in css
    assert "url(../fonts/Arimo-Regular.woff2)" in css


@pytest.mark.parametrize(
    "rule", ["a{background:url(//elsewhere.example.com/a.png)}", "@import 'a';"]
)
def test_a_style_sheet_that_would_still_fetch_something_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="still fetches"):
        without_remote_fonts(REMOTE_FACE + rule)


@pytest.mark.parametrize("name", sorted(FONTS))
def test_every_font_is_static_whole_and_free_to_embed(name: str) -> None:
    with TTFont(STATIC / "fonts" / name, lazy=True) as font:
        assert "fvar" not in font
        assert font["OS/2"].fsType == 0
        assert font["OS/2"].usWeightClass == (700 if "Bold" in name else 400)


@pytest.mark.parametrize(
    ("family", "letters"),
    [
        ("Arimo", "ŁośŴynŽižekNguyễnÞórunnΕλένηДарьяדוד"),
        ("NotoSansArabic", "محمد"),
        ("NotoSansDevanagari", "अनीता"),
        ("NotoSansSC", "王小明"),
        ("NotoEmoji", "😀☑"),
    ],
)
@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_names_of_every_script_have_their_glyphs(family: str, letters: str, weight: str) -> None:
    covered = covered_by(f"{family}-{weight}.ttf")

    assert {letter for letter in letters if ord(letter) not in covered} == set()


@pytest.mark.parametrize("name", sorted(WEB_FONTS))
def test_fonts_for_the_web_are_compressed_and_whole(name: str) -> None:
    compressed = (STATIC / "fonts" / name).read_bytes()

    assert compressed.startswith(b"wOF2")
    assert covered_by(name) == covered_by(name.replace(".woff2", ".ttf"))


def test_every_package_brings_its_licence_along() -> None:
    licences = {path.name for path in (STATIC / "licences").iterdir()}
    packages = {source.split("/")[1] for source in FONTS.values()}

    assert {f"{package}-licence_font.txt" for package in packages} <= licences
    assert {"nhsuk-frontend-licence.txt", "signature_pad-licence.txt"} <= licences
