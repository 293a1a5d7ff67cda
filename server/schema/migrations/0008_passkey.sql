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

-- What older versions of the plugin did without.
ALTER TABLE "passkey" ADD COLUMN IF NOT EXISTS "aaguid" text;

CREATE INDEX IF NOT EXISTS "passkey_userId_idx" ON "passkey" ("userId");
CREATE INDEX IF NOT EXISTS "passkey_credentialID_idx" ON "passkey" ("credentialID");
