"""What a row of the ledger can be: kinds of work, who does it, and the words that are counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lettergen.models import Actor

# The family of third-party requests; "adhd", "photo-consent" and others come from the forms.
REQUESTS = "third-party"


@dataclass(frozen=True)
class Kind:
    """One kind of row: what people call it, what it says, and whether people add it by hand."""

    title: str
    says: str
    by_hand: bool = False


# In the order in which they follow each other in the life of one request. Who writes which is in
# the text; give `request_id` with everything that belongs to a request.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "received": Kind("Received", "A request came in. Counted once, on its received_on."),
        "reopened": Kind(
            "Came back", "A request that was declined or redirected came back as tried_failed."
        ),
        "triaged": Kind(
            "Decided",
            "An outcome and a rule were found; `seconds` is how long that took at the desk, "
            "`minutes_expected` the GP minutes that saying no saves (of the fallback, or the "
            "median of the group). `payer` is who is expected to pay, or NOBODY. Deciding again "
            "before the request is done replaces it. `step` is RESTRICTED for a request that few "
            "may see: then no row of it names its organisation in any figure.",
        ),
        "disputed": Kind("Disputed", "“I disagree” was pressed."),
        "quoted": Kind("Quoted", "A price was offered: `fee_pence` in full."),
        "refused": Kind("Fee refused", "The payer refused the price: `fee_pence`."),
        "waived": Kind("Waived", "A fee is not taken: `fee_pence` at full price."),
        "invoiced": Kind("Invoiced", "An invoice was issued: `fee_pence` in full."),
        "credited": Kind("Credited", "A credit note took back `fee_pence` of what was invoiced."),
        "paid": Kind("Paid", "Money came in: `fee_pence`; `payer` says whose."),
        "refunded": Kind("Refunded", "Money was given back: `fee_pence`."),
        "written": Kind("Written", "Writing that no letter of lettergen has timed."),
        "letter": Kind("Letter", "A letter was issued, or its draft discarded."),
        "consent": Kind("Photo consent", "A consent was filed, imported or discarded."),
        "checked": Kind("Checked", "Somebody checked another's work."),
        "replied": Kind("Replied", "A standard reply was sent, of `pages`."),
        "released": Kind("Handed over", "What was asked for left the practice, `due_on` or not."),
        "breached": Kind("Breach", "A law or rule was broken; `step` is a key of BREACHES."),
        "called": Kind("Telephone call", "A call about a letter or request.", by_hand=True),
        "form": Kind("Paper form", "A form that was filled in outside lettergen.", by_hand=True),
        "meeting": Kind("Meeting", "A meeting or case conference.", by_hand=True),
        "other": Kind("Other work", "Anything else about letters and forms.", by_hand=True),
        "struck": Kind("Struck out", "Takes the place of a row that was noted by mistake."),
    }
)
RANK = {kind: place for place, kind in enumerate(KINDS)}
BY_HAND = tuple(key for key, kind in KINDS.items() if kind.by_hand)
STRUCK = "struck"

# Who did the work, for what it costs. The program's own roles are told apart further.
ROLES: Mapping[str, str] = MappingProxyType(
    {
        "gp": "GP",
        "nurse": "Nurse, pharmacist or other clinician",
        "administrator": "Administrator or manager",
        "receptionist": "Receptionist",
    }
)
_AS_ROLE = {"clinician": "gp", "manager": "administrator", "reception": "receptionist"}

TURNED_AWAY = ("DECLINE", "REDIRECT")
FREE = ("NHS_FREE", "ACCESS", "LEGAL_DUTY")
ACCESS = "ACCESS"
STATE_FEE = "STATE_FEE"
# Who pays: a class of payers of requests.money, or nobody, as the decision says before any money
# moves. Without a word of it the payer is not known.
PATIENT, NOBODY = "patient", "nobody"
RESTRICTED = "restricted"
# Rules of triage by which a request ends because nobody pays: third-party requests, 3.2.
FEE_REFUSED = ("R26", "R29", "R33", "R36")
SAFEGUARDING = "R02"

BREACHES: Mapping[str, str] = MappingProxyType(
    {
        "subject_access_late": "A copy of records left after its last day",
        "safeguarding_late": "Work for safeguarding left after its day",
        "fee_on_free": "A fee was asked for work that is free",
        "amra_early": "A report left before the patient had seen it, or the 21 days were over",
        "amra_not_kept": "A report was not kept for six months",
    }
)


def role_of(actor: Actor, register: str | None) -> str:
    """Return the role that an actor's work costs by; `register` is that of a clinician.

    Whoever is on the register of doctors (GMC) costs as a GP, other clinicians as a nurse. What
    comes in by the public page or a patient's link is reception's to handle.
    """
    if actor.role == "clinician" and register not in (None, "GMC"):
        return "nurse"
    if actor.staff_id is None and actor.role not in _AS_ROLE:
        return "receptionist"
    return _AS_ROLE[actor.role]


def as_role(word: str) -> str:
    """Return a role of ROLES for one of them or a role of the program; raise ValueError."""
    role = _AS_ROLE.get(word, word)
    if role not in ROLES:
        raise ValueError(f"No role in the ledger is called {word!r}: {', '.join(ROLES)}.")
    return role
