"""What a document is: who may what with it, its rows, its content."""
