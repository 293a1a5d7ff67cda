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
