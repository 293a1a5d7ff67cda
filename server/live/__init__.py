"""Documents that people have open: copies in memory, a journal that makes them last, and word from other processes."""
