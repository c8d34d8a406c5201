"""An agreement as paper: to be ticked and signed by hand, or as it was signed, to file."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lettergen.calendar import british_date, local_day
from lettergen.models import RequestConsent
from lettergen.rendering import Sheet
from lettergen.requests.front.agreeing import SIGNERS, Asked
from lettergen.requests.front.wording import Wording

TEMPLATE = "request-agreement.html"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE = 8
_MARK = "mark.png"


def page_code(consent: RequestConsent) -> str:
    """Return the code that paper for this agreement bears, such as 7K3M-9QXP.

    A scan with another code was signed for something else.
    """
    number = int.from_bytes(hashlib.sha256(consent.id.encode()).digest()[:5])
    signs = "".join(_ALPHABET[number >> 5 * place & 31] for place in range(_CODE))
    return f"{signs[:4]}-{signs[4:]}"


def is_code(typed: str, consent: RequestConsent) -> bool:
    """Say whether a typed page code is that of an agreement; gaps and small letters do no harm."""
    kept = "".join(one for one in typed.upper() if one.isalnum())
    return kept.translate(str.maketrans("OIL", "011")) == page_code(consent).replace("-", "")


def sheet(asked: Asked, words: Wording, *, at: datetime) -> Sheet:
    """Return the paper of an agreement: blank while it waits, else as it was signed.

    `words` have the names of the request in them. `at` is the only clock in it.
    """
    consent = asked.consent
    if consent is None:
        raise LookupError("nobody was asked to agree")
    signed = consent.signed_at
    patient = asked.request.content.patient if asked.request.content else {}
    mark = str((consent.content.get("signature") or {}).get("mark") or "")
    born = str(patient.get("date_of_birth") or "")
    return Sheet(
        template=TEMPLATE,
        values={
            "practice": _practice(asked),
            "patient": {"full_name": asked.patient, "date_of_birth": born},
            "form": {
                **_form(words, consent),
                "signed_on": british_date(local_day(signed)) if signed else "",
                "mark": _MARK if mark and signed else "",
                "code": page_code(consent),
            },
            "letter": {
                "title": words.title,
                "reference": asked.request.reference,
                "language": "en-GB",
                "medium": "print",
                "is_draft": False,
                "foot": f"{asked.request.reference} · page code {page_code(consent)}",
            },
        },
        title=words.title,
        created=at,
        author=asked.practice.name,
        must_hold=tuple(filter(None, (asked.patient, asked.request.reference, page_code(consent)))),
        images={_MARK: base64.b64decode(mark)} if mark and signed else {},
    )


def _practice(asked: Asked) -> dict[str, Any]:
    one = asked.practice
    return {
        "name": one.name,
        "phone": one.phone,
        "email": one.email,
        "address_lines": one.address_lines,
    }


def _form(words: Wording, consent: RequestConsent) -> dict[str, Any]:
    content: Mapping[str, Any] = consent.content
    limits: Mapping[str, Any] = content.get("limits") or {}
    signer: Mapping[str, Any] = content.get("signer") or {}
    ticks, may = content.get("ticks") or [], limits.get("may") or []
    return {
        "lead": words.lead,
        "facts": [
            {"name": "Who asks", "text": content.get("applicant", "")},
            {"name": "What for", "text": content.get("purpose", "")},
            {"name": words.scope, "text": content.get("scope", "")},
            *_applied(consent),
        ],
        "rights": list(words.rights),
        "ticks": [{"text": one.text, "is_ticked": one.key in ticks} for one in words.ticks],
        "limits": [{"text": one.text, "is_ticked": one.key in may} for one in words.limits],
        "may_also": limits.get("may_also", ""),
        "must_not": limits.get("must_not", ""),
        "wish": {
            "question": words.wish.question,
            "yes": words.wish.yes,
            "no": words.wish.no,
            "yes_hint": words.wish.yes_hint,
            "answer": {True: "yes", False: "no"}.get(consent.wants_to_see, ""),  # type: ignore[arg-type]
        },
        "name": (content.get("signature") or {}).get("name", ""),
        "signer": ""
        if signer.get("role") == "patient"
        else SIGNERS.get(signer.get("role", ""), ""),
    }


def _applied(consent: RequestConsent) -> list[dict[str, str]]:
    day = consent.application_on
    return [{"name": "They asked on", "text": british_date(day)}] if day else []
