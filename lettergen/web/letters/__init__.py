"""A letter: filled, reviewed, issued, handed over, read by its patient, and checked by anybody."""
