-- An account is changed under its version, like every other entry.
ALTER TABLE account ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1);

-- What a bearer token may do of what its account may, and what its owner calls it.
ALTER TABLE token ADD COLUMN scope TEXT NOT NULL DEFAULT 'write' CHECK (scope IN ('read', 'write'));
ALTER TABLE token ADD COLUMN label TEXT NOT NULL DEFAULT '';

-- The password of an account, as argon2id gives it with its parameters and salt. Who was invited and has not come has none.
CREATE TABLE credential (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    password TEXT NOT NULL CHECK (password LIKE '$argon2id$%'),
    changed_at TEXT NOT NULL CHECK (length(changed_at) = 27),
    PRIMARY KEY (region_id, account_id),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;

-- The secret of an authenticator app, sealed under the key of the account. A pending one counts for nothing until a code of it
-- was typed. last_step is the newest time step of which a code was taken: each code is taken once.
CREATE TABLE second_factor (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    state TEXT NOT NULL CHECK (state IN ('pending', 'confirmed')),
    data_key_id BLOB NOT NULL CHECK (length(data_key_id) = 16),
    secret BLOB NOT NULL,
    last_step INTEGER NOT NULL CHECK (last_step >= 0),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    PRIMARY KEY (region_id, account_id, state),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
) STRICT, WITHOUT ROWID;

-- Codes for whoever has lost the app. Each is random and long, so its digest is enough, and works once.
CREATE TABLE recovery_code (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    used_at TEXT CHECK (length(used_at) = 27),
    PRIMARY KEY (region_id, account_id, digest),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;

-- Sessions of browsers. Only the SHA-256 digest of the cookie is kept. device is what its owner knows it by.
CREATE TABLE session (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    stage TEXT NOT NULL CHECK (stage IN ('second_factor', 'set_up', 'full')),
    device TEXT NOT NULL,
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    seen_at TEXT NOT NULL CHECK (length(seen_at) = 27),
    expires_at TEXT NOT NULL CHECK (length(expires_at) = 27),
    ended_at TEXT CHECK (length(ended_at) = 27),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_account ON session (region_id, account_id);

-- Links that work once: an invitation, or another password. The link itself is made from the key of the account when the letter
-- is written, so it stands nowhere.
CREATE TABLE link (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('invitation', 'reset')),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    expires_at TEXT NOT NULL CHECK (length(expires_at) = 27),
    used_at TEXT CHECK (length(used_at) = 27),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_by_account ON link (region_id, account_id);

-- Devices with which an account was signed in before: their tries are counted apart, so that a stranger locks nobody out.
CREATE TABLE device (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    seen_at TEXT NOT NULL CHECK (length(seen_at) = 27),
    PRIMARY KEY (region_id, account_id, digest),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;

-- How often was tried. It concerns the whole database, so it has no region: whoever tries may not be anybody.
-- subject is a digest of what is counted; full_at is when the budget is whole again, and with it the row is of no use any more.
CREATE TABLE rate (
    kind TEXT NOT NULL CHECK (kind <> ''),
    subject BLOB NOT NULL CHECK (length(subject) = 32),
    full_at TEXT NOT NULL CHECK (length(full_at) = 27),
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX rate_by_time ON rate (full_at);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('credential', 'credential', '300 300 1'),
    ('second_factor', 'second_factor', '200 200 1 1'),
    ('recovery_code', 'recovery_code', '2000 2000 10 1'),
    ('session', 'session', '3000 3000 1'),
    ('session', 'session_by_account', '3000 3000 10'),
    ('session', 'sqlite_autoindex_session_1', '3000 1'),
    ('link', 'link', '600 600 1'),
    ('link', 'link_by_account', '600 600 2'),
    ('link', 'sqlite_autoindex_link_1', '600 1'),
    ('device', 'device', '900 900 3 1'),
    ('rate', 'rate', '400 100 1'),
    ('rate', 'rate_by_time', '400 1');
