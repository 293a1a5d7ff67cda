"""Tornado's room: what answers requests."""
