"""The fonts that letters are set in: those shipped, and no font of the machine."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from xml.sax.saxutils import escape

from lettergen.rendering.refusals import MissingAsset

# Others that are put beside them are used too.
NEEDED = (
    "Arimo-Regular.ttf",
    "Arimo-Bold.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansArabic-Bold.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansDevanagari-Bold.ttf",
    "NotoSansSC-Regular.ttf",
    "NotoSansSC-Bold.ttf",
    "NotoEmoji-Regular.ttf",
    "NotoEmoji-Bold.ttf",
)

# Letters name Arimo only: a longer list of families costs 4% of a letter's time, since WeasyPrint
# hands it to Pango for every line. What Arimo lacks is looked for in these, in this order.
FALLBACKS = ("Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans SC", "Noto Emoji")

# Pango asks for the family "emoji" where a character is to be shown as a picture.
SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
 <dir>{folder}</dir>
 <cachedir prefix="xdg">fontconfig</cachedir>
 <selectfont>
  <rejectfont><glob>*</glob></rejectfont>
  <acceptfont>{fonts}</acceptfont>
 </selectfont>
 <alias binding="same"><family>emoji</family><prefer><family>Noto Emoji</family></prefer></alias>
 <alias binding="same"><family>Arimo</family><accept>{fallbacks}</accept></alias>
</fontconfig>
"""


def use_only(folder: Path) -> None:
    """Make the fonts of one folder the only ones that this process knows.

    To be called before WeasyPrint is imported, which reads the settings of Fontconfig then.
    Raises MissingAsset where a font is not there.
    """
    lost = [name for name in NEEDED if not (folder / name).is_file()]
    if lost:
        raise MissingAsset(
            f"The font {lost[0]} is not in {folder}. Run bin/setup again.", tuple(lost)
        )
    with NamedTemporaryFile("w", prefix="lettergen-fonts-", delete=False) as file:
        file.write(_settings(folder))
    os.environ["FONTCONFIG_FILE"] = file.name


def _settings(folder: Path) -> str:
    fonts = "".join(f"<glob>{escape(str(path))}</glob>" for path in _shipped(folder))
    fallbacks = "".join(f"<family>{name}</family>" for name in FALLBACKS)
    return SETTINGS.format(folder=escape(str(folder)), fonts=fonts, fallbacks=fallbacks)


def forget_settings() -> None:
    """Remove the settings file, once every part that needs it has read it."""
    Path(os.environ["FONTCONFIG_FILE"]).unlink()


def versions(folder: Path) -> str:
    """Return the fonts and their versions, "Arimo-Bold 1.33, …", as a document keeps them."""
    return ", ".join(f"{path.stem} {_version(path)}" for path in _shipped(folder))


def _shipped(folder: Path) -> list[Path]:
    # Beside them lie WOFF2 files for the web, with which Fontconfig would be as content.
    return sorted(folder.glob("*.ttf"))


def _version(path: Path) -> str:
    # Not at the top: it loads a second's worth of modules, and `use_only` must come before.
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(path, lazy=True) as font:
        return f"{font['head'].fontRevision:.3f}".rstrip("0")
