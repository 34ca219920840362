-- The audit log is sealed in a table of its own: an entry is stored with its change and never touched again, and a worker
-- numbers it and chains it to the one before. Who searches the log walks the seals, so entries need no index but their key.
-- SQLite takes no column out of a unique constraint, so the table is made anew.
CREATE TABLE audit_entry_new (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    at TEXT NOT NULL CHECK (length(at) = 27),
    actor_id BLOB CHECK (length(actor_id) = 16),
    action TEXT NOT NULL CHECK (action <> ''),
    object_kind TEXT NOT NULL CHECK (object_kind <> ''),
    object_id TEXT NOT NULL,
    before TEXT CHECK (json_valid(before)),
    after TEXT CHECK (json_valid(after)),
    reason TEXT,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT;
INSERT INTO audit_entry_new
    SELECT region_id, id, at, actor_id, action, object_kind, object_id, before, after, reason FROM audit_entry;
DROP TABLE audit_entry;
ALTER TABLE audit_entry_new RENAME TO audit_entry;

-- A seal is over a row of audit_entry or of case_event, whichever has this id; seq has no gap in a region.
-- The ids begin with the time, so they order by it. Actor, action and object are repeated for searches, and compared by verify.
CREATE TABLE audit_seal (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    entry_id BLOB NOT NULL CHECK (length(entry_id) = 16),
    source TEXT NOT NULL CHECK (source IN ('entry', 'event')),
    actor_id BLOB CHECK (length(actor_id) = 16),
    action TEXT NOT NULL CHECK (action <> ''),
    object_kind TEXT NOT NULL CHECK (object_kind <> ''),
    object_id TEXT NOT NULL,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (region_id, seq),
    UNIQUE (region_id, entry_id),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_seal_by_actor ON audit_seal (region_id, actor_id, entry_id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_seal_by_action ON audit_seal (region_id, action, entry_id);
CREATE INDEX audit_seal_by_object ON audit_seal (region_id, object_kind, object_id, entry_id);

-- The heads that were written down outside, and where: so that they are not written twice, and to show the last one.
-- What proves something is the copy outside.
CREATE TABLE audit_anchor (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    at TEXT NOT NULL CHECK (length(at) = 27),
    seq INTEGER NOT NULL CHECK (seq >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    place TEXT NOT NULL CHECK (place <> ''),
    PRIMARY KEY (region_id, at),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT, WITHOUT ROWID;

-- Whoever has the file can take this away; then the chain and its anchors show what was done.
CREATE TRIGGER audit_entry_not_changed BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'rows of audit_entry are added and never changed or removed'); END;
CREATE TRIGGER audit_entry_not_removed BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'rows of audit_entry are added and never changed or removed'); END;
CREATE TRIGGER audit_seal_not_changed BEFORE UPDATE ON audit_seal
BEGIN SELECT RAISE(ABORT, 'rows of audit_seal are added and never changed or removed'); END;
CREATE TRIGGER audit_seal_not_removed BEFORE DELETE ON audit_seal
BEGIN SELECT RAISE(ABORT, 'rows of audit_seal are added and never changed or removed'); END;
CREATE TRIGGER audit_anchor_not_changed BEFORE UPDATE ON audit_anchor
BEGIN SELECT RAISE(ABORT, 'rows of audit_anchor are added and never changed or removed'); END;
CREATE TRIGGER audit_anchor_not_removed BEFORE DELETE ON audit_anchor
BEGIN SELECT RAISE(ABORT, 'rows of audit_anchor are added and never changed or removed'); END;
CREATE TRIGGER case_event_not_changed BEFORE UPDATE ON case_event
BEGIN SELECT RAISE(ABORT, 'rows of case_event are added and never changed or removed'); END;
CREATE TRIGGER case_event_not_removed BEFORE DELETE ON case_event
BEGIN SELECT RAISE(ABORT, 'rows of case_event are added and never changed or removed'); END;

DELETE FROM sqlite_stat1 WHERE tbl LIKE 'audit_entry%';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('audit_entry', 'sqlite_autoindex_audit_entry_1', '2000000 2000000 1'),
    ('audit_seal', 'audit_seal', '2400000 2400000 1'),
    ('audit_seal', 'sqlite_autoindex_audit_seal_2', '2400000 2400000 1'),
    ('audit_seal', 'audit_seal_by_actor', '2300000 2300000 8000 1'),
    ('audit_seal', 'audit_seal_by_action', '2400000 2400000 60000 1'),
    ('audit_seal', 'audit_seal_by_object', '2400000 2400000 240000 20 1'),
    ('audit_anchor', 'audit_anchor', '50000 50000 1');
