-- We and better-auth write addresses in lower case; others did not. Who they are is looked up here: an index of few rows,
-- or of none.
CREATE INDEX IF NOT EXISTS "ai_editor_user_email_capitals_idx" ON "user" (lower("email"))
WHERE "email" <> lower("email");
