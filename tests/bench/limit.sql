-- One lifecycle for pgbench: the limit that the program is compared with.
--
-- Derived from what the program sends (log_statement = all on a scratch server, 22 November 2026), by
-- what its answers need: who asks, with the grants of today; the key of a repeat, locked and looked up;
-- the facts of the registers; the case with everything that the answer shows; then every row that the
-- program writes, with values of the same length and as little compressible, taken from a case that the
-- program itself has walked through. What the program reads twice is read once here.
-- Each transition is five round trips: BEGIN, one SELECT, the case, the history with messages and answer,
-- COMMIT. Ids begin with the time, as the program's do, so that new rows land beside each other.
--
-- The variables that are not set here come from limit_postgres.rs.

\set office random(0, :offices - 1)
\set partner random(0, :partners - 1)
\set key random(1, 9000000000000000000)

-- ---- file ------------------------------------------------------------------------------------------
BEGIN;
SELECT a.region_id AS region, a.id AS account, a.language AS reader, r.time_zone AS zone,
    g.id AS grant_id, g.role AS role, g.valid_from AS grant_from, g.valid_to AS grant_to,
    pg_try_advisory_xact_lock(:key) AS is_locked,
    (SELECT i.answer FROM idempotency_key i WHERE i.region_id = a.region_id AND i.account_id = a.id
        AND i.key = :key::text) AS first_answer,
    o.id AS office_id, o.code AS office_code, o.district AS district, o.active_from AS office_from,
    o.active_to AS office_to,
    EXISTS (SELECT FROM category c WHERE c.region_id = a.region_id AND c.code = 'neighbours_land') AS is_category,
    EXISTS (SELECT FROM source s WHERE s.region_id = a.region_id AND s.code = 'education') AS is_source,
    (SELECT e.number FROM edition e WHERE e.region_id = a.region_id AND e.kind = 'workflow') AS edition,
    p.id AS partner_id, p.active AS is_active,
    m.id AS memorandum_id, m.valid_from AS terms_from, m.valid_to AS terms_to, m.terminated_on AS terms_end,
    m.events AS terms_events, m.categories AS terms_categories, m.districts AS terms_districts,
    c.id AS contact_id, c.language AS contact_language, c.verified_at AS contact_verified,
    EXISTS (SELECT FROM account_grant h JOIN account b ON b.region_id = h.region_id AND b.id = h.account_id
        WHERE h.region_id = o.region_id AND h.office_id = o.id AND h.role = 'office_head' AND b.active
        AND h.valid_from <= current_date AND (h.valid_to IS NULL OR h.valid_to >= current_date)) AS has_head,
    {new_id} AS case_id, {new_id} AS data_key_id, {new_id} AS event_id, {new_id} AS outbox_id,
    {new_id} AS referral_id, {new_id} AS party_a_id, {new_id} AS party_b_id,
    clock_timestamp() AS filed_at
FROM token t
    JOIN account a ON a.region_id = t.region_id AND a.id = t.account_id
    JOIN region r ON r.id = t.region_id
    LEFT JOIN account_grant g ON g.region_id = t.region_id AND g.account_id = t.account_id
    JOIN office o ON o.region_id = a.region_id AND o.id = lpad(to_hex(65536 + :office), 32, '0')::uuid
    JOIN partner p ON p.region_id = a.region_id AND p.id = lpad(to_hex(327680 + :partner), 32, '0')::uuid
    JOIN memorandum m ON m.region_id = p.region_id AND m.partner_id = p.id
    JOIN contact c ON c.region_id = p.region_id AND c.partner_id = p.id
WHERE t.digest = sha256(('klsm_bench_mediator_' || :office::text)::bytea)
    AND t.revoked_at IS NULL AND t.expires_at > now() AND a.active
\gset
WITH counter AS (
    INSERT INTO case_counter (region_id, office_id, year, last) VALUES (:region, :office_id, 2026, 1)
    ON CONFLICT (region_id, office_id, year) DO UPDATE SET last = case_counter.last + 1 RETURNING last
), data_key AS (
    INSERT INTO data_key (region_id, id, subject_kind, subject_id, master_key_id, wrapped, created_at)
    SELECT :region::uuid, :data_key_id::uuid, 'case', :case_id::uuid, k.id, :wrapped::bytea, :filed_at::timestamptz
    FROM master_key k WHERE k.retired_at IS NULL
), cases AS (
    INSERT INTO cases (region_id, id, number, office_id, workflow_key, workflow_version, stage, step, class,
        category, language, district, court_stage, source, partner_id, filed_by, filed_at, version, data_key_id,
        secret, head_hash, course)
    SELECT :region::uuid, :case_id::uuid, :office_code::text || '/2026-' || lpad(last::text, 4, '0'),
        :office_id::uuid, 'basic', 1, 'filed', 'filed', 'new', 'neighbours_land', 'ru', :district::text,
        'pre_court', 'education', :partner_id::uuid, :account::uuid, :filed_at::timestamptz, 1,
        :data_key_id::uuid, :case_secret_1::bytea, :hash::bytea, '[]'
    FROM counter
), party AS (
    INSERT INTO case_party (region_id, case_id, position, id, side, secret) VALUES
        (:region, :case_id, 0, :party_a_id, 'A', :party_a::bytea),
        (:region, :case_id, 1, :party_b_id, 'B', :party_b::bytea)
), names AS (
    INSERT INTO party_token (region_id, token, case_id)
    SELECT :region::uuid, substring(t.all_tokens FROM n * 8 + 1 FOR 8), :case_id::uuid
    FROM (SELECT :name_tokens::bytea AS all_tokens) AS t, generate_series(0, length(t.all_tokens) / 8 - 1) AS n
)
INSERT INTO referral (region_id, id, case_id, partner_id, memorandum_id, receipt_code, received_on, secret)
VALUES (:region, :referral_id, :case_id, :partner_id, :memorandum_id,
    upper(substr(replace(:referral_id, '-', ''), 7)), current_date, :referral_secret::bytea);
WITH event AS (
    INSERT INTO case_event (region_id, case_id, seq, id, kind, at, actor_id, grant_id, data, secret, prev_hash, hash)
    VALUES (:region, :case_id, 1, :event_id, 'filed', :filed_at, :account, :grant_id, :event_data_1, :event_secret_1,
        :hash, :hash)
), message AS (
    INSERT INTO outbox (region_id, id, kind, dedupe_key, case_id, office_id, memorandum_id, partner_id, audience,
        recipient_kind, recipient_id, language, payload, state, attempts, next_at, created_at)
    VALUES (:region, :outbox_id, 'case_received', :event_id::text || '/case_received/' || :contact_id::text, :case_id,
        :office_id, :memorandum_id, :partner_id, 'partner', 'contact', :contact_id, :contact_language,
        :payload_referral, 'waiting', 0, :filed_at, :filed_at)
    ON CONFLICT DO NOTHING
)
INSERT INTO idempotency_key (region_id, account_id, key, fingerprint, status, data_key_id, answer, created_at)
VALUES (:region, :account, :key::text || '-00000000000000000', :hash, 201, :data_key_id, :answer_1, :filed_at)
ON CONFLICT DO NOTHING;
COMMIT;

-- ---- assign ----------------------------------------------------------------------------------------
\set key random(1, 9000000000000000000)
BEGIN;
SELECT a.region_id AS region, a.id AS account, a.language AS reader, r.time_zone AS zone,
    g.id AS grant_id, g.role AS role, g.valid_from AS grant_from, g.valid_to AS grant_to,
    {case_columns},
    pg_try_advisory_xact_lock(:key) AS is_locked,
    (SELECT i.answer FROM idempotency_key i WHERE i.region_id = a.region_id AND i.account_id = a.id
        AND i.key = :key::text) AS first_answer,
    d.id AS mediator_id, d.name_kk AS mediator_kk, d.name_ru AS mediator_ru, d.language AS mediator_language,
    d.status AS mediator_status, d.documents_valid_to AS mediator_documents, d.languages AS mediator_languages,
    d.max_open_cases AS most,
    (SELECT count(*) FROM cases w WHERE w.region_id = d.region_id AND w.mediator_id = d.id
        AND w.stage <> 'closed') AS open_cases,
    EXISTS (SELECT FROM mediator_unavailability u WHERE u.region_id = d.region_id AND u.mediator_id = d.id
        AND u.starts_on <= current_date AND u.ends_on >= current_date) AS is_away,
    (SELECT array_agg(f.office_id) FROM mediator_office f WHERE f.region_id = d.region_id
        AND f.mediator_id = d.id) AS mediator_offices,
    p.code AS partner_code, m.id AS memorandum_id, m.valid_from AS terms_from, m.valid_to AS terms_to,
    m.terminated_on AS terms_end, m.events AS terms_events, m.categories AS terms_categories,
    m.districts AS terms_districts, c.id AS contact_id, c.language AS contact_language,
    c.verified_at AS contact_verified,
    {new_id} AS event_id, {new_id} AS outbox_id, {new_id} AS other_outbox_id, clock_timestamp() AS at
FROM token t
    JOIN account a ON a.region_id = t.region_id AND a.id = t.account_id
    JOIN region r ON r.id = t.region_id
    JOIN account_grant g ON g.region_id = t.region_id AND g.account_id = t.account_id
    JOIN cases x ON x.region_id = a.region_id AND x.id = :case_id
    JOIN data_key k ON k.region_id = x.region_id AND k.id = x.data_key_id
    JOIN mediator d ON d.region_id = a.region_id AND d.id = lpad(to_hex(131072 + :office), 32, '0')::uuid
    JOIN partner p ON p.region_id = x.region_id AND p.id = x.partner_id
    JOIN memorandum m ON m.region_id = p.region_id AND m.partner_id = p.id
    JOIN contact c ON c.region_id = p.region_id AND c.partner_id = p.id
WHERE t.digest = sha256(('klsm_bench_head_' || :office::text)::bytea)
    AND t.revoked_at IS NULL AND t.expires_at > now() AND a.active
FOR UPDATE OF d
\gset
UPDATE cases SET version = 2, stage = 'assigned', step = 'assigned', class = 'active',
    category = 'neighbours_land', subcategory = NULL, language = 'ru', district = :district,
    court_stage = 'pre_court', mediator_id = :mediator_id, accepted_at = :at, closed_at = NULL, ground = NULL,
    effective_on = NULL, linked_case_id = NULL, secret = :case_secret_1::bytea, head_hash = :hash::bytea,
    workflow_version = 1, contract_on = NULL, ended_on = NULL, course = '["entered_at","2026-11-22T05.00.00.000001Z"]', asked_id = NULL
WHERE region_id = :region AND id = :case_id AND version = 1;
WITH event AS (
    INSERT INTO case_event (region_id, case_id, seq, id, kind, at, actor_id, grant_id, data, prev_hash, hash)
    VALUES (:region, :case_id, 2, :event_id, 'moved', :at, :account, :grant_id, :event_data_2, :hash, :hash)
), message AS (
    INSERT INTO outbox (region_id, id, kind, dedupe_key, case_id, office_id, memorandum_id, partner_id, audience,
        recipient_kind, recipient_id, language, payload, state, attempts, next_at, created_at)
    VALUES (:region, :outbox_id, 'assignment', :event_id::text || '/assignment/' || :mediator_id::text, :case_id,
        :office_id, NULL::uuid, NULL::uuid, 'staff', 'mediator', :mediator_id::uuid, :mediator_language,
        :payload_case::jsonb, 'waiting', 0, :at::timestamptz, :at::timestamptz),
        (:region, :other_outbox_id, 'case_assigned', :event_id::text || '/case_assigned/' || :contact_id::text,
        :case_id, :office_id, :memorandum_id, :partner_id, 'partner', 'contact', :contact_id, :contact_language,
        :payload_referral, 'waiting', 0, :at, :at)
    ON CONFLICT DO NOTHING
)
INSERT INTO idempotency_key (region_id, account_id, key, fingerprint, status, data_key_id, answer, created_at)
VALUES (:region, :account, :key::text || '-00000000000000000', :hash, 201, :data_key_id, :answer_2, :at)
ON CONFLICT DO NOTHING;
COMMIT;

-- ---- reconcile -------------------------------------------------------------------------------------
\set key random(1, 9000000000000000000)
BEGIN;
SELECT a.region_id AS region, a.id AS account, a.language AS reader, r.time_zone AS zone,
    g.id AS grant_id, g.role AS role, g.valid_from AS grant_from, g.valid_to AS grant_to,
    {case_columns},
    pg_try_advisory_xact_lock(:key) AS is_locked,
    (SELECT i.answer FROM idempotency_key i WHERE i.region_id = a.region_id AND i.account_id = a.id
        AND i.key = :key::text) AS first_answer,
    d.name_kk AS mediator_kk, d.name_ru AS mediator_ru,
    p.code AS partner_code, m.id AS memorandum_id, m.valid_from AS terms_from, m.valid_to AS terms_to,
    m.terminated_on AS terms_end, m.events AS terms_events, m.categories AS terms_categories,
    m.districts AS terms_districts, c.id AS contact_id, c.language AS contact_language,
    c.verified_at AS contact_verified,
    {new_id} AS event_id, {new_id} AS outbox_id, clock_timestamp() AS at
FROM token t
    JOIN account a ON a.region_id = t.region_id AND a.id = t.account_id
    JOIN region r ON r.id = t.region_id
    JOIN account_grant g ON g.region_id = t.region_id AND g.account_id = t.account_id
    JOIN cases x ON x.region_id = a.region_id AND x.id = :case_id
    JOIN data_key k ON k.region_id = x.region_id AND k.id = x.data_key_id
    JOIN mediator d ON d.region_id = x.region_id AND d.id = x.mediator_id
    JOIN partner p ON p.region_id = x.region_id AND p.id = x.partner_id
    JOIN memorandum m ON m.region_id = p.region_id AND m.partner_id = p.id
    JOIN contact c ON c.region_id = p.region_id AND c.partner_id = p.id
WHERE t.digest = sha256(('klsm_bench_mediator_' || :office::text)::bytea)
    AND t.revoked_at IS NULL AND t.expires_at > now() AND a.active
\gset
UPDATE cases SET version = 3, stage = 'reconciled', step = 'reconciled', class = 'active',
    category = 'neighbours_land', subcategory = NULL, language = 'ru', district = :district,
    court_stage = 'pre_court', mediator_id = :mediator_id, accepted_at = :at, closed_at = NULL, ground = 'settled',
    effective_on = current_date, linked_case_id = NULL, secret = :case_secret_3::bytea, head_hash = :hash::bytea,
    workflow_version = 1, contract_on = NULL, ended_on = NULL, course = '["entered_at","2026-11-22T05.00.00.000001Z"]', asked_id = NULL
WHERE region_id = :region AND id = :case_id AND version = 2;
WITH event AS (
    INSERT INTO case_event (region_id, case_id, seq, id, kind, at, actor_id, grant_id, data, secret, prev_hash, hash)
    VALUES (:region, :case_id, 3, :event_id, 'moved', :at, :account, :grant_id, :event_data_3, :event_secret_3,
        :hash, :hash)
), message AS (
    INSERT INTO outbox (region_id, id, kind, dedupe_key, case_id, office_id, memorandum_id, partner_id, audience,
        recipient_kind, recipient_id, language, payload, state, attempts, next_at, created_at)
    VALUES (:region, :outbox_id, 'case_ended', :event_id::text || '/case_ended/' || :contact_id::text, :case_id,
        :office_id, :memorandum_id, :partner_id, 'partner', 'contact', :contact_id, :contact_language,
        :payload_ended, 'waiting', 0, :at, :at)
    ON CONFLICT DO NOTHING
)
INSERT INTO idempotency_key (region_id, account_id, key, fingerprint, status, data_key_id, answer, created_at)
VALUES (:region, :account, :key::text || '-00000000000000000', :hash, 201, :data_key_id, :answer_3, :at)
ON CONFLICT DO NOTHING;
COMMIT;

-- ---- close -----------------------------------------------------------------------------------------
\set key random(1, 9000000000000000000)
BEGIN;
SELECT a.region_id AS region, a.id AS account, a.language AS reader, r.time_zone AS zone,
    g.id AS grant_id, g.role AS role, g.valid_from AS grant_from, g.valid_to AS grant_to,
    {case_columns},
    pg_try_advisory_xact_lock(:key) AS is_locked,
    (SELECT i.answer FROM idempotency_key i WHERE i.region_id = a.region_id AND i.account_id = a.id
        AND i.key = :key::text) AS first_answer,
    d.name_kk AS mediator_kk, d.name_ru AS mediator_ru, p.code AS partner_code,
    {new_id} AS event_id, clock_timestamp() AS at
FROM token t
    JOIN account a ON a.region_id = t.region_id AND a.id = t.account_id
    JOIN region r ON r.id = t.region_id
    JOIN account_grant g ON g.region_id = t.region_id AND g.account_id = t.account_id
    JOIN cases x ON x.region_id = a.region_id AND x.id = :case_id
    JOIN data_key k ON k.region_id = x.region_id AND k.id = x.data_key_id
    JOIN mediator d ON d.region_id = x.region_id AND d.id = x.mediator_id
    JOIN partner p ON p.region_id = x.region_id AND p.id = x.partner_id
WHERE t.digest = sha256(('klsm_bench_mediator_' || :office::text)::bytea)
    AND t.revoked_at IS NULL AND t.expires_at > now() AND a.active
\gset
UPDATE cases SET version = 4, stage = 'closed', step = 'closed', class = 'done_success',
    category = 'neighbours_land', subcategory = NULL, language = 'ru', district = :district,
    court_stage = 'pre_court', mediator_id = :mediator_id, accepted_at = :at, closed_at = :at, ground = 'settled',
    effective_on = current_date, linked_case_id = NULL, secret = :case_secret_3::bytea, head_hash = :hash::bytea,
    workflow_version = 1, contract_on = NULL, ended_on = NULL, course = '["entered_at","2026-11-22T05.00.00.000001Z"]', asked_id = NULL
WHERE region_id = :region AND id = :case_id AND version = 3;
WITH event AS (
    INSERT INTO case_event (region_id, case_id, seq, id, kind, at, actor_id, grant_id, data, prev_hash, hash)
    VALUES (:region, :case_id, 4, :event_id, 'moved', :at, :account, :grant_id, :event_data_4, :hash, :hash)
)
INSERT INTO idempotency_key (region_id, account_id, key, fingerprint, status, data_key_id, answer, created_at)
VALUES (:region, :account, :key::text || '-00000000000000000', :hash, 201, :data_key_id, :answer_4, :at)
ON CONFLICT DO NOTHING;
COMMIT;
