"""A seal stands behind what was reviewed, changes nothing of it, and shows every change."""

import asyncio
import logging
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from lettergen.models import Certificate
from lettergen.rendering import Sheet, standards
from lettergen.sealing import Sealer, brought, credentials, examine

AT = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
NAME = "Example Surgery"


def as_certificate(credential, *, practice_id="practice") -> Certificate:
    return Certificate(practice_id=practice_id, added_at=AT, is_own=True, **vars(credential))


def seal_of(pdf: bytes):
    [found] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return found


def judged_by_pyhanko(pdf: bytes, certificate: Certificate):
    """What pyHanko's own validator says, with the practice's certificate as its only root."""
    root = next(load_certs_from_pemder_data(certificate.chain.encode()))
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=AT)
    return validate_pdf_signature(seal_of(pdf), context)


@pytest.fixture(scope="module")
def sealer() -> Sealer:
    return Sealer()


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return as_certificate(credentials.make(NAME, "Y99991", at=AT))


@pytest.fixture(scope="module")
def reviewed(office) -> bytes:
    """A PDF as the renderer makes it, which is small."""
    letter = {"title": "Note", "is_draft": False, "reference": "LG-7K3M-9QX2", "date": "2026-11-20"}
    values = {
        "letter": {**letter, "addressee": "Example Clinic", "replaces": None},
        "patient": {
            "full_name": "Rowan Testerby",
            "date_of_birth": "1990-02-28",
            "nhs_number": "999 000 1006",
        },
        "practice": {"name": NAME},
        "answers": {"body": "She may travel."},
        "signer": {"name": "Dr Casey Clinician"},
    }
    return office.renderer.render(Sheet("note.html", values, "Note", AT)).pdf


@pytest.fixture(scope="module")
def sealed(sealer, certificate, reviewed) -> bytes:
    return sealer.seal(reviewed, certificate, at=AT, name=NAME)


def test_the_reviewed_bytes_come_first_and_unchanged(reviewed, sealed):
    assert sealed.startswith(reviewed)
    assert len(sealed) > len(reviewed)


def test_pyhanko_finds_the_seal_whole_and_of_the_practice(sealed, certificate):
    told = judged_by_pyhanko(sealed, certificate)

    assert told.bottom_line
    assert told.trusted
    assert told.coverage is SignatureCoverageLevel.ENTIRE_FILE


def test_the_seal_is_pades_and_allows_no_change_afterwards(sealed):
    seal = seal_of(sealed)

    assert seal.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert seal.docmdp_level is MDPPerm.NO_CHANGES
    assert PdfFileReader(BytesIO(sealed)).root["/Perms"]["/DocMDP"] == seal.sig_object


def test_the_seal_states_the_given_time_and_the_practice(sealed, certificate):
    seal = seal_of(sealed)

    assert seal.self_reported_timestamp == AT
    assert seal.sig_object["/Name"] == NAME
    assert seal.sig_object["/M"] == "D:20261120103000Z"
    assert examine(sealed).signer_name == NAME
    assert examine(sealed).fingerprint == certificate.fingerprint
    assert examine(sealed).sealed_at == AT


def test_the_seal_is_made_with_an_elliptic_curve_and_sha_256(sealed):
    seal = seal_of(sealed)

    assert seal.signer_cert.public_key.curve == ("named", "secp256r1")
    assert seal.md_algorithm == "sha256"


def test_a_name_in_any_script_can_stand_in_a_seal(sealer, certificate, reviewed):
    name = "Meddygfa Tŷ-Gwyn (Łódź) 小明"

    sealed = sealer.seal(reviewed, certificate, at=AT, name=name)

    assert seal_of(sealed).sig_object["/Name"] == name
    assert examine(sealed).holds


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("Meddygfa Tŷ-Gwyn (Łódź) 小明", "Meddygfa Tŷ-Gwyn (Łódź) 小明"),
        ("Meadow Surgery العيادة", "Practice Y99991"),
        ("\N{HOSPITAL} Surgery", "Practice Y99991"),
    ],
)
def test_a_certificate_of_lettergens_holds_for_a_practice_of_any_name(
    sealer, reviewed, name, stated
):
    made = as_certificate(credentials.make(name, "Y99991", at=AT), practice_id=name)

    sealed = sealer.seal(reviewed, made, at=AT, name=name)

    assert examine(sealed).holds
    assert examine(sealed).signer_name == stated
    assert judged_by_pyhanko(sealed, made).bottom_line
    assert made.name == name


def test_a_signers_name_cannot_act_on_a_terminal(sealer, reviewed, pkcs12):
    given = brought.read(pkcs12(name="Clear\x1b[2J\nsealed by us"), "sesame", at=AT)

    sealed = sealer.seal(reviewed, as_certificate(given, practice_id="odd"), at=AT, name=NAME)

    assert examine(sealed).signer_name == "Clear [2J sealed by us"


def test_a_sealed_letter_looks_the_same_and_keeps_its_properties(reviewed, sealed):
    before, after = (pypdfium2.PdfDocument(pdf) for pdf in (reviewed, sealed))

    assert after.get_metadata_dict() == before.get_metadata_dict()
    for page, again in zip(before, after, strict=True):
        assert again.render().to_pil().tobytes() == page.render().to_pil().tobytes()


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_a_sealed_letter_still_conforms(sealed, profile):
    assert standards.check(sealed, profile) == ()


def test_a_changed_byte_is_found_wherever_it_is(reviewed, sealed):
    before = range(0, len(reviewed), len(reviewed) // 60)
    behind = range(len(reviewed), len(sealed), 17)

    unnoticed = [
        place
        for place in [*before, *behind, len(sealed) - 1]
        if examine(changed_at(sealed, place, 1 << place % 8)).holds
    ]

    assert unnoticed == []


def test_pyhankos_validator_finds_a_changed_byte_too(reviewed, sealed, certificate):
    text = reviewed.index(b"stream") + 20
    date = sealed.index(b"/M (", len(reviewed)) + 12
    for place in (text, date, *range(text, text + 1000, 100)):
        told = judged_by_pyhanko(changed_at(sealed, place, 1), certificate)

        assert not told.intact
        assert not told.bottom_line


def test_an_update_behind_the_seal_is_found(sealed, certificate):
    longer = with_update(sealed)

    assert longer.startswith(sealed)
    assert not examine(longer).covers_all
    assert not examine(longer).holds
    assert not judged_by_pyhanko(longer, certificate).bottom_line


@pytest.mark.parametrize("tail", [b"\n", b" ", b"%%EOF\n", b"\0" * 100, b"<script>", b"%"])
def test_bytes_behind_the_seal_are_found(sealed, tail):
    assert not examine(sealed + tail).holds


def test_a_letter_saved_anew_is_not_what_was_sealed(sealed):
    anew = BytesIO()
    with pikepdf.open(BytesIO(sealed)) as opened:
        opened.save(anew)

    assert not examine(anew.getvalue()).holds


def test_a_letter_whose_seal_was_cut_off_bears_none(reviewed, sealed):
    assert not examine(reviewed).is_sealed
    assert not examine(sealed[:-200]).holds


def test_a_seal_moved_to_another_letter_does_not_hold(sealer, certificate, reviewed, sealed):
    other = reviewed.replace(b"lettergen", b"lettergem", 1)
    moved = other + sealed[len(reviewed) :]

    assert other != reviewed
    assert not examine(moved).is_intact


def test_somebody_elses_seal_in_the_same_name_has_another_fingerprint(
    sealer, certificate, reviewed
):
    forger = as_certificate(credentials.make(NAME, "Y99991", at=AT), practice_id="forger")

    forged = examine(sealer.seal(reviewed, forger, at=AT, name=NAME))

    assert forged.holds
    assert forged.signer_name == NAME
    assert forged.fingerprint != certificate.fingerprint


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n", b"\0" * 5000])
def test_what_is_no_pdf_bears_no_seal(content):
    assert not examine(content).is_sealed


def test_a_seal_out_of_joint_is_told_and_stops_nothing(reviewed, sealed):
    dice = random.Random(3)  # noqa: S311  (nothing is secret: a run can be repeated)
    for _ in range(400):
        place, count = dice.randrange(len(reviewed), len(sealed)), dice.choice((1, 5, 50))
        cut = sealed[:place] + sealed[place + count :]
        filled = sealed[:place] + dice.choice((b"9", b"[", b"/R 1")) + sealed[place:]

        assert not examine(cut).holds
        assert not examine(filled).holds


def test_a_practices_rsa_key_seals_as_well(sealer, reviewed, pkcs12):
    key = rsa.generate_private_key(65537, 2048)
    given = brought.read(pkcs12(key=key), "sesame", at=AT)

    sealed = sealer.seal(reviewed, as_certificate(given, practice_id="rsa"), at=AT, name=NAME)

    assert examine(sealed).holds
    assert examine(sealed).fingerprint == given.fingerprint


def test_a_new_certificate_of_a_practice_is_used_at_once(sealer, reviewed):
    first, second = (as_certificate(credentials.make(NAME, "Y99991", at=AT)) for _ in range(2))

    used = [
        examine(sealer.seal(reviewed, one, at=AT, name=NAME)).fingerprint for one in (first, second)
    ]

    assert used == [first.fingerprint, second.fingerprint]


def test_an_ended_certificate_cannot_seal(sealer, reviewed):
    ended = as_certificate(credentials.make(NAME, "Y99991", at=AT), practice_id="ended")
    ended.key = None

    with pytest.raises(ValueError, match="ended certificate"):
        sealer.seal(reviewed, ended, at=AT, name=NAME)


def test_it_seals_for_a_caller_with_an_event_loop_of_its_own(sealer, certificate, reviewed):
    async def from_within() -> bytes:
        return sealer.seal(reviewed, certificate, at=AT, name=NAME)

    assert examine(asyncio.run(from_within())).holds


def test_several_callers_at_once_each_get_their_own_letter(sealer, certificate, reviewed):
    times = [AT + timedelta(minutes=number) for number in range(8)]
    with ThreadPoolExecutor(4) as callers:
        sealed = callers.map(lambda at: sealer.seal(reviewed, certificate, at=at, name=NAME), times)

        assert [examine(one).sealed_at for one in sealed] == times


def test_nothing_of_pyhanko_is_loaded_before_the_first_seal():
    script = (
        "import sys; from lettergen import documents; documents.Office; "
        "print(sorted(name for name in sys.modules if name.startswith('pyhanko')))"
    )

    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert told.stdout.strip() == b"[]"


def changed_at(pdf: bytes, place: int, by: int) -> bytes:
    """The file with one byte changed."""
    return b"%s%c%s" % (pdf[:place], pdf[place] ^ by, pdf[place + 1 :])


def with_update(pdf: bytes) -> bytes:
    """The file with an update behind it, as a program would append one: another title."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.root["/PageLayout"] = writer.root.raw_get("/Lang")
    writer.update_root()
    updated = BytesIO()
    writer.write(updated)
    return updated.getvalue()


@pytest.fixture(autouse=True)
def _quiet_validator(caplog):
    """What pyHanko logs about damaged seals is not what these tests are about."""
    caplog.set_level(logging.CRITICAL, "pyhanko")
