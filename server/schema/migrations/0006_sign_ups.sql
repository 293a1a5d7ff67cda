-- Further sign-ups of an address that has an account: whose link is followed, theirs are the password and the name.
CREATE TABLE "ai_editor_sign_up" (
    "id" text NOT NULL PRIMARY KEY,
    "userId" text /* reference */ NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "name" text,
    "image" text,
    "password" text,
    "columns" jsonb,
    "ipAddress" text,
    "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE INDEX "ai_editor_sign_up_userId_idx" ON "ai_editor_sign_up" ("userId");
