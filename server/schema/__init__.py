"""The database as this version needs it, and the way there."""
