"""What may happen to several servers, a module per kind; each case finds an outcome, as a drill does."""
