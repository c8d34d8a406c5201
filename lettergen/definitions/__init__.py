"""Document types as data: `forms/*.toml` read into frozen values, or every fault at once."""

from lettergen.definitions.directories import Directories, Directory, open_directories
from lettergen.definitions.faults import BrokenDefinition, Fault
from lettergen.definitions.grammar import (
    REASON_LENGTH,
    Advice,
    Computed,
    DocumentType,
    Field,
    Option,
    Rule,
    Section,
)
from lettergen.definitions.library import Folders, Library, NoSuchForm, faults_of, open_library

__all__ = [
    "REASON_LENGTH",
    "Advice",
    "BrokenDefinition",
    "Computed",
    "Directories",
    "Directory",
    "DocumentType",
    "Fault",
    "Field",
    "Folders",
    "Library",
    "NoSuchForm",
    "Option",
    "Rule",
    "Section",
    "faults_of",
    "open_directories",
    "open_library",
]
