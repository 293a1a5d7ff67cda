"""What people hand in: files are kept whole or not at all, pictures are drawn anew by a process each."""
