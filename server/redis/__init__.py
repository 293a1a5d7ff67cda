"""Sessions in Redis, in the layout of better-auth's secondary storage: connection, scripts, values, and what changed there."""
