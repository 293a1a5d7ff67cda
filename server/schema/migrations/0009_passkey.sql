-- Passkeys, as the migration of better-auth's plugin makes the table; used as it is where that was there first.
CREATE TABLE IF NOT EXISTS "passkey" (
    "id" text /* id */ NOT NULL PRIMARY KEY,
    "name" text,
    "publicKey" text NOT NULL,
    "userId" text /* reference */ NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "credentialID" text NOT NULL,
    "counter" integer NOT NULL,
    "deviceType" text NOT NULL,
    "backedUp" boolean NOT NULL,
    "transports" text,
    "createdAt" timestamptz,
    "aaguid" text
);

CREATE INDEX IF NOT EXISTS "passkey_userId_idx" ON "passkey" ("userId");
CREATE INDEX IF NOT EXISTS "passkey_credentialID_idx" ON "passkey" ("credentialID");

-- What older versions of the plugin did without; where it is there, nobody is kept from the table.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = '"passkey"'::regclass AND attname = 'aaguid' AND NOT attisdropped
    ) THEN
        ALTER TABLE "passkey" ADD COLUMN "aaguid" text;
    END IF;
END
$$;
