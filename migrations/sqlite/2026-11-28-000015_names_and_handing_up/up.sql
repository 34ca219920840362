-- The index of names: keyed hashes of the words of the sides' names, cut to eight bytes. Whoever has not the key of the
-- region's index reads nothing in it. Rows of a case go with its key; backups keep them beside the data keys, which come
-- back before the cases: so nothing refers to those here.
CREATE TABLE party_token (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    token BLOB NOT NULL CHECK (length(token) = 8),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    PRIMARY KEY (region_id, token, case_id),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT, WITHOUT ROWID;

-- When the content of a case was handed up to the coordinator, by whom and why, and when that was taken back.
-- The reason is sealed with the key of the case.
CREATE TABLE handing_up (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    at TEXT NOT NULL CHECK (length(at) = 27),
    actor_id BLOB NOT NULL CHECK (length(actor_id) = 16),
    reason BLOB NOT NULL,
    ended_at TEXT CHECK (length(ended_at) = 27),
    ended_by BLOB CHECK (length(ended_by) = 16),
    PRIMARY KEY (region_id, case_id, seq),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, ended_by) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX handing_up_holds ON handing_up (region_id, case_id) WHERE ended_at IS NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('party_token', 'party_token', '600000 600000 40 1'),
    ('handing_up', 'handing_up', '500 500 1 1'),
    ('handing_up', 'handing_up_holds', '200 200 1');
