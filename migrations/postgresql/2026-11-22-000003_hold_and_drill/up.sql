-- A restored database sends nothing until a person releases it: while a row stands here, no
-- message is claimed. It concerns the whole database, so it has no region.
CREATE TABLE hold (
    name TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    since TIMESTAMPTZ NOT NULL,
    backup_id UUID NOT NULL,
    backup_taken_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (name)
);

-- Restore drills that succeeded: a backup counts only when it was restored.
CREATE TABLE drill (
    id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    backup_id UUID NOT NULL,
    backup_taken_at TIMESTAMPTZ NOT NULL,
    cases BIGINT NOT NULL CHECK (cases >= 0),
    milliseconds BIGINT NOT NULL CHECK (milliseconds >= 0),
    PRIMARY KEY (id)
);
CREATE INDEX drill_by_time ON drill (at);
