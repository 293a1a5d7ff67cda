"""Measures this server beside others that speak its protocol; `make bench` runs it."""
