-- The index of names: keyed hashes of the words of the sides' names, cut to eight bytes. Whoever has not the key of the
-- region's index reads nothing in it. Rows of a case go with its key; backups keep them beside the data keys, which come
-- back before the cases: so nothing refers to those here.
CREATE TABLE party_token (
    region_id UUID NOT NULL,
    token BYTEA NOT NULL CHECK (length(token) = 8),
    case_id UUID NOT NULL,
    PRIMARY KEY (region_id, token, case_id),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

-- When the content of a case was handed up to the coordinator, by whom and why, and when that was taken back.
-- The reason is sealed with the key of the case.
CREATE TABLE handing_up (
    region_id UUID NOT NULL,
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 1),
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID NOT NULL,
    reason BYTEA NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by UUID,
    PRIMARY KEY (region_id, case_id, seq),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, ended_by) REFERENCES account (region_id, id)
);
CREATE UNIQUE INDEX handing_up_holds ON handing_up (region_id, case_id) WHERE ended_at IS NULL;

-- The second lock: what is said of a case's names is seen by whoever sees the case, and so is that it was handed up. A row of
-- either may be stored in the statement that stores its case, so what is added has to be of the region (ADR 0029).
DO $$
DECLARE
    of_case text;
BEGIN
    FOREACH of_case IN ARRAY ARRAY['party_token', 'handing_up'] LOOP
        CALL kelisim_protect(of_case, 'region_id = {region} AND (case_id = {case}
            OR EXISTS (SELECT FROM cases c WHERE c.region_id = ' || of_case || '.region_id AND c.id = ' || of_case || '.case_id))',
            'region_id = {staff}');
    END LOOP;
END
$$;
