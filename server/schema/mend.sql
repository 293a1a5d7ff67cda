-- What older versions of better-auth, or an ORM, made otherwise, brought to where it can be used. Runs only where the
-- comparison has found some of it, and as often; each part looks by itself whether there is anything to do.

ALTER TABLE IF EXISTS "user"
    ADD COLUMN IF NOT EXISTS "image" text,
    ADD COLUMN IF NOT EXISTS "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    ADD COLUMN IF NOT EXISTS "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL;

ALTER TABLE IF EXISTS "session"
    ADD COLUMN IF NOT EXISTS "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    ADD COLUMN IF NOT EXISTS "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    ADD COLUMN IF NOT EXISTS "ipAddress" text,
    ADD COLUMN IF NOT EXISTS "userAgent" text;

ALTER TABLE IF EXISTS "account"
    ADD COLUMN IF NOT EXISTS "accessToken" text,
    ADD COLUMN IF NOT EXISTS "refreshToken" text,
    ADD COLUMN IF NOT EXISTS "idToken" text,
    ADD COLUMN IF NOT EXISTS "accessTokenExpiresAt" timestamptz,
    ADD COLUMN IF NOT EXISTS "refreshTokenExpiresAt" timestamptz,
    ADD COLUMN IF NOT EXISTS "scope" text,
    ADD COLUMN IF NOT EXISTS "password" text,
    ADD COLUMN IF NOT EXISTS "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    ADD COLUMN IF NOT EXISTS "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL;

ALTER TABLE IF EXISTS "verification"
    ADD COLUMN IF NOT EXISTS "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP,
    ADD COLUMN IF NOT EXISTS "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP;

-- Days in place of times; a NULL where there has to be something; a number of milliseconds that does not fit.
DO $$
DECLARE
    it record;
BEGIN
    FOR it IN
        SELECT table_name AS place, column_name AS name
        FROM information_schema.columns
        WHERE table_schema = current_schema() AND data_type = 'date'
              AND (table_name IN ('user', 'session', 'account', 'verification')
                   AND column_name IN ('createdAt', 'updatedAt', 'expiresAt', 'accessTokenExpiresAt',
                                       'refreshTokenExpiresAt'))
    LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', it.place, it.name);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE timestamptz USING %I::timestamp AT TIME ZONE ''UTC''',
                       it.place, it.name, it.name);
        IF it.name = 'createdAt' THEN
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET DEFAULT CURRENT_TIMESTAMP', it.place, it.name);
        END IF;
    END LOOP;
    FOR it IN
        SELECT table_name AS place, column_name AS name,
               CASE column_name WHEN 'name' THEN '''''' WHEN 'emailVerified' THEN 'false'
                                ELSE 'CURRENT_TIMESTAMP' END AS value
        FROM information_schema.columns
        WHERE table_schema = current_schema() AND is_nullable = 'YES'
              AND (table_name IN ('user', 'session', 'account') AND column_name IN ('createdAt', 'updatedAt')
                   OR table_name = 'user' AND column_name IN ('name', 'emailVerified'))
    LOOP
        EXECUTE format('UPDATE %I SET %I = %s WHERE %I IS NULL', it.place, it.name, it.value, it.name);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET DEFAULT %s, ALTER COLUMN %I SET NOT NULL',
                       it.place, it.name, it.value, it.name);
    END LOOP;
    IF (SELECT data_type FROM information_schema.columns WHERE table_schema = current_schema()
        AND table_name = 'rateLimit' AND column_name = 'lastRequest') = 'integer' THEN
        ALTER TABLE "rateLimit" ALTER COLUMN "lastRequest" TYPE bigint;
    END IF;
    IF (SELECT character_maximum_length FROM information_schema.columns WHERE table_schema = current_schema()
        AND table_name = 'rateLimit' AND column_name = 'key') IS NOT NULL THEN
        ALTER TABLE "rateLimit" ALTER COLUMN "key" TYPE text;
    END IF;
END
$$;

-- One row each, where nothing says so: nobody wants these counts twice; of the others the rows were looked at before.
DO $$
DECLARE
    it record;
BEGIN
    FOR it IN
        SELECT place, name
        FROM (VALUES ('user', 'id'), ('user', 'email'), ('session', 'token'), ('rateLimit', 'key')) AS one(place, name)
        WHERE to_regclass(quote_ident(current_schema()) || '.' || quote_ident(place)) IS NOT NULL AND NOT EXISTS (
            SELECT 1
            FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = to_regclass(quote_ident(current_schema()) || '.' || quote_ident(place))
                  AND a.attname = name AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
                  AND i.indexprs IS NULL AND i.indnkeyatts = 1
        )
    LOOP
        IF it.place = 'rateLimit' THEN
            DELETE FROM "rateLimit" a USING "rateLimit" b WHERE a."key" = b."key" AND a.ctid < b.ctid;
        END IF;
        -- PostgreSQL finds a name: one that failed, or that is on a part of the rows, may have the likely one.
        EXECUTE format('CREATE UNIQUE INDEX ON %I (%I)', it.place, it.name);
    END LOOP;
END
$$;
