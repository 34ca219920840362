-- The thin limit: only the case, its event and one message in each of four transitions, in five round trips.
-- That is the work of the comparison that was published before: no token, no repeat, no register, no key.

\set office random(0, :offices - 1)

-- ---- file ------------------------------------------------------------------------------------------
BEGIN;
SELECT o.region_id AS region, o.id AS office_id, o.district AS district, m.data_key_id AS data_key_id,
    {new_id} AS case_id, {new_id} AS event_id, {new_id} AS outbox_id, clock_timestamp() AS at
FROM office o JOIN mediator m ON m.region_id = o.region_id AND m.id = lpad(to_hex(131072 + :office), 32, '0')::uuid
WHERE o.id = lpad(to_hex(65536 + :office), 32, '0')::uuid
\gset
INSERT INTO cases (region_id, id, number, office_id, workflow_key, workflow_version, stage, step, class,
    category, language, district, court_stage, source, filed_by, filed_at, version, data_key_id,
    secret, head_hash)
VALUES (:region, :case_id, :case_id, :office_id, 'basic', 1, 'filed', 'filed', 'new', 'neighbours_land', 'ru',
    :district, 'pre_court', 'education', lpad(to_hex(262144 + :office), 32, '0')::uuid, :at, 1, :data_key_id,
    :case_secret_1, :hash);
{event_and_message}
COMMIT;

-- ---- assign, reconcile, close ----------------------------------------------------------------------
{moves}
