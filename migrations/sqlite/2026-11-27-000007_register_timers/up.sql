-- How often a timer could not fire because something is broken, and the code of what was; it is put off and never given up.
ALTER TABLE timer ADD COLUMN failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0);
ALTER TABLE timer ADD COLUMN fault TEXT;

-- Reminders of the registers: the last day of a memorandum, or of a mediator's papers. A change of the entry arms, moves and ends
-- them, and they are claimed as the timers of cases are.
CREATE TABLE register_timer (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16) REFERENCES region (id),
    object_kind TEXT NOT NULL CHECK (object_kind IN ('memorandum', 'mediator')),
    object_id BLOB NOT NULL CHECK (length(object_id) = 16),
    name TEXT NOT NULL CHECK (name <> ''),
    state TEXT NOT NULL CHECK (state IN ('armed', 'fired', 'cancelled', 'moved')),
    due_at TEXT NOT NULL CHECK (length(due_at) = 27),
    due_local TEXT NOT NULL CHECK (length(due_local) = 19),
    zone TEXT NOT NULL CHECK (zone <> ''),
    last_day TEXT NOT NULL CHECK (length(last_day) = 10),
    armed_by INTEGER NOT NULL CHECK (armed_by >= 1),
    lease_token BLOB CHECK (length(lease_token) = 16),
    lease_until TEXT CHECK (length(lease_until) = 27),
    settled_at TEXT CHECK (length(settled_at) = 27),
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    fault TEXT,
    CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
    CHECK ((state = 'armed') = (settled_at IS NULL)),
    PRIMARY KEY (region_id, object_id, armed_by, name)
) STRICT;
CREATE INDEX register_timer_due ON register_timer (due_at) WHERE state = 'armed';
CREATE UNIQUE INDEX register_timer_armed ON register_timer (region_id, object_id, name) WHERE state = 'armed';

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('register_timer', 'sqlite_autoindex_register_timer_1', '1000 1000 4 2 1'),
    ('register_timer', 'register_timer_armed', '400 400 3 1'),
    ('register_timer', 'register_timer_due', '400 2');
