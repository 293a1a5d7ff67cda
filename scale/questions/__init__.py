"""What is measured, a module per question."""
