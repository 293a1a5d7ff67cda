-- Who has set up a second factor: the table of better-auth's plugin two-factor, as its own migration makes it. One that is
-- here is better-auth's: it is used as it is, with what its older versions had not.
DO $$
BEGIN
    IF to_regclass('"twoFactor"') IS NULL THEN
        CREATE TABLE "twoFactor" (
            "id" text /* id */ NOT NULL PRIMARY KEY,
            "secret" text NOT NULL,
            "backupCodes" text NOT NULL,
            "userId" text /* reference */ NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
            "verified" boolean,
            "failedVerificationCount" integer,
            "lockedUntil" timestamptz
        );
        CREATE INDEX "twoFactor_secret_idx" ON "twoFactor" ("secret");
        CREATE INDEX "twoFactor_userId_idx" ON "twoFactor" ("userId");
    ELSIF (SELECT count(*) FROM pg_attribute
           WHERE attrelid = to_regclass('"twoFactor"') AND NOT attisdropped
                 AND attname IN ('verified', 'failedVerificationCount', 'lockedUntil')) < 3 THEN
        ALTER TABLE "twoFactor"
            ADD COLUMN IF NOT EXISTS "verified" boolean,
            ADD COLUMN IF NOT EXISTS "failedVerificationCount" integer,
            ADD COLUMN IF NOT EXISTS "lockedUntil" timestamptz;
    END IF;
END
$$;
