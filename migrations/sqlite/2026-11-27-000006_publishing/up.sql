-- How often something of a kind was published or retired in a region: whoever holds definitions and laws in memory
-- looks here whether they are still all.
CREATE TABLE edition (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('workflow', 'profile', 'holidays')),
    number INTEGER NOT NULL CHECK (number >= 1),
    PRIMARY KEY (region_id, kind),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT, WITHOUT ROWID;

-- Legal profiles and days off as they were published, each a text that never changes, as in workflow_definition.
CREATE TABLE law_text (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('profile', 'holidays')),
    version INTEGER NOT NULL CHECK (version >= 1),
    text TEXT NOT NULL CHECK (text <> ''),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    published_at TEXT NOT NULL CHECK (length(published_at) = 27),
    PRIMARY KEY (region_id, kind, version),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT;

-- Who published or retired what, when and why. What is published has no column that changes: retiring is a row here.
CREATE TABLE publication (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('workflow', 'profile', 'holidays')),
    key TEXT NOT NULL CHECK (key <> ''),
    version INTEGER NOT NULL CHECK (version >= 1),
    act TEXT NOT NULL CHECK (act IN ('publish', 'retire')),
    at TEXT NOT NULL CHECK (length(at) = 27),
    actor_id BLOB CHECK (length(actor_id) = 16),
    reason TEXT NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (region_id, kind, key, version, act),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;

-- What somebody writes before it is published; steps is the map for running cases, old step to new.
CREATE TABLE draft (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('workflow', 'profile', 'holidays')),
    title TEXT NOT NULL CHECK (title <> ''),
    text TEXT NOT NULL,
    steps TEXT NOT NULL CHECK (json_valid(steps)),
    version INTEGER NOT NULL CHECK (version >= 1),
    author_id BLOB NOT NULL CHECK (length(author_id) = 16),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    updated_at TEXT NOT NULL CHECK (length(updated_at) = 27),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, author_id) REFERENCES account (region_id, id)
) STRICT;

-- A pass over running cases, in batches: each batch moves the cursor and the counts in its own transaction,
-- so a pass that was interrupted goes on behind the last case that was committed. touched_at is the last batch.
CREATE TABLE case_pass (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('move', 'undo', 'recount')),
    key TEXT NOT NULL CHECK (key <> ''),
    version INTEGER NOT NULL CHECK (version >= 1),
    steps TEXT NOT NULL CHECK (json_valid(steps)),
    state TEXT NOT NULL CHECK (state IN ('running', 'done')),
    batch INTEGER NOT NULL CHECK (batch >= 0),
    cursor_id BLOB CHECK (length(cursor_id) = 16),
    changed INTEGER NOT NULL CHECK (changed >= 0),
    refused INTEGER NOT NULL CHECK (refused >= 0),
    actor_id BLOB CHECK (length(actor_id) = 16),
    grant_id BLOB CHECK (length(grant_id) = 16),
    reason TEXT NOT NULL CHECK (reason <> ''),
    started_at TEXT NOT NULL CHECK (length(started_at) = 27),
    touched_at TEXT NOT NULL CHECK (length(touched_at) = 27),
    finished_at TEXT CHECK (length(finished_at) = 27),
    CHECK ((state = 'done') = (finished_at IS NOT NULL)),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX case_pass_running ON case_pass (region_id, key) WHERE state = 'running';

-- The cases that a pass left where they are, and why.
CREATE TABLE case_pass_refusal (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    pass_id BLOB NOT NULL CHECK (length(pass_id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    code TEXT NOT NULL CHECK (code <> ''),
    step TEXT NOT NULL,
    about TEXT NOT NULL,
    PRIMARY KEY (region_id, pass_id, case_id),
    FOREIGN KEY (region_id, pass_id) REFERENCES case_pass (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('case_pass', 'case_pass', '20 20 1'),
    ('case_pass', 'case_pass_running', '1 1 1'),
    ('case_pass_refusal', 'case_pass_refusal', '5000 5000 500 1'),
    ('draft', 'sqlite_autoindex_draft_1', '20 20 1'),
    ('edition', 'edition', '6 3 1'),
    ('law_text', 'sqlite_autoindex_law_text_1', '20 20 10 1'),
    ('publication', 'publication', '40 40 14 5 2 1');
