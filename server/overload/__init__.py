"""Work that takes its time: who is next, and who is told to come again."""
