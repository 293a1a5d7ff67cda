"""The drills, a module a kind of bad day."""
