-- How long each kind of data is kept. A kind without a row, or without months, is kept until somebody sets it.
CREATE TABLE retention (
    region_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind <> ''),
    months INTEGER CHECK (months >= 1),
    version INTEGER NOT NULL CHECK (version >= 1),
    set_at TIMESTAMPTZ NOT NULL,
    set_by UUID,
    PRIMARY KEY (region_id, kind),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (region_id, set_by) REFERENCES account (region_id, id)
);

-- Erasures: looked at first, confirmed then, done case by case. months is the retention by which it was looked at; none
-- for a case that was named.
CREATE TABLE erasure (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind <> ''),
    months INTEGER CHECK (months >= 1),
    closed_before DATE,
    cases INTEGER NOT NULL CHECK (cases >= 0),
    version INTEGER NOT NULL CHECK (version >= 1),
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID,
    confirmed_at TIMESTAMPTZ,
    confirmed_by UUID,
    reason TEXT,
    finished_at TIMESTAMPTZ,
    PRIMARY KEY (region_id, id),
    CHECK ((confirmed_at IS NULL) = (reason IS NULL)),
    CHECK (finished_at IS NULL OR confirmed_at IS NOT NULL),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (region_id, actor_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, confirmed_by) REFERENCES account (region_id, id)
);

-- The cases of an erasure, as they were found when it was looked at: no other is erased by it.
CREATE TABLE erasure_case (
    region_id UUID NOT NULL,
    erasure_id UUID NOT NULL,
    case_id UUID NOT NULL,
    erased_at TIMESTAMPTZ,
    PRIMARY KEY (region_id, erasure_id, case_id),
    FOREIGN KEY (region_id, erasure_id) REFERENCES erasure (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
);
CREATE INDEX erasure_case_left ON erasure_case (region_id, erasure_id) WHERE erased_at IS NULL;

-- How long data are kept may everybody of the network know; only the coordinator sets it, looks and confirms, and the auditor
-- reads what was. The job is the program's.
CALL kelisim_protect('retention', 'region_id = {staff}', 'region_id = {staff} AND {is coordinator}');
CALL kelisim_protect('erasure', 'region_id = {staff} AND ({is coordinator} OR {is auditor})',
    'region_id = {staff} AND {is coordinator}');
CALL kelisim_protect('erasure_case', 'region_id = {staff} AND ({is coordinator} OR {is auditor})',
    'region_id = {staff} AND {is coordinator}');
