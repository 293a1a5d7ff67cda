-- Mails that were promised and are not sent yet. better-auth sends them while the request waits, and keeps none.
CREATE TABLE "ai_editor_mail" (
    "id" text NOT NULL PRIMARY KEY,
    "template" text NOT NULL,
    "recipient" text NOT NULL,
    "context" jsonb NOT NULL,
    "attempts" integer DEFAULT 0 NOT NULL,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "dueAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "expiresAt" timestamptz NOT NULL
);

CREATE INDEX "ai_editor_mail_dueAt_idx" ON "ai_editor_mail" ("dueAt");
