-- The audit log is sealed in a table of its own: an entry is stored with its change and never touched again, and a worker
-- numbers it and chains it to the one before. Who searches the log walks the seals, so entries need no index but their key.
ALTER TABLE audit_entry DROP COLUMN seq;
ALTER TABLE audit_entry DROP COLUMN prev_hash;
ALTER TABLE audit_entry DROP COLUMN hash;
DROP INDEX audit_entry_by_time;
DROP INDEX audit_entry_by_object;

-- A seal is over a row of audit_entry or of case_event, whichever has this id; seq has no gap in a region.
-- The ids begin with the time, so they order by it. Actor, action and object are repeated for searches, and compared by verify.
CREATE TABLE audit_seal (
    region_id UUID NOT NULL,
    seq BIGINT NOT NULL CHECK (seq >= 1),
    entry_id UUID NOT NULL,
    source TEXT COLLATE "C" NOT NULL CHECK (source IN ('entry', 'event')),
    actor_id UUID,
    action TEXT COLLATE "C" NOT NULL CHECK (action <> ''),
    object_kind TEXT COLLATE "C" NOT NULL CHECK (object_kind <> ''),
    object_id TEXT COLLATE "C" NOT NULL,
    prev_hash BYTEA NOT NULL CHECK (length(prev_hash) = 32),
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (region_id, seq),
    UNIQUE (region_id, entry_id),
    FOREIGN KEY (region_id) REFERENCES region (id)
);
CREATE INDEX audit_seal_by_actor ON audit_seal (region_id, actor_id, entry_id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_seal_by_action ON audit_seal (region_id, action, entry_id);
CREATE INDEX audit_seal_by_object ON audit_seal (region_id, object_kind, object_id, entry_id);

-- The heads that were written down outside, and where: so that they are not written twice, and to show the last one.
-- What proves something is the copy outside.
CREATE TABLE audit_anchor (
    region_id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    seq BIGINT NOT NULL CHECK (seq >= 0),
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    place TEXT COLLATE "C" NOT NULL CHECK (place <> ''),
    PRIMARY KEY (region_id, at),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

-- Whoever owns the tables can take this away; then the chain and its anchors show what was done.
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added and never changed or removed', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER audit_entry_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER audit_seal_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER audit_anchor_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
CREATE TRIGGER case_event_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
