"""What stands in the way of a consent: the rules E01 to E24 and their like, each in its room."""
