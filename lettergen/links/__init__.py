"""Links for somebody outside the practice: each for one purpose, with a state and an end."""

from lettergen.links.answering import answer, find, holder, require_open, use
from lettergen.links.changing import mark
from lettergen.links.ending import end_for, revoke, see_lock
from lettergen.links.facts import FACTS, facts, note
from lettergen.links.finding import get, links_of, locked
from lettergen.links.making import Made, create, renew
from lettergen.links.purposes import (
    AGREE,
    FOLLOW,
    LETTER,
    PURPOSES,
    SEE_FIRST,
    Purpose,
    WrongDays,
    days_for,
)
from lettergen.links.refusals import LinkEnded, LockedNow, NoSuchLink, NotRenewed, WrongBirthDate
from lettergen.links.states import ATTEMPTS, State, state_of

__all__ = [
    "AGREE",
    "ATTEMPTS",
    "FACTS",
    "FOLLOW",
    "LETTER",
    "PURPOSES",
    "SEE_FIRST",
    "LinkEnded",
    "LockedNow",
    "Made",
    "NoSuchLink",
    "NotRenewed",
    "Purpose",
    "State",
    "WrongBirthDate",
    "WrongDays",
    "answer",
    "create",
    "days_for",
    "end_for",
    "facts",
    "find",
    "get",
    "holder",
    "links_of",
    "locked",
    "mark",
    "note",
    "renew",
    "require_open",
    "revoke",
    "see_lock",
    "state_of",
    "use",
]
