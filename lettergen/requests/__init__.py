"""Requests of third parties: from what is being asked for to what leaves, and what it cost."""
