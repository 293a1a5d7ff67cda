"""Random values, signatures, keys, and what is encrypted."""
