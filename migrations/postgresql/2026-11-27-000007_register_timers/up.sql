-- How often a timer could not fire because something is broken, and the code of what was; it is put off and never given up.
ALTER TABLE timer ADD COLUMN failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0);
ALTER TABLE timer ADD COLUMN fault TEXT COLLATE "C";

-- Reminders of the registers: the last day of a memorandum, or of a mediator's papers. A change of the entry arms, moves and ends
-- them, and they are claimed as the timers of cases are.
CREATE TABLE register_timer (
    region_id UUID NOT NULL REFERENCES region (id),
    object_kind TEXT COLLATE "C" NOT NULL CHECK (object_kind IN ('memorandum', 'mediator')),
    object_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('armed', 'fired', 'cancelled', 'moved')),
    due_at TIMESTAMPTZ NOT NULL,
    due_local TEXT COLLATE "C" NOT NULL CHECK (length(due_local) = 19),
    zone TEXT COLLATE "C" NOT NULL CHECK (zone <> ''),
    last_day DATE NOT NULL,
    armed_by INTEGER NOT NULL CHECK (armed_by >= 1),
    lease_token UUID,
    lease_until TIMESTAMPTZ,
    settled_at TIMESTAMPTZ,
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    fault TEXT COLLATE "C",
    CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
    CHECK ((state = 'armed') = (settled_at IS NULL)),
    PRIMARY KEY (region_id, object_id, armed_by, name)
);
CREATE INDEX register_timer_due ON register_timer (due_at) WHERE state = 'armed';
CREATE UNIQUE INDEX register_timer_armed ON register_timer (region_id, object_id, name) WHERE state = 'armed';
