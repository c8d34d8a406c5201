"""A seal by pyHanko: what was reviewed, and an incremental update behind it."""

import asyncio
from datetime import datetime
from io import BytesIO

from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Seal"
# PDF/A forbids a hidden widget, PDF/UA an untagged one on the page: this one is off the page.
OFF_THE_PAGE = InvisSigSettings(box_out_of_bounds=True)


class _Update(IncrementalPdfFileWriter):
    """An update that leaves the letter's properties, and so their dates, as they are."""

    def _update_meta(self) -> None:
        pass


class Signer:
    """One certificate's key, ready to seal."""

    def __init__(self, fingerprint: str, chain: str, key: bytes) -> None:
        own, *others = load_certs_from_pemder_data(chain.encode())
        vouching = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        vouching.register_multiple(others)
        self.fingerprint = fingerprint
        self._signer = SimpleSigner(
            signing_cert=own,
            signing_key=load_private_key_from_pemder_data(key, passphrase=None),
            cert_registry=vouching,
        )
        self._room: int | None = None

    def seal(self, pdf: bytes, *, at: datetime, name: str) -> bytes:
        """Return the PDF with its seal appended; not for a thread that runs an event loop."""
        return asyncio.run(self._seal(pdf, at, name))

    async def _seal(self, pdf: bytes, at: datetime, name: str) -> bytes:
        properties = PdfSignatureMetadata(
            field_name=FIELD,
            name=name,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        field = SigFieldSpec(
            FIELD, readable_field_name=f"Seal of {name}", invis_sig_settings=OFF_THE_PAGE
        )
        session = PdfSigner(properties, self._signer, new_field_spec=field).init_signing_session(
            _Update(BytesIO(pdf))
        )
        session.system_time = at
        unsigned = session.prepare_tbs_document(
            validation_info=None, bytes_reserved=await self._room_for(session)
        )
        sealed = BytesIO()
        prepared, _ = unsigned.digest_tbs_document(output=sealed)
        await unsigned.perform_signature(
            prepared.document_digest, PdfCMSSignedAttributes(signing_time=at)
        )
        return sealed.getvalue()

    async def _room_for(self, session: PdfSigningSession) -> int:
        # Found by a signature on trial, which costs as much as the real one: once is enough.
        if self._room is None:
            self._room = await session.estimate_signature_container_size(None)
        return self._room
