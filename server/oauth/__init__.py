"""Signing in at somebody else's: providers, their tokens, and whose accounts those are."""
