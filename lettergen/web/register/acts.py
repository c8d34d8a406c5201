"""What can be done to a consent that is filed: each thing says first what will happen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.consents.register.deciders import ROLE_OF_ROUTE
from lettergen.consents.register.grants import NotPossible, State
from lettergen.consents.register.photos import TakenBefore
from lettergen.consents.register.withdrawing import MayNotWithdraw
from lettergen.refusals import Refused
from lettergen.web.base.choices import choices_of
from lettergen.web.base.context import actor
from lettergen.web.base.entry import Role
from lettergen.web.register import asking as ask
from lettergen.web.register import doing
from lettergen.web.register import noting as note
from lettergen.web.register.doing import Done, WrongPassword
from lettergen.web.register.forms import purposes_of
from lettergen.web.register.page import Opened, images_of

ALL: tuple[Role, ...] = ("clinician", "reception", "manager")
SENIOR: tuple[Role, ...] = ("clinician", "manager")


@dataclass(frozen=True)
class Act:
    """One thing that can be done: its words, its form, whether it is possible, and its doing.

    `text` says what will happen. `states`, `purposes` and `routes` limit what it is about; none
    is no limit. `faults` name the field at which a refusal of some kind is shown.
    """

    slug: str
    name: str
    text: tuple[str, ...]
    form: type[FlaskForm]
    button: str
    do: Callable[[Session, Opened, Any], Done]
    states: tuple[State, ...] = ()
    purposes: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ALL
    is_grave: bool = False
    faults: Mapping[type[Refused], str] | None = None

    def grants(self, seen: Opened) -> list[str]:
        """Return the grants that it is possible for."""
        return [
            one.grant.id
            for one in seen.standing(*self.states)
            if not self.purposes or one.grant.purpose in self.purposes
        ]

    def is_possible(self, seen: Opened) -> bool:
        """Say whether there is anything to do it to, and the actor may."""
        is_theirs = not self.routes or seen.record.route in self.routes
        return is_theirs and bool(self.grants(seen) and actor().roles & set(self.roles))


def form_of(session: Session, act: Act, seen: Opened) -> FlaskForm:
    """Return the form of an act with everything that may be chosen in it."""
    form = act.form()
    if isinstance(form, ask.GrantsForm | ask.GrantForm):
        form.offer(seen, act.grants(seen))
    if isinstance(form, ask.NarrowForm):
        form.offer_photos(images_of(session, seen))
    if isinstance(form, note.PhotoForm):
        form.offer_options(seen)
    if isinstance(form, note.OwnUpForm | note.WhoseForm):
        numbers = [(str(one.number), str(one.number)) for one in images_of(session, seen)]
        form.image.choices = choices_of(numbers, none="Choose")
    if isinstance(form, note.OwnUpForm):
        form.purpose.choices = purposes_of(seen.terms.catalogue)
    if isinstance(form, note.WrongForm):
        form.second.choices = choices_of(_seconds(session), none="Choose")
    return form


def _seconds(session: Session) -> list[tuple[str, str]]:
    return [
        (one.id, one.name)
        for one in accounts.staff_of(session, actor())
        if one.is_active
        and one.id != actor().staff_id
        and set(one.roles) & {"clinician", "manager"}
    ]


LIVE = (State.GRANTED,)
STANDING = (State.GRANTED, State.SUSPENDED)
ENDS = (State.GRANTED, State.SUSPENDED, State.EXPIRED, State.SPENT)
ANY = tuple(one for one in State if one not in (State.VOID, State.NOT_ASKED))
IN_TIME = {MayNotWithdraw: "by_role", NotPossible: "said_on"}

ACTS: tuple[Act, ...] = (
    Act(
        "withdraw",
        "The patient changes their mind",
        (
            "The uses that you choose end at once: the register answers NO from now on.",
            "For each use that was logged, a task opens to stop it and call copies back.",
            "The next page says what has stopped, and makes the letter to the patient.",
        ),
        ask.WithdrawForm,
        "Withdraw",
        doing.withdraw,
        ENDS,
        faults=IN_TIME,
    ),
    Act(
        "narrow",
        "The patient allows less",
        (
            "The consent is replaced by one that allows less. It needs no new signature.",
            "Photos that are left out are called back, as after a withdrawal.",
            "To allow more, ask the patient to sign a new form.",
        ),
        ask.NarrowForm,
        "Allow only this",
        doing.narrow,
        LIVE,
        faults={NotPossible: "only_for"},
    ),
    Act(
        "suspend",
        "Put it on hold",
        (
            "The register answers CHECK, with your reason and the person to speak to.",
            "A task opens to clear the doubt. Nothing is deleted.",
        ),
        ask.SuspendForm,
        "Put on hold",
        doing.suspend,
        STANDING,
    ),
    Act(
        "resume",
        "Take it up again",
        ("The doubt is cleared: the register may answer YES again.",),
        ask.ResumeForm,
        "Take up again",
        doing.resume,
        (State.SUSPENDED,),
        roles=SENIOR,
        faults={NotPossible: "reason"},
    ),
    Act(
        "photo",
        "Link a photo",
        (
            "The uses that you choose cover this photo from now on.",
            "A photo that was used before, for anything but care, needs a form of its own.",
        ),
        note.PhotoForm,
        "Link the photo",
        doing.link_photo,
        LIVE,
        faults={TakenBefore: "taken_before", Refused: "number"},
    ),
    Act(
        "published",
        "The article is out",
        (
            "This consent is used up: nothing more may be published under it.",
            "If the patient wants a copy, a task opens to send it.",
        ),
        ask.PublishedForm,
        "Note it as published",
        doing.published,
        LIVE,
        ("publish",),
        faults={NotPossible: "published_on"},
    ),
    Act(
        "used",
        "A photo was used without asking",
        (
            "The use is logged, so that its copies can be called back.",
            "If the register did not say YES for that day, a task opens to log the incident.",
        ),
        note.OwnUpForm,
        "Log it",
        doing.own_up,
        ANY,
        faults={Refused: "used_at"},
    ),
    Act(
        "whose-photo",
        "A photo may be somebody else’s",
        (
            "Every consent that covers the photo is put on hold, on other forms too.",
            "A task opens for each, to see whose photo it is. Nothing is deleted.",
        ),
        note.WhoseForm,
        "Put on hold",
        doing.doubt_photo,
        STANDING,
        faults={Refused: "image"},
    ),
    Act(
        "can-decide",
        "The patient can decide now",
        (
            "What somebody else agreed to beyond care is put on hold.",
            "A task opens to ask the patient, who decides from now on.",
        ),
        note.ConfirmForm,
        "The patient can decide now",
        doing.can_decide,
        LIVE,
        routes=tuple(ROLE_OF_ROUTE),
        roles=("clinician",),
    ),
    Act(
        "died",
        "The patient has died",
        (
            "It counts for every form of this patient.",
            "What goes beyond care becomes CHECK. Follow known wishes.",
            "The Caldicott Guardian may decide about a use, and is named with it.",
        ),
        note.DiedForm,
        "Note the death",
        doing.died,
        STANDING,
        faults={Refused: "died_on"},
    ),
    Act(
        "mixed-up",
        "Records were merged or mixed up",
        (
            "All forms of these patients are put on hold. Nothing is moved from one to another.",
            "A task opens for each: a person has to see whose each form and photo is.",
        ),
        note.MergeForm,
        "Put all on hold",
        doing.merge,
        STANDING,
        faults={Refused: "other"},
    ),
    Act(
        "error",
        "This form was made in error",
        (
            "It counts as never made, for every day. That is not the same as a change of mind.",
            "Copies made under it have to go, and the patient is told. Tasks open for both.",
            "Another task opens to log the incident.",
            "It needs two people, and cannot be undone.",
        ),
        note.WrongForm,
        "Mark as made in error",
        doing.wrong,
        ANY,
        roles=SENIOR,
        is_grave=True,
        faults={WrongPassword: "second_password", Refused: "reason"},
    ),
)
