-- How often something of a kind was published or retired in a region: whoever holds definitions and laws in memory
-- looks here whether they are still all.
CREATE TABLE edition (
    region_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('workflow', 'profile', 'holidays')),
    number INTEGER NOT NULL CHECK (number >= 1),
    PRIMARY KEY (region_id, kind),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

-- Legal profiles and days off as they were published, each a text that never changes, as in workflow_definition.
CREATE TABLE law_text (
    region_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('profile', 'holidays')),
    version INTEGER NOT NULL CHECK (version >= 1),
    text TEXT NOT NULL CHECK (text <> ''),
    digest BYTEA NOT NULL CHECK (length(digest) = 32),
    published_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, kind, version),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

-- Who published or retired what, when and why. What is published has no column that changes: retiring is a row here.
CREATE TABLE publication (
    region_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('workflow', 'profile', 'holidays')),
    key TEXT COLLATE "C" NOT NULL CHECK (key <> ''),
    version INTEGER NOT NULL CHECK (version >= 1),
    act TEXT COLLATE "C" NOT NULL CHECK (act IN ('publish', 'retire')),
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID,
    reason TEXT NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (region_id, kind, key, version, act),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id)
);

-- What somebody writes before it is published; steps is the map for running cases, old step to new.
CREATE TABLE draft (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('workflow', 'profile', 'holidays')),
    title TEXT NOT NULL CHECK (title <> ''),
    text TEXT NOT NULL,
    steps JSONB NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    author_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, author_id) REFERENCES account (region_id, id)
);

-- A pass over running cases, in batches: each batch moves the cursor and the counts in its own transaction,
-- so a pass that was interrupted goes on behind the last case that was committed. touched_at is the last batch.
CREATE TABLE case_pass (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('move', 'undo', 'recount')),
    key TEXT COLLATE "C" NOT NULL CHECK (key <> ''),
    version INTEGER NOT NULL CHECK (version >= 1),
    steps JSONB NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'done')),
    batch INTEGER NOT NULL CHECK (batch >= 0),
    cursor_id UUID,
    changed INTEGER NOT NULL CHECK (changed >= 0),
    refused INTEGER NOT NULL CHECK (refused >= 0),
    actor_id UUID,
    grant_id UUID,
    reason TEXT NOT NULL CHECK (reason <> ''),
    started_at TIMESTAMPTZ NOT NULL,
    touched_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    CHECK ((state = 'done') = (finished_at IS NOT NULL)),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id)
);
CREATE UNIQUE INDEX case_pass_running ON case_pass (region_id, key) WHERE state = 'running';

-- The cases that a pass left where they are, and why.
CREATE TABLE case_pass_refusal (
    region_id UUID NOT NULL,
    pass_id UUID NOT NULL,
    case_id UUID NOT NULL,
    code TEXT COLLATE "C" NOT NULL CHECK (code <> ''),
    step TEXT COLLATE "C" NOT NULL,
    about TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (region_id, pass_id, case_id),
    FOREIGN KEY (region_id, pass_id) REFERENCES case_pass (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
);
