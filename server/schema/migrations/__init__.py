"""The database's history: plain SQL files, forward only, one transaction each."""
