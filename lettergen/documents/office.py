"""The standing parts that letters are made with."""

from dataclasses import dataclass, field

from lettergen.definitions import Library
from lettergen.rendering import Renderer
from lettergen.sealing import Sealer


@dataclass(frozen=True)
class Office:
    """The document types, what renders and what seals them; kept while the program runs.

    `public_address` is what letters print, such as https://letters.example.com.
    """

    library: Library
    renderer: Renderer
    public_address: str
    sealer: Sealer = field(default_factory=Sealer)
