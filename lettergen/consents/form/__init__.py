"""The photo consent form as data: questions, uses, deciders and words, and a practice’s terms."""
