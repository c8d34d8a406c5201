"""The only things that a letter may fetch: files that were named to it beforehand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from lettergen.rendering.refusals import MissingAsset

SCHEME = "asset:"
IMAGE = "image/"
LONGEST_SHOWN = 80
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}


class LostAsset(FatalURLFetchingError):  # type: ignore[misc]
    """A fetch that ends the render; WeasyPrint only logs other faults and leaves a hole."""


class Assets(URLFetcher):  # type: ignore[misc]
    """Answers `asset:NAME` with a file of a template folder, `asset:image/NAME` with an image.

    A name is compared with the names that exist, and never walked along as a path.
    """

    def __init__(self, folders: Sequence[Path], images: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._folders = folders
        self._images = images

    def fetch(self, url: str, _headers: object = None) -> URLFetcherResponse:
        """Return the file behind an asset address; raises LostAsset for anything else."""
        content = self._content(url)
        kind = TYPES.get(Path(url).suffix, "application/octet-stream")
        return URLFetcherResponse(url, content, {"Content-Type": kind})

    def _content(self, url: str) -> bytes:
        name = url.removeprefix(SCHEME)
        if name != url and name.startswith(IMAGE) and name.removeprefix(IMAGE) in self._images:
            return self._images[name.removeprefix(IMAGE)]
        if name != url and (path := find(self._folders, name)):
            return path.read_bytes()
        raise LostAsset(url)


def find(folders: Sequence[Path], name: str) -> Path | None:
    """Return the file of this very name in the first folder that has it."""
    if Path(name).suffix not in TYPES:
        return None
    for folder in folders:
        for path in folder.iterdir():
            if path.name == name and path.is_file():
                return path
    return None


def refusal(wanted: str) -> MissingAsset:
    """Return the refusal that names what could not be had."""
    shown = wanted if len(wanted) <= LONGEST_SHOWN else f"{wanted[:LONGEST_SHOWN]}…"
    return MissingAsset(
        f"The letter asks for {shown}, which it may not have or which is not there. "
        "Have its template or the practice's logo looked at.",
        (shown,),
    )
