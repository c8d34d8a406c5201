"""Triage: from what somebody asks to the outcome and the button of what is done next."""
