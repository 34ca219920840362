-- How long each kind of data is kept. A kind without a row, or without months, is kept until somebody sets it.
CREATE TABLE retention (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    kind TEXT NOT NULL CHECK (kind <> ''),
    months INTEGER CHECK (months >= 1),
    version INTEGER NOT NULL CHECK (version >= 1),
    set_at TEXT NOT NULL CHECK (length(set_at) = 27),
    set_by BLOB CHECK (length(set_by) = 16),
    PRIMARY KEY (region_id, kind),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (region_id, set_by) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;

-- Erasures: looked at first, confirmed then, done case by case. months is the retention by which it was looked at; none
-- for a case that was named.
CREATE TABLE erasure (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind <> ''),
    months INTEGER CHECK (months >= 1),
    closed_before TEXT CHECK (length(closed_before) = 10),
    cases INTEGER NOT NULL CHECK (cases >= 0),
    version INTEGER NOT NULL CHECK (version >= 1),
    at TEXT NOT NULL CHECK (length(at) = 27),
    actor_id BLOB CHECK (length(actor_id) = 16),
    confirmed_at TEXT CHECK (length(confirmed_at) = 27),
    confirmed_by BLOB CHECK (length(confirmed_by) = 16),
    reason TEXT,
    finished_at TEXT CHECK (length(finished_at) = 27),
    PRIMARY KEY (region_id, id),
    CHECK ((confirmed_at IS NULL) = (reason IS NULL)),
    CHECK (finished_at IS NULL OR confirmed_at IS NOT NULL),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, confirmed_by) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;

-- The cases of an erasure, as they were found when it was looked at: no other is erased by it.
CREATE TABLE erasure_case (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    erasure_id BLOB NOT NULL CHECK (length(erasure_id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    erased_at TEXT CHECK (length(erased_at) = 27),
    PRIMARY KEY (region_id, erasure_id, case_id),
    FOREIGN KEY (region_id, erasure_id) REFERENCES erasure (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_case_left ON erasure_case (region_id, erasure_id) WHERE erased_at IS NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('retention', 'retention', '1 1 1'),
    ('erasure', 'erasure', '60 60 1'),
    ('erasure_case', 'erasure_case', '20000 20000 1000 1'),
    ('erasure_case', 'erasure_case_left', '200 200 200');
