-- A case's names are taken out of the index by the case, whatever its words were folded to when they were written.
CREATE INDEX party_token_by_case ON party_token (region_id, case_id);

-- Kept answers were recognised by a digest without a key, which outlives the key of the case. Their keys stay taken: a repeat of
-- one from before is refused, and takes no second effect.
UPDATE idempotency_key SET fingerprint = decode(repeat('00', 32), 'hex');

-- Tables of which not everybody who sees a row may change it, and hardly anybody may delete one (R2, ADR 0029).
-- kelisim_protect makes one policy for all; here each act has its own. The program itself may do all of it.
CREATE PROCEDURE kelisim_allow(of_table text, seen text, added text, changed text, made text, deleted text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP POLICY by_scope ON %I', of_table);
    EXECUTE format('CREATE POLICY seen ON %I FOR SELECT USING (%s)', of_table, kelisim_words(seen || ' OR {system}'));
    EXECUTE format('CREATE POLICY added ON %I FOR INSERT WITH CHECK (%s)', of_table, kelisim_words(added || ' OR {system}'));
    EXECUTE format('CREATE POLICY changed ON %I FOR UPDATE USING (%s) WITH CHECK (%s)', of_table,
        kelisim_words(changed || ' OR {system}'), kelisim_words(made || ' OR {system}'));
    EXECUTE format('CREATE POLICY deleted ON %I FOR DELETE USING (%s)', of_table, kelisim_words(deleted || ' OR {system}'));
END
$$;

-- Everybody of the network knows how long data are kept, and the coordinator alone sets it.
CALL kelisim_allow('retention', 'region_id = {staff}',
    'region_id = {staff} AND {is coordinator} AND set_by = {account}',
    'region_id = {staff} AND {is coordinator}', 'region_id = {staff} AND {is coordinator} AND set_by = {account}',
    'FALSE');

-- An erasure is looked at and confirmed in one's own name, once; what was erased stays on record, and the job is the program's.
CALL kelisim_allow('erasure', 'region_id = {staff} AND ({is coordinator} OR {is auditor})',
    'region_id = {staff} AND {is coordinator} AND actor_id = {account} AND confirmed_at IS NULL AND finished_at IS NULL',
    'region_id = {staff} AND {is coordinator} AND confirmed_at IS NULL',
    'region_id = {staff} AND {is coordinator} AND confirmed_by = {account} AND finished_at IS NULL',
    'FALSE');
CALL kelisim_allow('erasure_case', 'region_id = {staff} AND ({is coordinator} OR {is auditor})',
    'region_id = {staff} AND {is coordinator} AND erased_at IS NULL AND EXISTS (SELECT FROM erasure e
        WHERE e.region_id = erasure_case.region_id AND e.id = erasure_case.erasure_id AND e.actor_id = {account} AND e.confirmed_at IS NULL)',
    'FALSE', 'FALSE', 'FALSE');

-- A report is written in one's own name, and stays as it was written.
CALL kelisim_allow('danger_report', 'region_id = {staff} AND (actor_id = {account} OR receiver_id = {account})',
    'region_id = {staff} AND actor_id = {account}', 'FALSE', 'FALSE', 'FALSE');

-- A data key is made by whoever makes what it seals, and a partner's contact makes only their own. To change it is to erase.
CALL kelisim_allow('data_key', 'region_id = {region}',
    'region_id = {staff} OR region_id = {region} AND subject_kind = ''account'' AND subject_id = {account}',
    'FALSE', 'FALSE', 'FALSE');

DO $$
DECLARE
    -- The case of a row, for whoever sees it, reads its content, or leads it. As policy.rs says it of ReadContent, but for one
    -- thing: a policy knows no local day, so an office counts as without a head unless one surely holds it without an end.
    of_case text := 'EXISTS (SELECT FROM cases c WHERE c.region_id = %1$s.region_id AND c.id = %1$s.case_id';
    leads text := 'c.office_id = ANY ({heads}) OR c.mediator_id = ANY ({mediators})';
    reads text := leads || ' OR c.asked_id = ANY ({mediators})
        OR c.accepted_at IS NULL AND c.filed_by = {account} AND c.office_id = ANY ({files_at})
        OR {is coordinator} AND (
            EXISTS (SELECT FROM handing_up h WHERE h.region_id = c.region_id AND h.case_id = c.id AND h.ended_at IS NULL)
            OR NOT EXISTS (SELECT FROM account_grant g JOIN account a ON a.region_id = g.region_id AND a.id = g.account_id
                WHERE g.region_id = c.region_id AND g.office_id = c.office_id AND g.role = ''office_head'' AND a.active
                AND g.valid_to IS NULL AND g.valid_from < current_date))';
    own text := 'region_id = {staff} AND ';
    who_sees text := own || '(case_id = {case} OR ' || of_case || '))';
    who_leads text := own || of_case || ' AND (' || leads || '))';
    who_reads text := own || of_case || ' AND (' || reads || '))';
BEGIN
    -- A name is found only where its case is read: that it is found tells where a person has a case. A row is added in the
    -- statement that stores its case, so that cannot be asked for its case; what it leads to is.
    CALL kelisim_allow('party_token', format(who_reads, 'party_token'), 'region_id = {staff}', 'FALSE', 'FALSE',
        format(who_reads, 'party_token'));
    -- Whoever leads a case hands it up and takes it back, in their own name.
    CALL kelisim_allow('handing_up', format(who_sees, 'handing_up'),
        format(who_leads, 'handing_up') || ' AND actor_id = {account} AND ended_at IS NULL',
        format(who_leads, 'handing_up') || ' AND ended_at IS NULL',
        'region_id = {staff} AND ended_by = {account}', 'FALSE');
    CALL kelisim_allow('consent', format(who_sees, 'consent'),
        format(who_reads, 'consent') || ' AND actor_id = {account}',
        format(who_reads, 'consent'), format(who_reads, 'consent'), 'FALSE');
END
$$;
