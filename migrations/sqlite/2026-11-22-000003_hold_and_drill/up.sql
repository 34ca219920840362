-- A restored database sends nothing until a person releases it: while a row stands here, no
-- message is claimed. It concerns the whole database, so it has no region.
CREATE TABLE hold (
    name TEXT NOT NULL CHECK (name <> ''),
    since TEXT NOT NULL CHECK (length(since) = 27),
    backup_id BLOB NOT NULL CHECK (length(backup_id) = 16),
    backup_taken_at TEXT NOT NULL CHECK (length(backup_taken_at) = 27),
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

-- Restore drills that succeeded: a backup counts only when it was restored.
CREATE TABLE drill (
    id BLOB NOT NULL CHECK (length(id) = 16),
    at TEXT NOT NULL CHECK (length(at) = 27),
    backup_id BLOB NOT NULL CHECK (length(backup_id) = 16),
    backup_taken_at TEXT NOT NULL CHECK (length(backup_taken_at) = 27),
    cases INTEGER NOT NULL CHECK (cases >= 0),
    milliseconds INTEGER NOT NULL CHECK (milliseconds >= 0),
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX drill_by_time ON drill (at);
