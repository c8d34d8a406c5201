"""The papers of a consent: the signed form, paper to sign, letters, and pictures on them."""
