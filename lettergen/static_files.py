"""Copies styles, scripts and fonts out of the pinned npm packages into lettergen/static.

Run as `python -m lettergen.static_files` from a checkout; bin/setup does so. The package-lock
holds a hash of each npm package, no script of theirs is run, and nothing of theirs is committed.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fontTools.ttLib import TTFont

STATIC = Path(__file__).parent / "static"
FONTS = {
    f"{family}-{weight}.ttf": f"@expo-google-fonts/{package}/{number}/{family}_{number}.ttf"
    for package, family in (
        ("arimo", "Arimo"),
        ("noto-sans-arabic", "NotoSansArabic"),
        ("noto-sans-devanagari", "NotoSansDevanagari"),
        ("noto-sans-sc", "NotoSansSC"),
        ("noto-emoji", "NotoEmoji"),
    )
    for weight, number in (("Regular", "400Regular"), ("Bold", "700Bold"))
}
WEB_FONTS = {"Arimo-Regular.woff2": 400, "Arimo-Bold.woff2": 600}
NPM = (
    *("npm", "ci", "--ignore-scripts", "--loglevel=error"),
    *("--no-audit", "--no-fund", "--no-update-notifier"),
)
NHS_FILES = ("nhsuk-frontend.min.css", "nhsuk-frontend.min.js")
SIGNATURE_PAD = "signature_pad.min.js"

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+")
_REMOTE = re.compile(r"""url\(\s*["']?(?:https?:)?//|@import""")


def missing(static: Path = STATIC) -> tuple[str, ...]:
    """The files that the program needs and `static` lacks, as paths below it."""
    needed = [f"fonts/{name}" for name in (*FONTS, *WEB_FONTS)]
    needed += [f"nhsuk/{name}" for name in NHS_FILES]
    needed.append(f"signature_pad/{SIGNATURE_PAD}")
    return tuple(name for name in needed if not (static / name).is_file())


def build(checkout: Path, static: Path = STATIC) -> None:
    """Install the packages of `checkout`/package-lock.json aside, and make `static` from them.

    An earlier `static` is replaced as a whole, and kept when anything fails.

    Raises:
        subprocess.CalledProcessError: npm could not install what the lock names.
        OSError: npm is missing, or the folder cannot be written.
        ValueError: a style sheet is not as expected.
    """
    with tempfile.TemporaryDirectory(dir=static.parent, prefix=".static-") as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(checkout / name, work)
        subprocess.run(NPM, cwd=work, check=True, stdin=subprocess.DEVNULL)  # noqa: S603
        copy(work / "node_modules", work / "static")
        shutil.rmtree(static, ignore_errors=True)
        (work / "static").replace(static)


def copy(packages: Path, static: Path) -> None:
    """Fill the new folder `static` from the npm packages under `packages`."""
    _copy_fonts(packages, static / "fonts")
    _copy_nhs_pages(packages / "nhsuk-frontend/dist/nhsuk", static / "nhsuk")
    _copy_signature_pad(packages / "signature_pad/dist", static / "signature_pad")
    _copy_licences(packages, static / "licences")


def without_remote_fonts(css: str) -> str:
    """The NHS style sheet, fetching nothing from elsewhere and naming files beside itself.

    Frutiger is licensed to registered NHS organisations only, and would be fetched from another
    server; Arimo has the widths of Arial, which the NHS design system names as the next choice.

    Raises:
        ValueError: something that would be fetched from elsewhere is left.
    """
    css = _FONT_FACE.sub("", css)
    css = _SOURCE_MAP.sub("", css).replace("url(/assets/", "url(assets/")
    css = css.replace("Frutiger W01,arial,", "Frutiger W01,Arial,Arimo,")
    if found := _REMOTE.search(css):
        raise ValueError(f"The NHS style sheet still fetches {css[found.start() :][:80]}")
    return css + "".join(_web_font(name, weight) for name, weight in WEB_FONTS.items())


def _web_font(name: str, weight: int) -> str:
    source = f'url(../fonts/{name}) format("woff2")'
    return (
        f"@font-face{{font-family:Arimo;font-weight:{weight};font-display:fallback;src:{source}}}\n"
    )


def _copy_fonts(packages: Path, fonts: Path) -> None:
    fonts.mkdir(parents=True)
    for name, source in FONTS.items():
        shutil.copyfile(packages / source, fonts / name)
    for name in WEB_FONTS:
        with TTFont(fonts / name.replace(".woff2", ".ttf")) as font:
            font.flavor = "woff2"
            font.save(fonts / name)


def _copy_nhs_pages(source: Path, target: Path) -> None:
    images = target / "assets/images"
    images.mkdir(parents=True)
    for image in sorted((source / "assets/images").glob("nhsuk-icon-[a-z]*.svg")):
        # The mask is the NHS logo, whose use the NHS identity policy restricts; so are the
        # favicons and numbered icons, which the pattern leaves out.
        if image.stem != "nhsuk-icon-mask":
            shutil.copyfile(image, images / image.name)
    css, script = ((source / name).read_text("utf-8") for name in NHS_FILES)
    (target / NHS_FILES[0]).write_text(without_remote_fonts(css), "utf-8")
    (target / NHS_FILES[1]).write_text(_SOURCE_MAP.sub("", script), "utf-8")


def _copy_signature_pad(source: Path, target: Path) -> None:
    target.mkdir()
    script = (source / SIGNATURE_PAD).read_text("utf-8")
    (target / SIGNATURE_PAD).write_text(_SOURCE_MAP.sub("", script), "utf-8")


def _copy_licences(packages: Path, target: Path) -> None:
    target.mkdir()
    for package in sorted({source.split("/")[1] for source in FONTS.values()}):
        for name in ("LICENSE", "LICENSE_FONT"):
            licence = packages / "@expo-google-fonts" / package / name
            shutil.copyfile(licence, _named(target, package, name))
    licence = packages / "signature_pad/LICENSE"
    shutil.copyfile(licence, _named(target, "signature_pad", licence.name))
    # nhsuk-frontend says in its README that it is under the MIT licence, and ships no text of it.
    terms = (packages / "@expo-google-fonts/arimo/LICENSE").read_text("utf-8").split("\n\n", 2)[2]
    notice = f"MIT License\n\nCopyright (c) NHS England (nhsuk-frontend)\n\n{terms}"
    _named(target, "nhsuk-frontend", "LICENSE").write_text(notice, "utf-8")


def _named(target: Path, package: str, licence: str) -> Path:
    return target / f"{package}-{licence.lower().replace('license', 'licence')}.txt"


if __name__ == "__main__":
    sys.stdout.write("Fetching styles, scripts and fonts by npm …\n")
    build(Path(__file__).parent.parent)
