-- What a side has consented to, and when it took that back. Whose it is, to what and on which day is sealed with the key of
-- the case.
CREATE TABLE consent (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    version INTEGER NOT NULL CHECK (version >= 1),
    at TEXT NOT NULL CHECK (length(at) = 27),
    actor_id BLOB NOT NULL CHECK (length(actor_id) = 16),
    secret BLOB NOT NULL,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_by_case ON consent (region_id, case_id);

-- Reports of a danger to a child: apart from every case, under a key of their own. Only who wrote it and the receiver read it.
CREATE TABLE danger_report (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    at TEXT NOT NULL CHECK (length(at) = 27),
    actor_id BLOB NOT NULL CHECK (length(actor_id) = 16),
    receiver_id BLOB NOT NULL CHECK (length(receiver_id) = 16),
    secret BLOB NOT NULL,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, receiver_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('consent', 'consent', '600000 600000 1'),
    ('consent', 'consent_by_case', '600000 600000 4'),
    ('danger_report', 'danger_report', '200 200 1');
