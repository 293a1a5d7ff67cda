"""How AI-Editor runs: settings, database, security primitives and the command line."""
