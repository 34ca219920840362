-- Searches read the number itself.
ALTER TABLE cases DROP COLUMN search_key;
-- How far a case has come (what guards and timers look at), and the mediator who is asked to take it.
-- Neither is confidential: what was declared, answered or agreed stands in the ciphertext.
ALTER TABLE cases ADD COLUMN course TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(course));
ALTER TABLE cases ADD COLUMN asked_id BLOB CHECK (length(asked_id) = 16);
CREATE INDEX cases_by_asked ON cases (region_id, asked_id, stage, filed_at, id) WHERE asked_id IS NOT NULL;

-- A deadline as it was worked out: when it counts from, when it is due, in whose days, and why then.
-- An event arms a name once, and one row of a name is armed in a case at most; a claim is a lease with a random token, as in the outbox.
DROP TABLE timer;
CREATE TABLE timer (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    name TEXT NOT NULL CHECK (name <> ''),
    state TEXT NOT NULL CHECK (state IN ('armed', 'fired', 'cancelled', 'moved')),
    starts_at TEXT NOT NULL CHECK (length(starts_at) = 27),
    due_at TEXT NOT NULL CHECK (length(due_at) = 27),
    due_local TEXT NOT NULL CHECK (length(due_local) = 19),
    zone TEXT NOT NULL CHECK (zone <> ''),
    basis TEXT NOT NULL CHECK (json_valid(basis)),
    armed_by INTEGER NOT NULL CHECK (armed_by >= 1),
    lease_token BLOB CHECK (length(lease_token) = 16),
    lease_until TEXT CHECK (length(lease_until) = 27),
    settled_at TEXT CHECK (length(settled_at) = 27),
    CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
    CHECK ((state = 'armed') = (settled_at IS NULL)),
    PRIMARY KEY (region_id, case_id, armed_by, name),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
) STRICT;
CREATE INDEX timer_due ON timer (due_at) WHERE state = 'armed';
CREATE UNIQUE INDEX timer_armed ON timer (region_id, case_id, name) WHERE state = 'armed';

DELETE FROM sqlite_stat1 WHERE tbl = 'timer';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('cases', 'cases_by_asked', '2000 2000 2 1 1 1'),
    ('timer', 'sqlite_autoindex_timer_1', '400000 400000 4 2 1'),
    ('timer', 'timer_armed', '60000 60000 2 1'),
    ('timer', 'timer_due', '60000 10');
