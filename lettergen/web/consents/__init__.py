"""Asking for photo consent: set up, answered by the patient, signed, explained."""
