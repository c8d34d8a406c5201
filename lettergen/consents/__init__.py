"""Consent to photographs: asked purpose by purpose, signed, withdrawn, and answered for."""
