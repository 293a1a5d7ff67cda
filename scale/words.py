"""What docs/scaling.md says besides the figures."""

from __future__ import annotations

from bench.figures import Section
from bench.report import Page
from scale import arithmetic

HEAD = """# More than one machine

`make scale` measures two servers behind nginx, what one PostgreSQL carries, and what people notice of bad days, and writes
this page. Every number is from one machine, on which everything ran at once: ratios travel further than numbers.

## How it is put together

`docker-compose.scale.yml` and `deploy/nginx.conf` have it all: nginx, two servers of ours, a PostgreSQL with a replica that
streams from it, a Redis. The servers know nothing of each other. What they have to have the same:

| setting | why |
|---|---|
| `BETTER_AUTH_SECRET` | each takes the cookies that the others have signed |
| `BETTER_AUTH_URL` | the public address, that of nginx |
| `DATABASE_URL` | sessions and users; it also announces each change to all servers, so that a session is dead everywhere at once |
| `READ_DATABASE_URL` | replicas that reads may go to; what was just written is never missed ([postgresql.md](postgresql.md)) |
| `REDIS_URL`, `RATE_LIMIT_STORAGE=redis` | they count a client's requests together; without Redis each counts by itself |
| `SHARED_DIR` | a folder that all see: people's pictures |
| `TRUSTED_PROXIES` | the address that nginx asks from: without it all people are one client |

With several hosts in `DATABASE_URL` and `target_session_attrs=read-write` servers find the one that takes changes, and name all of
them in `READ_DATABASE_URL`: whichever is a standby is read from.

**Balancers.** [nginx.conf](../deploy/nginx.conf) and [traefik.yml](../deploy/traefik.yml) with
[traefik-servers.yml](../deploy/traefik-servers.yml) are run by the tests as they are, with nginx 1.22 and Traefik 3.7. Both
speak TLS and HTTP/2, set `X-Forwarded-For` anew instead of adding to it, take bodies as large as ours may be, pass on
websockets, and leave compression to us.

| | nginx | Traefik |
|---|---|---|
| knows of a server that ends | by a request that failed: it is sent to the other | asks `/health/ready` every second; by a request that failed, too |
| knows of a server whose database is away | no: our 503 with `Retry-After` is the answer | yes; with none left the answer is its own 503 |
| a GET that was sent to a killed server | is sent to the other | is tried on a new connection to the same, then answered 502 |
| a POST that was sent to a killed server | is answered 503 `OUTCOME_UNKNOWN`, never sent twice | is answered 502, never sent twice |
| a log of requests | without queries and tokens | none |

A link in a mail is a GET. Where a server is killed after it has used the token up, the other one says that the link is invalid: it was
followed all the same, and signing in, or asking for the next link, finds out.

nginx's own health checks are part of its paid edition: the open one is passive (`max_fails`, `fail_timeout`).

**Replacing servers.** SIGTERM to one: it lets nobody in any more, which sends nginx to the other one, says on each answer that
the connection closes, and ends when all is answered. Start it, wait for `/health/ready`, then two seconds more, in
which nginx may still leave it out; then the next one. Within a server, SIGHUP replaces the workers one by one.
"""
METHOD = """## Method

- Everything runs on one machine: servers, nginx, PostgreSQL (the embedded one), Redis and the load tool, which is that of
  `make bench`; so are its rounds: {rounds} of {seconds} s after {warmup} s of warming up, a number is the median.
- In the cases below PostgreSQL does not wait for the disk (`fsync=off`): what is tried there is what happens between
  processes. In the figures of what it carries it waits.
"""
AFTER = """## After one PostgreSQL

**First a larger one, then replicas.** What reads can go to replicas; what writes can not. Below is what is known of databases
that speak PostgreSQL's protocol and write on several machines. **None of it was tried**: it is read from their
documents, against what our statements and `schema.sql` use.

| we use | for | Citus | CockroachDB | YugabyteDB |
|---|---|---|---|---|
| `LISTEN`, `pg_notify` in row triggers | a session that ends is dead on every server at once | on the coordinator only, where triggers do not run for distributed tables ([1]) | no: "events" are not supported ([2]) | from 2025.2.3 on, as early access ([3]); before that no ([4]) |
| row triggers (`plpgsql`) | the same, and the audit that nobody rewrites | not on distributed tables ([1]); on local and reference tables | from 24.3 on, with limits ([5]) | yes ([6]) |
| statement triggers (`TRUNCATE`) | the same, when a table is emptied | as above | not ([7]) | as PostgreSQL's ([6]) |
| `pg_advisory_xact_lock`, `pg_try_…` | one migrates, one sweeps, one seals the audit | on the node that is asked | for long empty functions that lock nothing ([8]); real ones in the newest ([9]) | in the newest ([10]); before that no ([11]) |
| `FOR UPDATE SKIP LOCKED`, `FOR SHARE` | mails and sweeps are taken by one of several | within one shard ([12]) | yes, since 22.2 ([13]) | yes ([10]) |
| unique `user.email`, unique `session.token` | one account an address; a session by its token | a unique key has to hold the column that a table is distributed by: not both beside `userId` ([14]) | yes ([2]) | yes ([6]) |
| foreign keys with `ON DELETE CASCADE` | a user takes everything along | between tables distributed by the same column ([14]) | yes ([2]) | yes ([6]) |
| `INSERT … ON CONFLICT`, `WITH … AS (DELETE … RETURNING)` | limits, single-use values, lists | within one shard ([12]) | yes ([2]) | yes ([6]) |
| an index on `lower("email")` | addresses that other programs wrote in capitals | yes ([12]) | yes ([2]) | yes ([6]) |

**What follows.** A server that hears no announcements believes nothing of what it has in memory, as behind a pooler that lends
connections: it asks the database each time, and says nothing stale. The relay by `REDIS_URL` is no way out, as it begins
at a server that can `LISTEN`. Sessions in Redis (`SESSION_STORE=redis`) are told of by Redis itself, and take the larger part of
the load off the database.

- **YugabyteDB** is the nearest: it has PostgreSQL's own upper half. To be tried first: triggers that announce, advisory locks
  inside transactions, and how long a COMMIT takes between machines.
- **CockroachDB** repeats transactions that met others (`40001`), which we do not do; announcements are missing. It takes
  migrations written anew, and a loop around each transaction.
- **Citus** wants each row near its user: `session` would be distributed by `userId`, but is looked up by `token`, which would
  ask all machines. It suits an application of many tenants; here it would be the wrong way round.

Splitting by hand comes before any of them where it is possible: a database for each region, or for each tenant, with servers of
its own and the same code.

[1]: https://docs.citusdata.com/en/stable/extra/triggers.html
[2]: https://cockroachlabs.com/docs/v24.2/postgresql-compatibility
[3]: https://docs.yugabyte.com/stable/api/ysql/the-sql-language/statements/cmd_listen_notify/
[4]: https://docs.yugabyte.com/latest/explore/ysql-language-features/postgresql-compatibility/
[5]: https://cockroachlabs.com/docs/v24.3/known-limitations
[6]: https://docs.yugabyte.com/explore/ysql-language-features/
[7]: https://github.com/cockroachdb/docs/pull/23130/files
[8]: https://github.com/cockroachdb/docs/pull/18154
[9]: https://github.com/cockroachdb/cockroach/pull/168353
[10]: https://docs.yugabyte.com/stable/explore/transactions/explicit-locking/
[11]: https://dev.to/yugabyte/advisorycustomapplication-lock-with-yugabytedb-jao
[12]: https://docs.citusdata.com/en/stable/develop/reference_workarounds.html
[13]: https://github.com/cockroachdb/docs/issues/14770
[14]: https://docs.citusdata.com/en/v10.0/develop/reference_workarounds.html
"""


def more(sections: list[Section]) -> list[str]:
    """What follows from the figures, and what comes after."""
    return [arithmetic.written(sections), AFTER]


SCALING = Page("scaling", HEAD, METHOD, more)
