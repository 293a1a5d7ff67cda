"""better-auth's and JavaScript's words."""
