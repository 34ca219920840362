-- An account is changed under its version, like every other entry.
ALTER TABLE account ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1);

-- What a bearer token may do of what its account may, and what its owner calls it.
ALTER TABLE token ADD COLUMN scope TEXT NOT NULL DEFAULT 'write' CHECK (scope IN ('read', 'write'));
ALTER TABLE token ADD COLUMN label TEXT NOT NULL DEFAULT '';

-- The password of an account, as argon2id gives it with its parameters and salt. Who was invited and has not come has none.
CREATE TABLE credential (
    region_id UUID NOT NULL,
    account_id UUID NOT NULL,
    password TEXT NOT NULL CHECK (password LIKE '$argon2id$%'),
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, account_id),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
);

-- The secret of an authenticator app, sealed under the key of the account. A pending one counts for nothing until a code of it
-- was typed. last_step is the newest time step of which a code was taken: each code is taken once.
CREATE TABLE second_factor (
    region_id UUID NOT NULL,
    account_id UUID NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'confirmed')),
    data_key_id UUID NOT NULL,
    secret BYTEA NOT NULL,
    last_step BIGINT NOT NULL CHECK (last_step >= 0),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, account_id, state),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
);

-- Codes for whoever has lost the app. Each is random and long, so its digest is enough, and works once.
CREATE TABLE recovery_code (
    region_id UUID NOT NULL,
    account_id UUID NOT NULL,
    digest BYTEA NOT NULL CHECK (length(digest) = 32),
    created_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (region_id, account_id, digest),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
);

-- Sessions of browsers. Only the SHA-256 digest of the cookie is kept. device is what its owner knows it by.
CREATE TABLE session (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    stage TEXT NOT NULL CHECK (stage IN ('second_factor', 'set_up', 'full')),
    device TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
);
CREATE INDEX session_by_account ON session (region_id, account_id);

-- Links that work once: an invitation, or another password. The link itself is made from the key of the account when the letter
-- is written, so it stands nowhere.
CREATE TABLE link (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('invitation', 'reset')),
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
);
CREATE INDEX link_by_account ON link (region_id, account_id);

-- Devices with which an account was signed in before: their tries are counted apart, so that a stranger locks nobody out.
CREATE TABLE device (
    region_id UUID NOT NULL,
    account_id UUID NOT NULL,
    digest BYTEA NOT NULL CHECK (length(digest) = 32),
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, account_id, digest),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
);

-- How often was tried. It concerns the whole database, so it has no region: whoever tries may not be anybody.
-- subject is a digest of what is counted; full_at is when the budget is whole again, and with it the row is of no use any more.
CREATE TABLE rate (
    kind TEXT COLLATE "C" NOT NULL CHECK (kind <> ''),
    subject BYTEA NOT NULL CHECK (length(subject) = 32),
    full_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX rate_by_time ON rate (full_at);
