-- Who did what, on whom, from where, and when. Rows outlive the users that they are about: no reference to them.
CREATE TABLE "ai_editor_audit" (
    "id" text NOT NULL PRIMARY KEY,
    "createdAt" timestamptz NOT NULL,
    "event" text NOT NULL,
    "result" text NOT NULL,
    "actor" text,
    "subject" text,
    "sessionId" text,
    "ipAddress" text,
    "userAgent" text,
    "requestId" text,
    "details" jsonb NOT NULL,
    "position" bigint UNIQUE,
    "hash" text
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
