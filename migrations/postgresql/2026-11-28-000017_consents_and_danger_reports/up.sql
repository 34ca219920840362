-- What a side has consented to, and when it took that back. Whose it is, to what and on which day is sealed with the key of
-- the case.
CREATE TABLE consent (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID NOT NULL,
    secret BYTEA NOT NULL,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id)
);
CREATE INDEX consent_by_case ON consent (region_id, case_id);

-- Reports of a danger to a child: apart from every case, under a key of their own. Only who wrote it and the receiver read it.
CREATE TABLE danger_report (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID NOT NULL,
    receiver_id UUID NOT NULL,
    secret BYTEA NOT NULL,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, receiver_id) REFERENCES account (region_id, id)
);

-- The second lock (ADR 0029): a consent is seen by whoever sees its case; a report by the two it is between, whatever else they are.
CALL kelisim_protect('consent', 'region_id = {region} AND (case_id = {case}
    OR EXISTS (SELECT FROM cases c WHERE c.region_id = consent.region_id AND c.id = consent.case_id))', 'region_id = {staff}');
CALL kelisim_protect('danger_report', 'region_id = {staff} AND (actor_id = {account} OR receiver_id = {account})');
