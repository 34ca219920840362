-- The second lock (R2): whatever a query asks, a transaction sees the rows of whom it runs for and no others.
--
-- For whom it runs is said with its BEGIN, in settings that end with it (acting.rs):
--   nothing            sees no row of any table;
--   door               sees who there is, to find out who asks, until kelisim_enter has said it;
--   person             sees what the grants of that person give, as kelisim_enter has read them;
--   system WHO         the program itself, by the name of its part: sees everything.
-- The owner of the tables passes all of it, which is why the program refuses to serve as their owner.

-- The words in which a policy is written, and what stands for them. They are written out where the policy is made: a function
-- would be read anew by every plan, and a subselect is a plan of its own, at the start of every statement (ADR 0029).
CREATE FUNCTION kelisim_words(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text[];
BEGIN
    FOREACH word SLICE 1 IN ARRAY ARRAY[
        -- The region of the person; the same for people of the network, and nothing for a partner's contact.
        ['{region}', 'nullif(current_setting(''kelisim.region'', true), '''')::uuid'],
        ['{staff}', 'nullif(current_setting(''kelisim.staff_region'', true), '''')::uuid'],
        ['{account}', 'nullif(current_setting(''kelisim.account'', true), '''')::uuid'],
        -- The offices whose head the person is; those where they file as a mediator; themselves as mediators; their agencies.
        ['{heads}', 'nullif(current_setting(''kelisim.heads'', true), '''')::uuid[]'],
        ['{files_at}', 'nullif(current_setting(''kelisim.files_at'', true), '''')::uuid[]'],
        ['{mediators}', 'nullif(current_setting(''kelisim.mediators'', true), '''')::uuid[]'],
        ['{partners}', 'nullif(current_setting(''kelisim.partners'', true), '''')::uuid[]'],
        -- The case that the transaction has loaded, and so was let see: an act may give it away (D11), and must store that.
        ['{case}', 'nullif(current_setting(''kelisim.case'', true), '''')::uuid'],
        ['{system}', 'starts_with(current_setting(''kelisim.reach'', true), ''system '')'],
        ['{door}', 'current_setting(''kelisim.reach'', true) = ''door''']
    ] LOOP
        said := replace(said, word[1], '(' || word[2] || ')');
    END LOOP;
    -- Whether the person has a role.
    RETURN regexp_replace(said, '\{is ([a-z_]+)\}', '(strpos(current_setting(''kelisim.roles'', true), '' \1 '') > 0)', 'g');
END
$$;

-- Locks a table: which rows are seen and changed, and which may be added where that is said apart. The program itself may
-- do all of it.
CREATE PROCEDURE kelisim_protect(of_table text, seen text, added text DEFAULT NULL) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', of_table);
    EXECUTE format('CREATE POLICY by_scope ON %I USING (%s) WITH CHECK (%s)', of_table,
        kelisim_words(seen || ' OR {system}'), kelisim_words(coalesce(added, seen) || ' OR {system}'));
END
$$;

-- Lets more rows be seen of a table that is locked.
CREATE PROCEDURE kelisim_show(of_table text, whom text, seen text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (%s)', whom, of_table, kelisim_words(seen));
END
$$;

-- Who stands at the door goes in as an account; then each grant that holds adds what it gives. For the query that looks up a
-- token and has a row for each grant: it is an expression, so going in costs no question of its own. Whoever is in stays
-- who they are.
CREATE FUNCTION kelisim_with(setting text, id uuid) RETURNS text LANGUAGE sql AS $$
    SELECT set_config(setting,
        coalesce(rtrim(nullif(current_setting(setting, true), ''), '}') || ',', '{') || id::text || '}', true)
$$;
CREATE FUNCTION kelisim_enter(of_region uuid, of_account uuid, role text, office uuid, mediator uuid, partner uuid, holds boolean)
RETURNS boolean LANGUAGE sql AS $$
    SELECT concat(
        CASE WHEN current_setting('kelisim.reach', true) = 'door' THEN
            set_config('kelisim.region', of_region::text, true) || set_config('kelisim.account', of_account::text, true)
            || set_config('kelisim.reach', 'person', true)
        END,
        CASE WHEN holds AND current_setting('kelisim.reach', true) = 'person'
                AND current_setting('kelisim.account', true) = of_account::text THEN
            concat(
                set_config('kelisim.roles', concat(current_setting('kelisim.roles', true), ' ', role, ' '), true),
                CASE WHEN role <> 'partner' THEN set_config('kelisim.staff_region', of_region::text, true) END,
                CASE role
                    WHEN 'office_head' THEN kelisim_with('kelisim.heads', office)
                    WHEN 'mediator' THEN kelisim_with('kelisim.mediators', mediator) || kelisim_with('kelisim.files_at', office)
                    WHEN 'partner' THEN kelisim_with('kelisim.partners', partner)
                END)
        END) <> ''
$$;

-- How many open cases a mediator has or is asked to take, wherever: whoever gives them another one must know the number
-- (D4), and sees no more of the cases than that.
CREATE FUNCTION kelisim_open_cases(of_region uuid, of_mediator uuid) RETURNS bigint LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (SELECT count(*) FROM public.cases
            WHERE region_id = of_region AND mediator_id = of_mediator AND stage IN ('filed', 'assigned', 'reconciled'))
        + (SELECT count(*) FROM public.cases WHERE region_id = of_region AND asked_id = of_mediator);
END
$$;

-- What concerns the whole database.
CALL kelisim_protect('master_key', 'FALSE');
CALL kelisim_protect('relay', 'FALSE');
CALL kelisim_protect('hold', 'FALSE');
CALL kelisim_protect('drill', 'FALSE');
-- Whoever makes a data key says which master key wraps it; here is only by what that one is recognised.
CALL kelisim_show('master_key', 'by_person', '{region} IS NOT NULL');
-- Whoever works in a held system is told.
CALL kelisim_show('hold', 'by_staff', '{staff} IS NOT NULL');

-- Who there is, for the door and for everybody of the region: to find out who asks, and who is to be told. Only they
-- themselves and the administrator change an account, and only the administrator a grant.
CALL kelisim_protect('region', 'id = {region}', 'FALSE');
CALL kelisim_protect('account', 'region_id = {region} AND (id = {account} OR {is administrator})');
CALL kelisim_protect('account_grant', 'region_id = {region} AND {is administrator}');
CALL kelisim_show('account', 'by_region', 'region_id = {region}');
CALL kelisim_show('account_grant', 'by_region', 'region_id = {region}');

-- By what somebody proves who they are: one's own; and the administrator's, who ends those of others and invites.
CALL kelisim_protect('credential', 'region_id = {region} AND account_id = {account}');
-- Whether there is one at all.
CALL kelisim_show('credential', 'by_administrator', 'region_id = {region} AND {is administrator}');
-- At the door the use of a session is noted, and the older one of a browser is ended.
CALL kelisim_protect('session', 'region_id = {region} AND (account_id = {account} OR {is administrator}) OR {door}');
DO $$
DECLARE
    proof text;
BEGIN
    FOREACH proof IN ARRAY ARRAY['token', 'second_factor', 'recovery_code', 'link', 'device'] LOOP
        CALL kelisim_protect(proof, 'region_id = {region} AND (account_id = {account} OR {is administrator})');
    END LOOP;
    -- The door looks at it with the question who asks; a password is looked at there too. A recovery code is not: whoever
    -- offers one has a session already.
    FOREACH proof IN ARRAY ARRAY['region', 'account', 'account_grant', 'credential', 'token', 'second_factor', 'link', 'device'] LOOP
        CALL kelisim_show(proof, 'at_door', '{door}');
    END LOOP;
END
$$;
-- Counted is whoever tries, who may be nobody; there are digests in it only.
CALL kelisim_protect('rate', '{door} OR {account} IS NOT NULL');
-- The first answers to one's own requests; the door looks for them with the question who asks.
CALL kelisim_protect('idempotency_key', 'region_id = {region} AND account_id = {account}');
CALL kelisim_show('idempotency_key', 'at_door', '{door}');

-- What everybody of a region may know: its lists, what is published in it. A wrapped key opens nothing by itself.
CALL kelisim_protect('district', 'region_id = {region}');
CALL kelisim_protect('category', 'region_id = {region}');
CALL kelisim_protect('source', 'region_id = {region}');
CALL kelisim_protect('partner', 'region_id = {region}');
CALL kelisim_protect('workflow_definition', 'region_id = {region}');
CALL kelisim_protect('edition', 'region_id = {region}');
CALL kelisim_protect('law_text', 'region_id = {region}');
CALL kelisim_protect('publication', 'region_id = {region}');
CALL kelisim_protect('data_key', 'region_id = {region}');

-- The registers, and what is drafted and moved: for the people of the network.
CALL kelisim_protect('office', 'region_id = {staff}');
CALL kelisim_protect('mediator', 'region_id = {staff}');
CALL kelisim_protect('mediator_office', 'region_id = {staff}');
CALL kelisim_protect('mediator_status', 'region_id = {staff}');
CALL kelisim_protect('mediator_unavailability', 'region_id = {staff}');
CALL kelisim_protect('register_timer', 'region_id = {staff}');
CALL kelisim_protect('draft', 'region_id = {staff}');
CALL kelisim_protect('rehearsal', 'region_id = {staff}');
CALL kelisim_protect('case_pass', 'region_id = {staff}');
CALL kelisim_protect('case_counter', 'region_id = {staff}');

-- A partner's contact sees what is its own agency's.
CALL kelisim_protect('contact', 'region_id = {staff} OR region_id = {region} AND partner_id = ANY ({partners})');
CALL kelisim_protect('memorandum', 'region_id = {staff} OR region_id = {region} AND partner_id = ANY ({partners})');

-- Cases: as policy.rs says it of CasePermission::See, and no word of it is taken from there.
CALL kelisim_protect('cases', 'region_id = {region} AND (
    id = {case}
    OR {is coordinator}
    OR office_id = ANY ({heads})
    OR mediator_id = ANY ({mediators})
    OR asked_id = ANY ({mediators})
    OR accepted_at IS NULL AND filed_by = {account} AND office_id = ANY ({files_at}))');

-- What hangs on a case is seen by whoever sees the case. A row is stored in the statement that stores its case, so it
-- cannot be asked for there: what is added has to be of the region.
DO $$
DECLARE
    of_case text;
BEGIN
    FOREACH of_case IN ARRAY ARRAY['case_party', 'case_event', 'referral', 'timer', 'case_pass_refusal'] LOOP
        CALL kelisim_protect(of_case, 'region_id = {region} AND (case_id = {case}
            OR EXISTS (SELECT FROM cases c WHERE c.region_id = ' || of_case || '.region_id AND c.id = ' || of_case || '.case_id))',
            'region_id = {staff}');
    END LOOP;
END
$$;
-- The audit log is of changes too, and the auditor reads what of them is open.
CALL kelisim_show('case_event', 'by_auditor', 'region_id = {staff} AND {is auditor}');

-- Messages: of one's cases and offices; all of the region for who looks after the delivery.
CALL kelisim_protect('outbox', 'region_id = {region} AND ({is coordinator} OR {is administrator}
    OR office_id = ANY ({heads})
    OR case_id = {case}
    OR partner_id = ANY ({partners})
    OR EXISTS (SELECT FROM cases c WHERE c.region_id = outbox.region_id AND c.id = outbox.case_id))',
    'region_id = {region}');
CALL kelisim_protect('delivery_attempt',
    'EXISTS (SELECT FROM outbox o WHERE o.region_id = delivery_attempt.region_id AND o.id = delivery_attempt.outbox_id)',
    'FALSE');

-- The audit log: everybody adds to it, and the auditor reads it. The worker alone seals and anchors it.
CALL kelisim_protect('audit_entry', 'region_id = {region} AND {is auditor}', 'region_id = {region}');
CALL kelisim_protect('audit_seal', 'region_id = {region} AND {is auditor}', 'FALSE');
CALL kelisim_protect('audit_anchor', 'region_id = {region} AND {is auditor}', 'FALSE');
