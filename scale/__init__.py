"""Several servers behind nginx, with a PostgreSQL that has a standby, and a Redis; `make scale` measures them."""
