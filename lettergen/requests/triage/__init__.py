"""Triage: seven questions and a table of rules come to one outcome with its source."""
