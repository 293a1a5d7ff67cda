"""SQL that puts people into better-auth's tables, and that looks at what is there."""

from __future__ import annotations

INSERT_USER = """
INSERT INTO "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
SELECT %(id)s, 'Ada', %(email)s, %(verified)s, now.at, now.at
  FROM date_trunc('milliseconds', now()) AS now(at)
"""

INSERT_ACCOUNT = """
INSERT INTO "account" ("id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt")
SELECT %(id)s, %(account)s, %(provider)s, %(user)s, %(password)s, now.at, now.at
  FROM date_trunc('milliseconds', now()) AS now(at)
"""

INSERT_SESSION = """
INSERT INTO "session" ("id", "token", "userId", "ipAddress", "userAgent", "expiresAt", "createdAt", "updatedAt")
SELECT %(id)s, %(token)s, %(user)s, %(address)s, 'compat/1.0',
       now.at + make_interval(secs => %(expires_in)s),
       now.at - make_interval(secs => %(created_ago)s),
       now.at - make_interval(secs => %(created_ago)s)
  FROM date_trunc('milliseconds', now()) AS now(at)
"""

LOOK_AT_USER = """
SELECT "id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"
  FROM "user" WHERE "email" = %(email)s
"""

LOOK_AT_ACCOUNTS = """
SELECT a."id", a."accountId", a."providerId", a."userId", a."scope", a."password" IS NULL AS "none",
       a."createdAt", a."updatedAt"
  FROM "account" a JOIN "user" u ON u."id" = a."userId" WHERE u."email" = %(email)s
 ORDER BY a."providerId", a."createdAt"
"""

LOOK_AT_SESSIONS = """
SELECT s."id", s."expiresAt", s."token", s."createdAt", s."updatedAt", s."ipAddress", s."userAgent", s."userId"
  FROM "session" s JOIN "user" u ON u."id" = s."userId" WHERE u."email" = %(email)s
 ORDER BY s."createdAt", s."expiresAt"
"""

LOOK_AT_VERIFICATIONS = """
SELECT "id", regexp_replace("identifier", '[A-Za-z0-9]{24,32}$', '…') AS "identifier",
       "expiresAt", "createdAt", "updatedAt"
  FROM "verification" WHERE "value" = %(user)s ORDER BY "createdAt"
"""

COUNT_SESSIONS = """SELECT count(*)::int AS "left" FROM "session" WHERE "userId" = %(user)s"""

# The same after a revocation of the other sessions, which better-auth does for a hundred of them; see allowed.py.
COUNT_SESSIONS_LEFT = COUNT_SESSIONS + " -- but the own"
