-- From where each user has signed in before: a keyed hash of browser, system and network, so that a new one can be
-- told by mail and nobody can read from here where people live.
CREATE TABLE "ai_editor_device" (
    "userId" text /* reference */ NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    "fingerprint" text NOT NULL,
    "seenAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
    PRIMARY KEY ("userId", "fingerprint")
);
