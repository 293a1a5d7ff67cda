"""Whose server it is to the people who use it: name, picture, colour, and where its own pages are."""
