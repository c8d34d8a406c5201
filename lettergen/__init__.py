"""Letters and forms for general practice: structured answers in, accessible archivable PDFs out."""

__version__ = "0.1.0"
