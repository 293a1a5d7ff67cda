"""Bad days for real: what is killed, frozen, filled, silenced and flooded, and whether anything was lost by it."""
