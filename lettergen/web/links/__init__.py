"""Pages behind a link or on the practice's tablet: the door, the date of birth, and the lock."""
