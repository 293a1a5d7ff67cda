-- One account of a provider belongs to one user. better-auth has no such index and answers two rows with an error.
CREATE UNIQUE INDEX IF NOT EXISTS "account_providerId_accountId_uidx" ON "account" ("providerId", "accountId");
