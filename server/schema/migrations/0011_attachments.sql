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
