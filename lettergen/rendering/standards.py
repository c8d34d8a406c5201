"""PDF/A-3a and PDF/UA-1 in one file: declared in its metadata, and checked."""

from typing import Any

import page

from lettergen.rendering.refusals import NotConforming

VARIANT = "pdf/a-3a"
ARCHIVE, ACCESS = "3a", "ua1"

# WeasyPrint writes one standard (its issue 2783). PDF/A lets a file declare another one only
# together with a description of the words that declare it (ISO 19005-3, 6.6.2.3.3).
DECLARATION = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>PDF/UA version identifier</pdfaProperty:description>
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
END = b"</rdf:RDF>"


def declare_both(pdf: Any) -> None:
    """Add PDF/UA-1 to the metadata of a PDF/A-3a that WeasyPrint is about to write."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    [words] = metadata.stream
    metadata.stream = [words.replace(END, DECLARATION + END, 1)]
    # Readers that do not decompress metadata have to find the declaration too.
    metadata.compress = False


def check(pdf: bytes, profile: str) -> tuple[str, ...]:
    """Return the rules of one standard, "3a" or "ua1", that a PDF breaks; a few milliseconds."""
    failures = page.validate_pdf_bytes(pdf, profile=profile).failures
    return tuple(f"{profile} {failure.rule_id}: {failure.message}" for failure in failures)


def refuse_broken(broken: tuple[str, ...]) -> None:
    """Raise NotConforming where a rule is broken."""
    if broken:
        raise NotConforming(
            "The letter would not be readable by everyone or for ever, so it was not made. "
            f"Have its template looked at: {broken[0]}",
            broken,
        )
