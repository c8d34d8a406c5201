"""The certificate that seals the practice's letters: seen, brought, taken back. For its manager."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import PasswordField

from lettergen import sealing
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter

certificate = Blueprint("certificate", __name__)


class CertificateForm(FlaskForm):  # type: ignore[misc]
    """A certificate with its key, in a file that a password opens; it is never shown again."""

    file = FileField(
        "Certificate file",
        [FileRequired("Choose the certificate file, which ends in .p12 or .pfx")],
    )
    password = PasswordField("Password of the file")


@certificate.get("/practice/certificate")
@enter("manager")
def record() -> str:
    """The certificate that seals now, and those before it."""
    return _show(CertificateForm(formdata=None))


@certificate.post("/practice/certificate")
@enter("manager")
def bring() -> ResponseReturnValue:
    """Seal with the practice's own certificate from now on."""
    form = CertificateForm()
    if not form.validate():
        return _show(form), 422
    content = form.file.data.read(sealing.LARGEST_FILE + 1)
    try:
        with changing() as session:
            found = sealing.replace(session, actor(), content, form.password.data or "", at=now())
    except sealing.CertificateUnusable as refusal:
        return _show(form, str(refusal)), 422
    flash(f"New letters are sealed in the name of {found.name}.", "success")
    return redirect(url_for("certificate.record"))


@certificate.post("/practice/certificate/own")
@enter("manager")
def go_back() -> ResponseReturnValue:
    """Seal with a certificate of lettergen's own again."""
    with changing() as session:
        sealing.drop(session, actor(), at=now())
    flash("New letters are sealed with a certificate that lettergen made.", "success")
    return redirect(url_for("certificate.record"))


@certificate.get("/practice/certificate/<certificate_id>.pem")
@enter("manager")
def file(certificate_id: str) -> Response:
    """A certificate without its key, for whoever wants to check a seal."""
    with looking() as session:
        found = sealing.get(session, actor(), certificate_id)
        reply = Response(found.chain, mimetype="application/x-pem-file")
        name = f"certificate-{found.fingerprint[:8]}.pem"
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return reply


def _show(form: CertificateForm, refusal: str = "") -> str:
    with looking() as session:
        who = actor()
        found = sealing.known(session, who.practice_id)
        return render_template(
            "web/practice/certificate.html",
            form=form,
            refusal=refusal,
            found=found,
            ends_soon=found is not None and sealing.ends_soon(found, at=now()),
            has_ended=found is not None and now() > found.not_after,
            earlier=sealing.earlier(session, who),
        )
