"""SQL of the core tables, one module per table."""
