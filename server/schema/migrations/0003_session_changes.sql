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
