"""Handing an issued letter to a person: by link, on paper or as a file, with the facts of each."""
