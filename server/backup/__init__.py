"""A whole backup in one file, tried before it counts, and the way back."""
