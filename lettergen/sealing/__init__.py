"""Sealing: the practice’s certificate signs each PDF, so that a change shows."""
