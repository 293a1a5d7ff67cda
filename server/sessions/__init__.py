"""Sessions: their life, their cookies, and where they are kept."""
