-- The whole database as it is today. A fresh one gets here by server/migrations/, in order; a test builds both and
-- compares them.

-- == Core: better-auth 1.7.25's tables, to the letter, so that its server can run on this database ==================

CREATE TABLE "user" (
    "id" text NOT NULL PRIMARY KEY,
    "name" text NOT NULL,
    "email" text NOT NULL UNIQUE,                        -- lower case
    "emailVerified" boolean NOT NULL,
    "image" text,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);

-- Addresses that others wrote with capitals.
CREATE INDEX "ai_editor_user_email_capitals_idx" ON "user" (lower("email"))
WHERE "email" <> lower("email");

CREATE TABLE "session" (
    "id" text NOT NULL PRIMARY KEY,
    "expiresAt" timestamptz NOT NULL,
    "token" text NOT NULL UNIQUE,                        -- 32 of [a-zA-Z0-9]; the cookie carries it with a signature
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamptz NOT NULL,
    "ipAddress" text,
    "userAgent" text,
    "userId" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE
);

CREATE INDEX "session_userId_idx" ON "session" ("userId");

CREATE TABLE "account" (
    "id" text NOT NULL PRIMARY KEY,
    "accountId" text NOT NULL,                           -- the provider's name for the user; "userId" for a password
    "providerId" text NOT NULL,                          -- 'credential' for a password
    "userId" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "accessToken" text,
    "refreshToken" text,
    "idToken" text,
    "accessTokenExpiresAt" timestamptz,
    "refreshTokenExpiresAt" timestamptz,
    "scope" text,
    "password" text,                                     -- a hash; server/passwords.py lists the formats
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamptz NOT NULL
);

CREATE INDEX "account_userId_idx" ON "account" ("userId");
CREATE UNIQUE INDEX "account_providerId_accountId_uidx" ON "account" ("providerId", "accountId");

CREATE TABLE "verification" (
    "id" text NOT NULL PRIMARY KEY,
    "identifier" text NOT NULL,
    "value" text NOT NULL,
    "expiresAt" timestamptz NOT NULL,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE INDEX "verification_identifier_idx" ON "verification" ("identifier");

CREATE TABLE "rateLimit" (
    "id" text NOT NULL PRIMARY KEY,
    "key" text NOT NULL UNIQUE,
    "count" integer NOT NULL,
    "lastRequest" bigint NOT NULL                        -- milliseconds since the epoch
);

-- == Mail: what was promised and is not sent yet; a row goes when its mail has gone ================================

CREATE TABLE "ai_editor_mail" (
    "id" text NOT NULL PRIMARY KEY,                      -- the Message-ID too, the same at every attempt
    "template" text NOT NULL,                            -- '' for nobody: written to take the same time, then dropped
    "recipient" text NOT NULL,
    "context" jsonb NOT NULL,                            -- what the template is given; text to text
    "attempts" integer DEFAULT 0 NOT NULL,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "dueAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,  -- the next attempt; during one, when another may begin
    "expiresAt" timestamptz NOT NULL                     -- given up then: its link is dead, or nobody waits any more
);

CREATE INDEX "ai_editor_mail_dueAt_idx" ON "ai_editor_mail" ("dueAt");

-- == Operation ======================================================================================================

CREATE TABLE "ai_editor_migration" (
    "name" text NOT NULL PRIMARY KEY,
    "appliedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);

-- == Changes that session caches hear of ===========================================================================

-- Every change of a session or a user is announced when it is committed, whoever made it: another process, a
-- better-auth server on this database, or a person with psql. The announcement names a session by the SHA-256 of its
-- token, since every user of the database can hear it. Inserts are not announced: an absence is never kept.

CREATE FUNCTION ai_editor_session_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('ai_editor_change', 's' || encode(sha256(convert_to(OLD."token", 'UTF8')), 'hex'));
    RETURN NULL;
END
$$;

CREATE FUNCTION ai_editor_user_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('ai_editor_change', 'u' || OLD."id");
    RETURN NULL;
END
$$;

CREATE TRIGGER ai_editor_session_changed AFTER UPDATE OR DELETE ON "session"
    FOR EACH ROW EXECUTE FUNCTION ai_editor_session_changed();

CREATE TRIGGER ai_editor_user_changed AFTER UPDATE OR DELETE ON "user"
    FOR EACH ROW EXECUTE FUNCTION ai_editor_user_changed();

-- TRUNCATE fires no row trigger.
CREATE FUNCTION ai_editor_all_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('ai_editor_change', '*');
    RETURN NULL;
END
$$;

CREATE TRIGGER ai_editor_session_truncated AFTER TRUNCATE ON "session"
    FOR EACH STATEMENT EXECUTE FUNCTION ai_editor_all_changed();

CREATE TRIGGER ai_editor_user_truncated AFTER TRUNCATE ON "user"
    FOR EACH STATEMENT EXECUTE FUNCTION ai_editor_all_changed();

-- == Devices that users have signed in from ==========================================================================

CREATE TABLE "ai_editor_device" (
    "userId" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "fingerprint" text NOT NULL,                         -- HMAC of browser, system and network
    "seenAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    PRIMARY KEY ("userId", "fingerprint")
);

-- == Further sign-ups of an address that has an account already ======================================================

-- Of an account whose address nobody has proven: whose mailed link is followed, theirs are the password and the name.
-- Of a proven one nothing is kept but that it happened, so that its owner is not sent mails without end.
CREATE TABLE "ai_editor_sign_up" (
    "id" text NOT NULL PRIMARY KEY,                      -- the link's token names it
    "userId" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "name" text,
    "image" text,
    "password" text,                                     -- a hash; none where the address is proven
    "columns" jsonb,                                     -- what declared columns are to hold, text to text
    "ipAddress" text,                                    -- a mail that is asked for from there is of this sign-up
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE INDEX "ai_editor_sign_up_userId_idx" ON "ai_editor_sign_up" ("userId");

-- == Second factors: the table of better-auth's plugin two-factor ===================================================

CREATE TABLE "twoFactor" (
    "id" text NOT NULL PRIMARY KEY,
    "secret" text NOT NULL,                              -- encrypted, as are the codes: see server/crypto/encryption.py
    "backupCodes" text NOT NULL,                         -- a JSON list of those that are left
    "userId" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "verified" boolean,                                  -- false until the first code was right
    "failedVerificationCount" integer,                   -- wrong codes in a row, at sign-ins
    "lockedUntil" timestamptz
);

CREATE INDEX "twoFactor_secret_idx" ON "twoFactor" ("secret");
CREATE INDEX "twoFactor_userId_idx" ON "twoFactor" ("userId");

-- == Passkeys: as better-auth's plugin has them =======================================================================

CREATE TABLE "passkey" (
    "id" text NOT NULL PRIMARY KEY,
    "name" text,
    "publicKey" text NOT NULL,                           -- COSE, in base64
    "userId" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "credentialID" text NOT NULL,                        -- what the authenticator calls it, in base64url
    "counter" integer NOT NULL,                          -- how often it was used, or 0 for good
    "deviceType" text NOT NULL,                          -- 'singleDevice' or 'multiDevice'
    "backedUp" boolean NOT NULL,
    "transports" text,                                   -- with commas: 'internal,hybrid'
    "createdAt" timestamptz,
    "aaguid" text                                        -- the authenticator's make
);

CREATE INDEX "passkey_userId_idx" ON "passkey" ("userId");
CREATE INDEX "passkey_credentialID_idx" ON "passkey" ("credentialID");

-- == Audit: who did what, on whom, from where, and when =============================================================

-- Rows outlive the users that they are about: no reference to them.
CREATE TABLE "ai_editor_audit" (
    "id" text NOT NULL PRIMARY KEY,
    "createdAt" timestamptz NOT NULL,
    "event" text NOT NULL,                               -- as the log names it: 'sign-in', …
    "result" text NOT NULL,                              -- 'success' or 'failure'
    "actor" text,                                        -- who did it: a user's id, 'command', 'somebody'; or unknown
    "subject" text,                                      -- whose account it is about: a user's id
    "sessionId" text,                                    -- "session"."id", never a token
    "ipAddress" text,
    "userAgent" text,                                    -- the first of it, in ASCII
    "requestId" text,
    "details" jsonb NOT NULL,                            -- text to text, nothing secret
    "position" bigint UNIQUE,                            -- the place in the chain: 1, 2, …; none until it is sealed
    "hash" text                                          -- SHA-256 over the row and the hash before it
);

CREATE INDEX "ai_editor_audit_subject_idx" ON "ai_editor_audit" ("subject", "createdAt", "id");
CREATE INDEX "ai_editor_audit_createdAt_idx" ON "ai_editor_audit" ("createdAt", "id");
CREATE INDEX "ai_editor_audit_unsealed_idx" ON "ai_editor_audit" ("createdAt", "id") WHERE "position" IS NULL;

-- A row comes without a place in the chain, is given one once, and stays.
CREATE FUNCTION ai_editor_audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW."position" IS NULL AND NEW."hash" IS NULL THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD."position" IS NULL AND NEW."position" IS NOT NULL AND NEW."hash" IS NOT NULL
            AND to_jsonb(NEW) - 'position' - 'hash' = to_jsonb(OLD) - 'position' - 'hash' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is added to and never changed: % is refused', TG_OP;
END
$$;

CREATE TRIGGER ai_editor_audit_kept BEFORE INSERT OR UPDATE OR DELETE ON "ai_editor_audit"
    FOR EACH ROW EXECUTE FUNCTION ai_editor_audit_kept();

CREATE TRIGGER ai_editor_audit_emptied BEFORE TRUNCATE ON "ai_editor_audit"
    FOR EACH STATEMENT EXECUTE FUNCTION ai_editor_audit_kept();

-- == Documents =====================================================================================================

-- Documents: what people write, as a log of what changed and a snapshot of what came before; who else may see them.
CREATE TABLE "ai_editor_folder" (
    "id" text NOT NULL PRIMARY KEY,
    "ownerId" text /* reference */ NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "parentId" text REFERENCES "ai_editor_folder" ("id") ON DELETE CASCADE,
    "name" text NOT NULL,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE INDEX "ai_editor_folder_ownerId_idx" ON "ai_editor_folder" ("ownerId");
CREATE INDEX "ai_editor_folder_parentId_idx" ON "ai_editor_folder" ("parentId");

CREATE TABLE "ai_editor_document" (
    "id" text NOT NULL PRIMARY KEY,
    "ownerId" text /* reference */ NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "folderId" text REFERENCES "ai_editor_folder" ("id") ON DELETE SET NULL,
    "title" text DEFAULT '' NOT NULL,
    "icon" text,
    "schema" integer NOT NULL,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "deletedAt" timestamptz
);

CREATE INDEX "ai_editor_document_ownerId_idx" ON "ai_editor_document" ("ownerId", "updatedAt", "id");
CREATE INDEX "ai_editor_document_folderId_idx" ON "ai_editor_document" ("folderId");
CREATE INDEX "ai_editor_document_deletedAt_idx" ON "ai_editor_document" ("deletedAt") WHERE "deletedAt" IS NOT NULL;

-- What every key touches stands apart: no index has to follow it. "seq" is the number of the last row of the log.
CREATE TABLE "ai_editor_document_state" (
    "documentId" text NOT NULL PRIMARY KEY REFERENCES "ai_editor_document" ("id") ON DELETE CASCADE,
    "seq" bigint DEFAULT 0 NOT NULL,
    "snapshot" bytea NOT NULL,
    "snapshotSeq" bigint DEFAULT 0 NOT NULL,
    "logRows" integer DEFAULT 0 NOT NULL,
    "logBytes" bigint DEFAULT 0 NOT NULL
);

CREATE TABLE "ai_editor_document_update" (
    "documentId" text NOT NULL REFERENCES "ai_editor_document_state" ("documentId") ON DELETE CASCADE,
    "seq" bigint NOT NULL,
    "userId" text,
    "update" bytea NOT NULL,
    "at" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    PRIMARY KEY ("documentId", "seq")
);

-- One row for a person, an address that was invited, or a link; who came by a link has a row that goes with it.
CREATE TABLE "ai_editor_document_access" (
    "id" text NOT NULL PRIMARY KEY,
    "documentId" text NOT NULL REFERENCES "ai_editor_document" ("id") ON DELETE CASCADE,
    "userId" text /* reference */ REFERENCES "user" ("id") ON DELETE CASCADE,
    "email" text,
    "linkId" text REFERENCES "ai_editor_document_access" ("id") ON DELETE CASCADE,
    "tokenHash" text UNIQUE,
    "role" text NOT NULL,
    "expiresAt" timestamptz,
    "createdBy" text,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE INDEX "ai_editor_document_access_documentId_idx" ON "ai_editor_document_access" ("documentId");
CREATE INDEX "ai_editor_document_access_userId_idx" ON "ai_editor_document_access" ("userId");
CREATE INDEX "ai_editor_document_access_email_idx" ON "ai_editor_document_access" ("email") WHERE "email" IS NOT NULL;
CREATE INDEX "ai_editor_document_access_linkId_idx" ON "ai_editor_document_access" ("linkId") WHERE "linkId" IS NOT NULL;

CREATE TABLE "ai_editor_document_request" (
    "documentId" text NOT NULL REFERENCES "ai_editor_document" ("id") ON DELETE CASCADE,
    "userId" text /* reference */ NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    PRIMARY KEY ("documentId", "userId")
);

CREATE INDEX "ai_editor_document_request_userId_idx" ON "ai_editor_document_request" ("userId");

CREATE TABLE "ai_editor_document_text" (
    "documentId" text NOT NULL PRIMARY KEY REFERENCES "ai_editor_document" ("id") ON DELETE CASCADE,
    "text" text NOT NULL,
    "words" tsvector NOT NULL
);

CREATE INDEX "ai_editor_document_text_words_idx" ON "ai_editor_document_text" USING gin ("words");

-- Typos are forgiven where the database may have this extension; elsewhere words are found as they are written.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX "ai_editor_document_title_idx" ON "ai_editor_document" USING gin ("title" gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    NULL;
END
$$;

-- Open pages are told what became of their document: an access ("a"), or what it is called and whether it is there ("m").
CREATE FUNCTION ai_editor_document_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('ai_editor_document', 'a' || COALESCE(NEW."documentId", OLD."documentId"));
    RETURN NULL;
END
$$;

CREATE FUNCTION ai_editor_document_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('ai_editor_document', 'm' || OLD."id");
    RETURN NULL;
END
$$;

CREATE TRIGGER ai_editor_document_access_changed AFTER INSERT OR UPDATE OR DELETE ON "ai_editor_document_access"
    FOR EACH ROW EXECUTE FUNCTION ai_editor_document_access_changed();

CREATE TRIGGER ai_editor_document_changed AFTER UPDATE OF "ownerId", "title", "icon", "deletedAt" ON "ai_editor_document"
    FOR EACH ROW EXECUTE FUNCTION ai_editor_document_changed();

CREATE TRIGGER ai_editor_document_deleted AFTER DELETE ON "ai_editor_document"
    FOR EACH ROW EXECUTE FUNCTION ai_editor_document_changed();

-- Attachments of documents. The file is in the shared folder, under its digest; the row comes after it, and never changes.
CREATE TABLE "ai_editor_attachment" (
    "documentId" text NOT NULL REFERENCES "ai_editor_document" ("id") ON DELETE CASCADE,
    "id" text NOT NULL,
    "name" text NOT NULL,
    "type" text NOT NULL,
    "bytes" bigint NOT NULL,
    "width" integer,
    "height" integer,
    "digest" text NOT NULL,
    "userId" text,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    PRIMARY KEY ("documentId", "id")
);
