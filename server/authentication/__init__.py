"""From a proof to somebody who is signed in."""
