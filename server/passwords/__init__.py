"""Passwords as hashes: made, compared, those of other servers too, and the line before the work."""
