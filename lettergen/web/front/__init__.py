"""What patients and others do about their request: ask, follow it, see the letter, agree."""
