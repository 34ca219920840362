-- Rehearsals of moves, as they were found on one state of the cases. A move asks for one of exactly its text and its map:
-- fingerprint is the digest of both. law_edition is how often the law was published or retired until then.
CREATE TABLE rehearsal (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    key TEXT NOT NULL CHECK (key <> ''),
    version INTEGER NOT NULL CHECK (version >= 1),
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    steps TEXT NOT NULL CHECK (json_valid(steps)),
    law_edition INTEGER NOT NULL CHECK (law_edition >= 0),
    running INTEGER NOT NULL CHECK (running >= 0),
    as_they_are INTEGER NOT NULL CHECK (as_they_are >= 0),
    with_deadlines INTEGER NOT NULL CHECK (with_deadlines >= 0),
    cannot_go INTEGER NOT NULL CHECK (cannot_go >= 0),
    at TEXT NOT NULL CHECK (length(at) = 27),
    actor_id BLOB CHECK (length(actor_id) = 16),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id)
) STRICT;
CREATE INDEX rehearsal_of ON rehearsal (region_id, fingerprint, law_edition, at);

-- How often a pass has begun at the first case: it looks once more for what was changed beside it.
ALTER TABLE case_pass ADD COLUMN round INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('rehearsal', 'sqlite_autoindex_rehearsal_1', '60 60 1'),
    ('rehearsal', 'rehearsal_of', '60 60 2 2 1');
