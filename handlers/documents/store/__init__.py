"""SQL of the documents' lists, folders and accesses."""
