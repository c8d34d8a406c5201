"""Links for somebody outside the practice: each for one purpose, with a state and an end."""
