"""The skin for browsers: each module turns requests into calls on the rows below."""
