"""What people read, in their language: which one it is, and what a sentence is called in it."""
