#!/bin/sh
# For docker-compose.scale.yml: copies the primary at the first start (PGHOST, PGUSER and PGPASSWORD say which), and follows
# it ever after. A copy that broke off is thrown away.
set -eu
if [ ! -e "$PGDATA/standby.signal" ]; then
    rm -rf "$PGDATA.new"
    pg_basebackup --pgdata="$PGDATA.new" --checkpoint=fast --write-recovery-conf --slot=replica
    mv "$PGDATA.new" "$PGDATA"
fi
exec postgres "$@"
