-- The tables of the main job. The same names in the same order stand in the other
-- database's folder; a test compares both with schema.rs.

-- A region is one network of offices; every other row belongs to one.
CREATE TABLE region (
    id BLOB NOT NULL CHECK (length(id) = 16),
    code TEXT NOT NULL UNIQUE CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    time_zone TEXT NOT NULL CHECK (time_zone <> ''),
    languages TEXT NOT NULL CHECK (json_valid(languages)),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE district (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    code TEXT NOT NULL CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    centre TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (region_id, code),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT, WITHOUT ROWID;

-- Kinds of dispute.
CREATE TABLE category (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    code TEXT NOT NULL CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    position INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (region_id, code),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT, WITHOUT ROWID;

-- Where a case came from.
CREATE TABLE source (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    code TEXT NOT NULL CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    position INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (region_id, code),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT, WITHOUT ROWID;

-- The master key itself lies in a file; here is only how to recognise it.
CREATE TABLE master_key (
    id BLOB NOT NULL CHECK (length(id) = 16),
    fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    retired_at TEXT CHECK (length(retired_at) = 27),
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX master_key_in_use ON master_key ((retired_at IS NULL)) WHERE retired_at IS NULL;

-- One key per case and register entry, wrapped by a master key.
-- Destroying the key erases what it encrypted; the row stays and says when.
CREATE TABLE data_key (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    subject_kind TEXT NOT NULL CHECK (subject_kind <> ''),
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    master_key_id BLOB NOT NULL CHECK (length(master_key_id) = 16),
    wrapped BLOB,
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    destroyed_at TEXT CHECK (length(destroyed_at) = 27),
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, subject_kind, subject_id),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (master_key_id) REFERENCES master_key (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX data_key_by_master ON data_key (master_key_id);

-- The head of an office follows from the grants.
CREATE TABLE office (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    code TEXT NOT NULL CHECK (code <> ''),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('akimat', 'library', 'house_of_culture', 'school', 'clinic',
        'house_of_friendship', 'enterprise')),
    district TEXT NOT NULL,
    settlement TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    hours TEXT NOT NULL,
    languages TEXT NOT NULL CHECK (json_valid(languages)),
    active_from TEXT NOT NULL CHECK (length(active_from) = 10),
    active_to TEXT CHECK (length(active_to) = 10),
    parent_id BLOB CHECK (length(parent_id) = 16),
    version INTEGER NOT NULL CHECK (version >= 1),
    search_key TEXT NOT NULL,
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    updated_at TEXT NOT NULL CHECK (length(updated_at) = 27),
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, code),
    CHECK (active_to >= active_from),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (region_id, district) REFERENCES district (region_id, code),
    FOREIGN KEY (region_id, parent_id) REFERENCES office (region_id, id)
) STRICT, WITHOUT ROWID;

-- The personal number, birth date, contacts and affiliations are inside secret, encrypted;
-- basis is the election protocol or the certificate.
CREATE TABLE mediator (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('public', 'professional')),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    register_no TEXT NOT NULL CHECK (register_no <> ''),
    status TEXT NOT NULL CHECK (status IN ('candidate', 'active', 'suspended', 'removed')),
    status_since TEXT NOT NULL CHECK (length(status_since) = 10),
    language TEXT NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    languages TEXT NOT NULL CHECK (json_valid(languages)),
    specialisations TEXT NOT NULL CHECK (json_valid(specialisations)),
    home_settlement TEXT NOT NULL,
    max_open_cases INTEGER NOT NULL CHECK (max_open_cases >= 0),
    documents_valid_to TEXT CHECK (length(documents_valid_to) = 10),
    basis TEXT NOT NULL CHECK (json_valid(basis)),
    data_key_id BLOB NOT NULL CHECK (length(data_key_id) = 16),
    secret BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    search_key TEXT NOT NULL,
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    updated_at TEXT NOT NULL CHECK (length(updated_at) = 27),
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, register_no),
    FOREIGN KEY (region_id) REFERENCES region (id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mediator_by_name ON mediator (region_id, search_key, id);

CREATE TABLE mediator_office (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    mediator_id BLOB NOT NULL CHECK (length(mediator_id) = 16),
    office_id BLOB NOT NULL CHECK (length(office_id) = 16),
    PRIMARY KEY (region_id, mediator_id, office_id),
    FOREIGN KEY (region_id, mediator_id) REFERENCES mediator (region_id, id),
    FOREIGN KEY (region_id, office_id) REFERENCES office (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mediator_office_by_office ON mediator_office (region_id, office_id);

CREATE TABLE partner (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    code TEXT NOT NULL CHECK (code <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('political_party', 'education', 'health', 'justice',
        'police', 'court', 'prosecutor', 'labour_inspection', 'employment', 'bar', 'university',
        'ethno_cultural', 'trade_union', 'farmers_union', 'council_of_elders',
        'council_of_mothers', 'council_of_accord', 'ngo', 'employer')),
    name_kk TEXT NOT NULL CHECK (name_kk <> ''),
    name_ru TEXT NOT NULL CHECK (name_ru <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    level TEXT NOT NULL CHECK (level IN ('district', 'region')),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    version INTEGER NOT NULL CHECK (version >= 1),
    search_key TEXT NOT NULL,
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    updated_at TEXT NOT NULL CHECK (length(updated_at) = 27),
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, code),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT, WITHOUT ROWID;

-- A person at a partner agency; name, address and phone are inside secret, encrypted.
CREATE TABLE contact (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    partner_id BLOB NOT NULL CHECK (length(partner_id) = 16),
    language TEXT NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    verified_at TEXT CHECK (length(verified_at) = 27),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    data_key_id BLOB NOT NULL CHECK (length(data_key_id) = 16),
    secret BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    updated_at TEXT NOT NULL CHECK (length(updated_at) = 27),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_by_partner ON contact (region_id, partner_id);

CREATE TABLE account (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    email TEXT NOT NULL UNIQUE CHECK (email <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    language TEXT NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    updated_at TEXT NOT NULL CHECK (length(updated_at) = 27),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_grant (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    role TEXT NOT NULL CHECK (role IN ('mediator', 'office_head', 'registrar', 'coordinator',
        'partner', 'auditor', 'administrator')),
    office_id BLOB CHECK (length(office_id) = 16),
    partner_id BLOB CHECK (length(partner_id) = 16),
    mediator_id BLOB CHECK (length(mediator_id) = 16),
    valid_from TEXT NOT NULL CHECK (length(valid_from) = 10),
    valid_to TEXT CHECK (length(valid_to) = 10),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    PRIMARY KEY (region_id, id),
    CHECK (valid_to >= valid_from),
    CHECK ((role = 'mediator') = (mediator_id IS NOT NULL)),
    CHECK ((role IN ('mediator', 'office_head')) = (office_id IS NOT NULL)),
    CHECK ((role = 'partner') = (partner_id IS NOT NULL)),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, office_id) REFERENCES office (region_id, id),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id),
    FOREIGN KEY (region_id, mediator_id) REFERENCES mediator (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_grant_by_account ON account_grant (region_id, account_id);
CREATE INDEX account_grant_by_office ON account_grant (region_id, office_id, role);
CREATE INDEX account_grant_by_mediator ON account_grant (region_id, mediator_id);

-- Only the SHA-256 digest of a bearer token is kept.
CREATE TABLE token (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    expires_at TEXT NOT NULL CHECK (length(expires_at) = 27),
    revoked_at TEXT CHECK (length(revoked_at) = 27),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_by_account ON token (region_id, account_id);

CREATE TABLE mediator_status (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    mediator_id BLOB NOT NULL CHECK (length(mediator_id) = 16),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    status TEXT NOT NULL CHECK (status IN ('candidate', 'active', 'suspended', 'removed')),
    since TEXT NOT NULL CHECK (length(since) = 10),
    reason TEXT NOT NULL,
    at TEXT NOT NULL CHECK (length(at) = 27),
    by_account_id BLOB CHECK (length(by_account_id) = 16),
    PRIMARY KEY (region_id, mediator_id, seq),
    FOREIGN KEY (region_id, mediator_id) REFERENCES mediator (region_id, id),
    FOREIGN KEY (region_id, by_account_id) REFERENCES account (region_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mediator_unavailability (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    mediator_id BLOB NOT NULL CHECK (length(mediator_id) = 16),
    starts_on TEXT NOT NULL CHECK (length(starts_on) = 10),
    ends_on TEXT NOT NULL CHECK (length(ends_on) = 10),
    PRIMARY KEY (region_id, mediator_id, starts_on),
    CHECK (ends_on >= starts_on),
    FOREIGN KEY (region_id, mediator_id) REFERENCES mediator (region_id, id)
) STRICT, WITHOUT ROWID;

-- Its status is not stored: it follows from the dates.
CREATE TABLE memorandum (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    number TEXT NOT NULL CHECK (number <> ''),
    partner_id BLOB NOT NULL CHECK (length(partner_id) = 16),
    signed_on TEXT CHECK (length(signed_on) = 10),
    valid_from TEXT CHECK (length(valid_from) = 10),
    valid_to TEXT CHECK (length(valid_to) = 10),
    terminated_on TEXT CHECK (length(terminated_on) = 10),
    termination_reason TEXT,
    signatories TEXT NOT NULL CHECK (json_valid(signatories)),
    renewal_owner TEXT,
    categories TEXT NOT NULL CHECK (json_valid(categories)),
    districts TEXT NOT NULL CHECK (json_valid(districts)),
    events TEXT NOT NULL CHECK (json_valid(events)),
    data_level TEXT NOT NULL CHECK (data_level IN ('count_only', 'procedural',
        'procedural_with_ref')),
    may_name_mediator INTEGER NOT NULL CHECK (may_name_mediator IN (0, 1)),
    may_tell_attendance INTEGER NOT NULL CHECK (may_tell_attendance IN (0, 1)),
    version INTEGER NOT NULL CHECK (version >= 1),
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    updated_at TEXT NOT NULL CHECK (length(updated_at) = 27),
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, number),
    CHECK (valid_to >= valid_from),
    CHECK (terminated_on IS NULL OR termination_reason IS NOT NULL),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memorandum_by_partner ON memorandum (region_id, partner_id);

-- A published version never changes; a case stays on its version.
CREATE TABLE workflow_definition (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    key TEXT NOT NULL CHECK (key <> ''),
    version INTEGER NOT NULL CHECK (version >= 1),
    text TEXT NOT NULL CHECK (text <> ''),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    published_at TEXT NOT NULL CHECK (length(published_at) = 27),
    PRIMARY KEY (region_id, key, version),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT;

-- The state of a case beside its events (case_event), changed in the same transaction.
-- The summary, the agreement and the exclusion code are inside secret, encrypted.
CREATE TABLE cases (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    number TEXT NOT NULL CHECK (number <> ''),
    office_id BLOB NOT NULL CHECK (length(office_id) = 16),
    workflow_key TEXT NOT NULL,
    workflow_version INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('filed', 'assigned', 'reconciled', 'closed')),
    step TEXT NOT NULL CHECK (step <> ''),
    class TEXT NOT NULL CHECK (class IN ('new', 'active', 'waiting', 'done_success', 'done_other')),
    category TEXT NOT NULL,
    subcategory TEXT,
    language TEXT NOT NULL CHECK (language <> ''),
    district TEXT NOT NULL,
    court_stage TEXT NOT NULL CHECK (court_stage IN ('pre_court', 'in_court', 'criminal',
        'administrative', 'enforcement')),
    source TEXT NOT NULL,
    partner_id BLOB CHECK (length(partner_id) = 16),
    mediator_id BLOB CHECK (length(mediator_id) = 16),
    filed_by BLOB NOT NULL CHECK (length(filed_by) = 16),
    filed_at TEXT NOT NULL CHECK (length(filed_at) = 27),
    accepted_at TEXT CHECK (length(accepted_at) = 27),
    contract_on TEXT CHECK (length(contract_on) = 10),
    ended_on TEXT CHECK (length(ended_on) = 10),
    closed_at TEXT CHECK (length(closed_at) = 27),
    ground TEXT,
    effective_on TEXT CHECK (length(effective_on) = 10),
    linked_case_id BLOB CHECK (length(linked_case_id) = 16),
    version INTEGER NOT NULL CHECK (version >= 1),
    data_key_id BLOB NOT NULL CHECK (length(data_key_id) = 16),
    secret BLOB NOT NULL,
    head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
    search_key TEXT NOT NULL,
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
) STRICT;
CREATE INDEX cases_by_time ON cases (region_id, filed_at, id);
CREATE INDEX cases_by_office ON cases (region_id, office_id, filed_at, id);
CREATE INDEX cases_by_mediator ON cases (region_id, mediator_id, stage, filed_at, id);
CREATE INDEX cases_by_search ON cases (region_id, search_key);

-- Case numbers run without gaps: the counter moves in the transaction that files the case.
CREATE TABLE case_counter (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    office_id BLOB NOT NULL CHECK (length(office_id) = 16),
    year INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= 1),
    PRIMARY KEY (region_id, office_id, year),
    FOREIGN KEY (region_id, office_id) REFERENCES office (region_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE case_party (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    position INTEGER NOT NULL CHECK (position >= 0),
    id BLOB NOT NULL CHECK (length(id) = 16),
    side TEXT NOT NULL CHECK (side <> ''),
    secret BLOB NOT NULL,
    PRIMARY KEY (region_id, case_id, position),
    UNIQUE (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
) STRICT;

-- data holds nothing confidential; the hashes chain the ciphertext, never clear text, so an
-- erased case still verifies.
CREATE TABLE case_event (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    id BLOB NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind <> ''),
    at TEXT NOT NULL CHECK (length(at) = 27),
    actor_id BLOB CHECK (length(actor_id) = 16),
    grant_id BLOB CHECK (length(grant_id) = 16),
    data TEXT NOT NULL CHECK (json_valid(data)),
    secret BLOB,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (region_id, case_id, seq),
    UNIQUE (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
) STRICT;

-- The partner's own reference is inside secret, under the case's key.
CREATE TABLE referral (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    partner_id BLOB NOT NULL CHECK (length(partner_id) = 16),
    memorandum_id BLOB CHECK (length(memorandum_id) = 16),
    receipt_code TEXT NOT NULL CHECK (receipt_code <> ''),
    received_on TEXT NOT NULL CHECK (length(received_on) = 10),
    secret BLOB,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, case_id),
    UNIQUE (region_id, receipt_code),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id),
    FOREIGN KEY (region_id, memorandum_id) REFERENCES memorandum (region_id, id)
) STRICT;
CREATE INDEX referral_by_partner ON referral (region_id, partner_id, received_on);

-- The first answer to a POST, encrypted, kept for 30 days.
CREATE TABLE idempotency_key (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    key TEXT NOT NULL CHECK (key <> ''),
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    status INTEGER NOT NULL,
    data_key_id BLOB NOT NULL CHECK (length(data_key_id) = 16),
    answer BLOB NOT NULL,
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    PRIMARY KEY (region_id, account_id, key),
    FOREIGN KEY (region_id, account_id) REFERENCES account (region_id, id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
) STRICT;
CREATE INDEX idempotency_key_by_time ON idempotency_key (created_at);

-- Nothing leaves the process but through here: a row joins the transaction of its change.
-- frozen is the message as it was first rendered, encrypted.
CREATE TABLE outbox (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind <> ''),
    dedupe_key TEXT NOT NULL CHECK (dedupe_key <> ''),
    case_id BLOB CHECK (length(case_id) = 16),
    office_id BLOB CHECK (length(office_id) = 16),
    memorandum_id BLOB CHECK (length(memorandum_id) = 16),
    partner_id BLOB CHECK (length(partner_id) = 16),
    audience TEXT NOT NULL CHECK (audience <> ''),
    recipient_kind TEXT NOT NULL CHECK (recipient_kind IN ('mediator', 'contact', 'account')),
    recipient_id BLOB NOT NULL CHECK (length(recipient_id) = 16),
    language TEXT NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'attempting', 'sent', 'held', 'failed',
        'uncertain', 'cancelled')),
    reason TEXT,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_at TEXT NOT NULL CHECK (length(next_at) = 27),
    lease_token BLOB CHECK (length(lease_token) = 16),
    lease_until TEXT CHECK (length(lease_until) = 27),
    sent_at TEXT CHECK (length(sent_at) = 27),
    data_key_id BLOB CHECK (length(data_key_id) = 16),
    frozen BLOB,
    created_at TEXT NOT NULL CHECK (length(created_at) = 27),
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, dedupe_key),
    CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id),
    FOREIGN KEY (region_id, office_id) REFERENCES office (region_id, id),
    FOREIGN KEY (region_id, memorandum_id) REFERENCES memorandum (region_id, id),
    FOREIGN KEY (region_id, partner_id) REFERENCES partner (region_id, id),
    FOREIGN KEY (region_id, data_key_id) REFERENCES data_key (region_id, id)
) STRICT;
CREATE INDEX outbox_due ON outbox (state, next_at);
CREATE INDEX outbox_by_case ON outbox (region_id, case_id, created_at, id);
CREATE INDEX outbox_by_office ON outbox (region_id, office_id, created_at, id);
CREATE INDEX outbox_by_time ON outbox (region_id, created_at, id);

CREATE TABLE delivery_attempt (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    outbox_id BLOB NOT NULL CHECK (length(outbox_id) = 16),
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    started_at TEXT NOT NULL CHECK (length(started_at) = 27),
    finished_at TEXT CHECK (length(finished_at) = 27),
    phase TEXT,
    reply_code INTEGER,
    result TEXT,
    detail TEXT,
    PRIMARY KEY (region_id, outbox_id, attempt),
    FOREIGN KEY (region_id, outbox_id) REFERENCES outbox (region_id, id)
) STRICT, WITHOUT ROWID;

-- A fault of the relay pauses it and costs no message an attempt.
CREATE TABLE relay (
    name TEXT NOT NULL CHECK (name <> ''),
    paused_until TEXT CHECK (length(paused_until) = 27),
    reason TEXT,
    since TEXT CHECK (length(since) = 27),
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

CREATE TABLE timer (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    kind TEXT NOT NULL CHECK (kind <> ''),
    starts_on TEXT NOT NULL CHECK (length(starts_on) = 10),
    due_at TEXT NOT NULL CHECK (length(due_at) = 27),
    zone TEXT NOT NULL CHECK (zone <> ''),
    state TEXT NOT NULL CHECK (state IN ('armed', 'fired', 'cancelled', 'moved')),
    basis TEXT NOT NULL CHECK (json_valid(basis)),
    days_paused INTEGER NOT NULL CHECK (days_paused >= 0),
    PRIMARY KEY (region_id, id),
    FOREIGN KEY (region_id, case_id) REFERENCES cases (region_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX timer_due ON timer (state, due_at);
CREATE INDEX timer_by_case ON timer (region_id, case_id);

-- Confidential values enter before and after only as keyed hashes.
-- seq and the hashes stay empty until the entry is sealed.
CREATE TABLE audit_entry (
    region_id BLOB NOT NULL CHECK (length(region_id) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    at TEXT NOT NULL CHECK (length(at) = 27),
    actor_id BLOB CHECK (length(actor_id) = 16),
    action TEXT NOT NULL CHECK (action <> ''),
    object_kind TEXT NOT NULL CHECK (object_kind <> ''),
    object_id TEXT NOT NULL,
    before TEXT CHECK (json_valid(before)),
    after TEXT CHECK (json_valid(after)),
    reason TEXT,
    seq INTEGER,
    prev_hash BLOB,
    hash BLOB,
    PRIMARY KEY (region_id, id),
    UNIQUE (region_id, seq),
    FOREIGN KEY (region_id) REFERENCES region (id)
) STRICT;
CREATE INDEX audit_entry_by_time ON audit_entry (region_id, at);
CREATE INDEX audit_entry_by_object ON audit_entry (region_id, object_kind, object_id);
