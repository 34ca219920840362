-- The tables of the main job. The same names in the same order stand in the other
-- database's folder; a test compares both with schema.rs.

-- A region is one network of offices; every other row belongs to one.
CREATE TABLE region (
    id UUID NOT NULL,
    code TEXT COLLATE "C" NOT NULL UNIQUE CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    time_zone TEXT NOT NULL CHECK (time_zone <> ''),
    languages JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE district (
    region_id UUID NOT NULL,
    code TEXT COLLATE "C" NOT NULL CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    centre TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (region_id, code),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

-- Kinds of dispute.
CREATE TABLE category (
    region_id UUID NOT NULL,
    code TEXT COLLATE "C" NOT NULL CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    position INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (region_id, code),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

-- Where a case came from.
CREATE TABLE source (
    region_id UUID NOT NULL,
    code TEXT COLLATE "C" NOT NULL CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    position INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (region_id, code),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

-- The master key itself lies in a file; here is only how to recognise it.
CREATE TABLE master_key (
    id UUID NOT NULL,
    fingerprint BYTEA NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
    created_at TIMESTAMPTZ NOT NULL,
    retired_at TIMESTAMPTZ,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX master_key_in_use ON master_key ((retired_at IS NULL)) WHERE retired_at IS NULL;

-- One key per case and register entry, wrapped by a master key.
-- Destroying the key erases what it encrypted; the row stays and says when.
CREATE TABLE data_key (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    subject_kind TEXT NOT NULL CHECK (subject_kind <> ''),
    subject_id UUID NOT NULL,
    master_key_id UUID NOT NULL,
    wrapped BYTEA,
    created_at TIMESTAMPTZ NOT NULL,
    destroyed_at TIMESTAMPTZ,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, subject_kind, subject_id),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (master_key_id) REFERENCES master_key (id)
);
CREATE INDEX data_key_by_master ON data_key (master_key_id);

-- The head of an office follows from the grants.
CREATE TABLE office (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    code TEXT COLLATE "C" NOT NULL CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('akimat', 'library', 'house_of_culture', 'school', 'clinic',
        'house_of_friendship', 'enterprise')),
    district TEXT COLLATE "C" NOT NULL,
    settlement TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    hours TEXT NOT NULL,
    languages JSONB NOT NULL,
    active_from DATE NOT NULL,
    active_to DATE,
    parent_id UUID,
    version INTEGER NOT NULL CHECK (version >= 1),
    search_key TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, code),
    CHECK (active_to >= active_from),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (region_id, district) REFERENCES district (region_id, code),
    FOREIGN KEY (region_id, parent_id) REFERENCES office (region_id, id)
);

-- The personal number, birth date, contacts and affiliations are inside secret, encrypted;
-- basis is the election protocol or the certificate.
CREATE TABLE mediator (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('public', 'professional')),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    register_no TEXT COLLATE "C" NOT NULL CHECK (register_no <> ''),
    status TEXT NOT NULL CHECK (status IN ('candidate', 'active', 'suspended', 'removed')),
    status_since DATE NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    languages JSONB NOT NULL,
    specialisations JSONB NOT NULL,
    home_settlement TEXT NOT NULL,
    max_open_cases INTEGER NOT NULL CHECK (max_open_cases >= 0),
    documents_valid_to DATE,
    basis JSONB NOT NULL,
    data_key_id UUID NOT NULL,
    secret BYTEA NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    search_key TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, register_no),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
);
CREATE INDEX mediator_by_name ON mediator (region_id, search_key, id);

CREATE TABLE mediator_office (
    region_id UUID NOT NULL,
    mediator_id UUID NOT NULL,
    office_id UUID NOT NULL,
    PRIMARY KEY (region_id, mediator_id, office_id),
    FOREIGN KEY (region_id, mediator_id) REFERENCES mediator (region_id, id),
    FOREIGN KEY (region_id, office_id) REFERENCES office (region_id, id)
);
CREATE INDEX mediator_office_by_office ON mediator_office (region_id, office_id);

CREATE TABLE partner (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    code TEXT COLLATE "C" NOT NULL CHECK (code <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('political_party', 'education', 'health', 'justice',
        'police', 'court', 'prosecutor', 'labour_inspection', 'employment', 'bar', 'university',
        'ethno_cultural', 'trade_union', 'farmers_union', 'council_of_elders',
        'council_of_mothers', 'council_of_accord', 'ngo', 'employer')),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    level TEXT NOT NULL CHECK (level IN ('district', 'region')),
    active BOOLEAN NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    search_key TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, code),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

-- A person at a partner agency; name, address and phone are inside secret, encrypted.
CREATE TABLE contact (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    partner_id UUID NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    verified_at TIMESTAMPTZ,
    active BOOLEAN NOT NULL,
    data_key_id UUID NOT NULL,
    secret BYTEA NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
);
CREATE INDEX contact_by_partner ON contact (region_id, partner_id);

CREATE TABLE account (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    email TEXT COLLATE "C" NOT NULL UNIQUE CHECK (email <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    language TEXT NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    active BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

CREATE TABLE account_grant (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('mediator', 'office_head', 'registrar', 'coordinator',
        'partner', 'auditor', 'administrator')),
    office_id UUID,
    partner_id UUID,
    mediator_id UUID,
    valid_from DATE NOT NULL,
    valid_to DATE,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, id),
    CHECK (valid_to >= valid_from),
    CHECK ((role = 'mediator') = (mediator_id IS NOT NULL)),
    CHECK ((role IN ('mediator', 'office_head')) = (office_id IS NOT NULL)),
    CHECK ((role = 'partner') = (partner_id IS NOT NULL)),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, office_id) REFERENCES office (region_id, id),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id),
    FOREIGN KEY (region_id, mediator_id) REFERENCES mediator (region_id, id)
);
CREATE INDEX account_grant_by_account ON account_grant (region_id, account_id);
CREATE INDEX account_grant_by_office ON account_grant (region_id, office_id, role);
CREATE INDEX account_grant_by_mediator ON account_grant (region_id, mediator_id);

-- Only the SHA-256 digest of a bearer token is kept.
CREATE TABLE token (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
);
CREATE INDEX token_by_account ON token (region_id, account_id);

CREATE TABLE mediator_status (
    region_id UUID NOT NULL,
    mediator_id UUID NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 1),
    status TEXT NOT NULL CHECK (status IN ('candidate', 'active', 'suspended', 'removed')),
    since DATE NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by_account_id UUID,
    PRIMARY KEY (region_id, mediator_id, seq),
    FOREIGN KEY (region_id, mediator_id) REFERENCES mediator (region_id, id),
    FOREIGN KEY (region_id, by_account_id) REFERENCES account (region_id, id)
);

CREATE TABLE mediator_unavailability (
    region_id UUID NOT NULL,
    mediator_id UUID NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    PRIMARY KEY (region_id, mediator_id, starts_on),
    CHECK (ends_on >= starts_on),
    FOREIGN KEY (region_id, mediator_id) REFERENCES mediator (region_id, id)
);

-- Its status is not stored: it follows from the dates.
CREATE TABLE memorandum (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    number TEXT COLLATE "C" NOT NULL CHECK (number <> ''),
    partner_id UUID NOT NULL,
    signed_on DATE,
    valid_from DATE,
    valid_to DATE,
    terminated_on DATE,
    termination_reason TEXT,
    signatories JSONB NOT NULL,
    renewal_owner TEXT,
    categories JSONB NOT NULL,
    districts JSONB NOT NULL,
    events JSONB NOT NULL,
    data_level TEXT NOT NULL CHECK (data_level IN ('count_only', 'procedural',
        'procedural_with_ref')),
    may_name_mediator BOOLEAN NOT NULL,
    may_tell_attendance BOOLEAN NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, number),
    CHECK (valid_to >= valid_from),
    CHECK (terminated_on IS NULL OR termination_reason IS NOT NULL),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id)
);
CREATE INDEX memorandum_by_partner ON memorandum (region_id, partner_id);

-- A published version never changes; a case stays on its version.
CREATE TABLE workflow_definition (
    region_id UUID NOT NULL,
    key TEXT COLLATE "C" NOT NULL CHECK (key <> ''),
    version INTEGER NOT NULL CHECK (version >= 1),
    text TEXT NOT NULL CHECK (text <> ''),
    digest BYTEA NOT NULL CHECK (length(digest) = 32),
    published_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, key, version),
    FOREIGN KEY (region_id) REFERENCES region (id)
);

-- The state of a case beside its events (case_event), changed in the same transaction.
-- The summary, the agreement and the exclusion code are inside secret, encrypted.
CREATE TABLE cases (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    number TEXT COLLATE "C" NOT NULL CHECK (number <> ''),
    office_id UUID NOT NULL,
    workflow_key TEXT COLLATE "C" NOT NULL,
    workflow_version INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('filed', 'assigned', 'reconciled', 'closed')),
    step TEXT NOT NULL CHECK (step <> ''),
    class TEXT NOT NULL CHECK (class IN ('new', 'active', 'waiting', 'done_success', 'done_other')),
    category TEXT COLLATE "C" NOT NULL,
    subcategory TEXT,
    language TEXT NOT NULL CHECK (language <> ''),
    district TEXT COLLATE "C" NOT NULL,
    court_stage TEXT NOT NULL CHECK (court_stage IN ('pre_court', 'in_court', 'criminal',
        'administrative', 'enforcement')),
    source TEXT COLLATE "C" NOT NULL,
    partner_id UUID,
    mediator_id UUID,
    filed_by UUID NOT NULL,
    filed_at TIMESTAMPTZ NOT NULL,
    accepted_at TIMESTAMPTZ,
    contract_on DATE,
    ended_on DATE,
    closed_at TIMESTAMPTZ,
    ground TEXT,
    effective_on DATE,
    linked_case_id UUID,
    version INTEGER NOT NULL CHECK (version >= 1),
    data_key_id UUID NOT NULL,
    secret BYTEA NOT NULL,
    head_hash BYTEA NOT NULL CHECK (length(head_hash) = 32),
    search_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, number),
    CHECK (stage <> 'closed' OR (ground IS NOT NULL AND effective_on IS NOT NULL
        AND closed_at IS NOT NULL)),
    CHECK (stage <> 'assigned' OR mediator_id IS NOT NULL OR class = 'waiting'),
    FOREIGN KEY (region_id, office_id) REFERENCES office (region_id, id),
    FOREIGN KEY (region_id, workflow_key, workflow_version)
        REFERENCES workflow_definition (region_id, key, version),
    FOREIGN KEY (region_id, category) REFERENCES category (region_id, code),
    FOREIGN KEY (region_id, district) REFERENCES district (region_id, code),
    FOREIGN KEY (region_id, source) REFERENCES source (region_id, code),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id),
    FOREIGN KEY (region_id, mediator_id) REFERENCES mediator (region_id, id),
    FOREIGN KEY (region_id, filed_by) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, linked_case_id) REFERENCES cases (region_id, id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
);
CREATE INDEX cases_by_time ON cases (region_id, filed_at, id);
CREATE INDEX cases_by_office ON cases (region_id, office_id, filed_at, id);
CREATE INDEX cases_by_mediator ON cases (region_id, mediator_id, stage, filed_at, id);
CREATE INDEX cases_by_search ON cases (region_id, search_key);

-- Case numbers run without gaps: the counter moves in the transaction that files the case.
CREATE TABLE case_counter (
    region_id UUID NOT NULL,
    office_id UUID NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= 1),
    PRIMARY KEY (region_id, office_id, year),
    FOREIGN KEY (region_id, office_id) REFERENCES office (region_id, id)
);

CREATE TABLE case_party (
    region_id UUID NOT NULL,
    case_id UUID NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    id UUID NOT NULL,
    side TEXT NOT NULL CHECK (side <> ''),
    secret BYTEA NOT NULL,
    PRIMARY KEY (region_id, case_id, position),
    UNIQUE (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
);

-- data holds nothing confidential; the hashes chain the ciphertext, never clear text, so an
-- erased case still verifies.
CREATE TABLE case_event (
    region_id UUID NOT NULL,
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 1),
    id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID,
    grant_id UUID,
    data JSONB NOT NULL,
    secret BYTEA,
    prev_hash BYTEA NOT NULL CHECK (length(prev_hash) = 32),
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (region_id, case_id, seq),
    UNIQUE (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
);

-- The partner's own reference is inside secret, under the case's key.
CREATE TABLE referral (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    partner_id UUID NOT NULL,
    memorandum_id UUID,
    receipt_code TEXT COLLATE "C" NOT NULL CHECK (receipt_code <> ''),
    received_on DATE NOT NULL,
    secret BYTEA,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, case_id),
    UNIQUE (region_id, receipt_code),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id),
    FOREIGN KEY (region_id, memorandum_id) REFERENCES memorandum (region_id, id)
);
CREATE INDEX referral_by_partner ON referral (region_id, partner_id, received_on);

-- The first answer to a POST, encrypted, kept for 30 days.
CREATE TABLE idempotency_key (
    region_id UUID NOT NULL,
    account_id UUID NOT NULL,
    key TEXT COLLATE "C" NOT NULL CHECK (key <> ''),
    fingerprint BYTEA NOT NULL CHECK (length(fingerprint) = 32),
    status INTEGER NOT NULL,
    data_key_id UUID NOT NULL,
    answer BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, account_id, key),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
);
CREATE INDEX idempotency_key_by_time ON idempotency_key (created_at);

-- Nothing leaves the process but through here: a row joins the transaction of its change.
-- frozen is the message as it was first rendered, encrypted.
CREATE TABLE outbox (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    dedupe_key TEXT COLLATE "C" NOT NULL CHECK (dedupe_key <> ''),
    case_id UUID,
    office_id UUID,
    memorandum_id UUID,
    partner_id UUID,
    audience TEXT NOT NULL CHECK (audience <> ''),
    recipient_kind TEXT NOT NULL CHECK (recipient_kind IN ('mediator', 'contact', 'account')),
    recipient_id UUID NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    payload JSONB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'attempting', 'sent', 'held', 'failed',
        'uncertain', 'cancelled')),
    reason TEXT,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_at TIMESTAMPTZ NOT NULL,
    lease_token UUID,
    lease_until TIMESTAMPTZ,
    sent_at TIMESTAMPTZ,
    data_key_id UUID,
    frozen BYTEA,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, dedupe_key),
    CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id),
    FOREIGN KEY (region_id, office_id) REFERENCES office (region_id, id),
    FOREIGN KEY (region_id, memorandum_id) REFERENCES memorandum (region_id, id),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
);
CREATE INDEX outbox_due ON outbox (state, next_at);
CREATE INDEX outbox_by_case ON outbox (region_id, case_id, created_at, id);
CREATE INDEX outbox_by_office ON outbox (region_id, office_id, created_at, id);
CREATE INDEX outbox_by_time ON outbox (region_id, created_at, id);

CREATE TABLE delivery_attempt (
    region_id UUID NOT NULL,
    outbox_id UUID NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    phase TEXT,
    reply_code INTEGER,
    result TEXT,
    detail TEXT,
    PRIMARY KEY (region_id, outbox_id, attempt),
    FOREIGN KEY (region_id, outbox_id) REFERENCES outbox (region_id, id)
);

-- A fault of the relay pauses it and costs no message an attempt.
CREATE TABLE relay (
    name TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    paused_until TIMESTAMPTZ,
    reason TEXT,
    since TIMESTAMPTZ,
    PRIMARY KEY (name)
);

CREATE TABLE timer (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    starts_on DATE NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    zone TEXT NOT NULL CHECK (zone <> ''),
    state TEXT NOT NULL CHECK (state IN ('armed', 'fired', 'cancelled', 'moved')),
    basis JSONB NOT NULL,
    days_paused INTEGER NOT NULL CHECK (days_paused >= 0),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
);
CREATE INDEX timer_due ON timer (state, due_at);
CREATE INDEX timer_by_case ON timer (region_id, case_id);

-- Confidential values enter before and after only as keyed hashes.
-- seq and the hashes stay empty until the entry is sealed.
CREATE TABLE audit_entry (
    region_id UUID NOT NULL,
    id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID,
    action TEXT NOT NULL CHECK (action <> ''),
    object_kind TEXT NOT NULL CHECK (object_kind <> ''),
    object_id TEXT NOT NULL,
    before JSONB,
    after JSONB,
    reason TEXT,
    seq BIGINT,
    prev_hash BYTEA,
    hash BYTEA,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, seq),
    FOREIGN KEY (region_id) REFERENCES region (id)
);
CREATE INDEX audit_entry_by_time ON audit_entry (region_id, at);
CREATE INDEX audit_entry_by_object ON audit_entry (region_id, object_kind, object_id);
