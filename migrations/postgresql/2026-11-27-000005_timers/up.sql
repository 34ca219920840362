-- Searches read the number itself.
ALTER TABLE cases DROP COLUMN search_key;
-- How far a case has come (what guards and timers look at), and the mediator who is asked to take it.
-- Neither is confidential: what was declared, answered or agreed stands in the ciphertext.
ALTER TABLE cases ADD COLUMN course JSONB NOT NULL DEFAULT '{}';
ALTER TABLE cases ADD COLUMN asked_id UUID;
CREATE INDEX cases_by_asked ON cases (region_id, asked_id, stage, filed_at, id) WHERE asked_id IS NOT NULL;

-- A deadline as it was worked out: when it counts from, when it is due, in whose days, and why then.
-- An event arms a name once, and one row of a name is armed in a case at most; a claim is a lease with a random token, as in the outbox.
DROP TABLE timer;
CREATE TABLE timer (
    region_id UUID NOT NULL,
    case_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('armed', 'fired', 'cancelled', 'moved')),
    starts_at TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    due_local TEXT COLLATE "C" NOT NULL CHECK (length(due_local) = 19),
    zone TEXT COLLATE "C" NOT NULL CHECK (zone <> ''),
    basis JSONB NOT NULL,
    armed_by INTEGER NOT NULL CHECK (armed_by >= 1),
    lease_token UUID,
    lease_until TIMESTAMPTZ,
    settled_at TIMESTAMPTZ,
    CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
    CHECK ((state = 'armed') = (settled_at IS NULL)),
    PRIMARY KEY (region_id, case_id, armed_by, name),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
);
CREATE INDEX timer_due ON timer (due_at) WHERE state = 'armed';
CREATE UNIQUE INDEX timer_armed ON timer (region_id, case_id, name) WHERE state = 'armed';
