"""What a server says of itself: log, numbers, audit."""
