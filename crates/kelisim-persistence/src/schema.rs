//! The tables as both databases have them. A test compares this file with each database:
//! names, order and nullability; the migrations are the source.
//!
//! Composite keys carry the region first, so joins are written out with `.on(...)`.

#![expect(missing_docs, reason = "the columns are explained in the migrations")]

mod protection;
mod publishing;
mod sign_in;

pub use protection::{
    consent, danger_report, erasure, erasure_case, handing_up, party_token, retention,
};
pub use publishing::{
    case_pass, case_pass_refusal, draft, edition, law_text, publication, rehearsal,
    workflow_definition,
};
pub use sign_in::{credential, device, link, rate, recovery_code, second_factor, session};

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::Text;

    region (id) {
        id -> SqlUuid,
        code -> Text,
        name_kk -> Text,
        name_ru -> Text,
        name_en -> Text,
        time_zone -> Text,
        languages -> SqlJson,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::{Integer, Text};

    district (region_id, code) {
        region_id -> SqlUuid,
        code -> Text,
        name_kk -> Text,
        name_ru -> Text,
        name_en -> Text,
        centre -> Text,
        position -> Integer,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::{Integer, Text};

    category (region_id, code) {
        region_id -> SqlUuid,
        code -> Text,
        name_kk -> Text,
        name_ru -> Text,
        name_en -> Text,
        position -> Integer,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::{Integer, Text};

    source (region_id, code) {
        region_id -> SqlUuid,
        code -> Text,
        name_kk -> Text,
        name_ru -> Text,
        name_en -> Text,
        position -> Integer,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Nullable};

    master_key (id) {
        id -> SqlUuid,
        fingerprint -> Binary,
        created_at -> SqlTime,
        retired_at -> Nullable<SqlTime>,
        replaces -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Nullable, Text};

    data_key (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        subject_kind -> Text,
        subject_id -> SqlUuid,
        master_key_id -> SqlUuid,
        wrapped -> Nullable<Binary>,
        created_at -> SqlTime,
        destroyed_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Date, Integer, Nullable, Text};

    office (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        code -> Text,
        name_kk -> Text,
        name_ru -> Text,
        name_en -> Text,
        kind -> Text,
        district -> Text,
        settlement -> Text,
        address -> Text,
        phone -> Text,
        hours -> Text,
        languages -> SqlJson,
        active_from -> Date,
        active_to -> Nullable<Date>,
        parent_id -> Nullable<SqlUuid>,
        version -> Integer,
        search_key -> Text,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Date, Integer, Nullable, Text};

    mediator (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        kind -> Text,
        name_kk -> Text,
        name_ru -> Text,
        register_no -> Text,
        status -> Text,
        status_since -> Date,
        language -> Text,
        languages -> SqlJson,
        specialisations -> SqlJson,
        home_settlement -> Text,
        max_open_cases -> Integer,
        documents_valid_to -> Nullable<Date>,
        basis -> SqlJson,
        data_key_id -> SqlUuid,
        secret -> Binary,
        version -> Integer,
        search_key -> Text,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::SqlUuid;

    mediator_office (region_id, mediator_id, office_id) {
        region_id -> SqlUuid,
        mediator_id -> SqlUuid,
        office_id -> SqlUuid,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Bool, Integer, Text};

    partner (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        code -> Text,
        kind -> Text,
        name_kk -> Text,
        name_ru -> Text,
        name_en -> Text,
        level -> Text,
        active -> Bool,
        version -> Integer,
        search_key -> Text,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Bool, Integer, Nullable, Text};

    contact (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        partner_id -> SqlUuid,
        language -> Text,
        verified_at -> Nullable<SqlTime>,
        active -> Bool,
        data_key_id -> SqlUuid,
        secret -> Binary,
        version -> Integer,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Bool, Integer, Text};

    account (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        email -> Text,
        name -> Text,
        language -> Text,
        active -> Bool,
        created_at -> SqlTime,
        updated_at -> SqlTime,
        version -> Integer,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Date, Nullable, Text};

    account_grant (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        account_id -> SqlUuid,
        role -> Text,
        office_id -> Nullable<SqlUuid>,
        partner_id -> Nullable<SqlUuid>,
        mediator_id -> Nullable<SqlUuid>,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Bool, Nullable, Text};

    token (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        account_id -> SqlUuid,
        digest -> Binary,
        created_at -> SqlTime,
        expires_at -> SqlTime,
        revoked_at -> Nullable<SqlTime>,
        scope -> Text,
        label -> Text,
        exports -> Bool,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Date, Integer, Nullable, Text};

    mediator_status (region_id, mediator_id, seq) {
        region_id -> SqlUuid,
        mediator_id -> SqlUuid,
        seq -> Integer,
        status -> Text,
        since -> Date,
        reason -> Text,
        at -> SqlTime,
        by_account_id -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::Date;

    mediator_unavailability (region_id, mediator_id, starts_on) {
        region_id -> SqlUuid,
        mediator_id -> SqlUuid,
        starts_on -> Date,
        ends_on -> Date,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Bool, Date, Integer, Nullable, Text};

    memorandum (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        number -> Text,
        partner_id -> SqlUuid,
        signed_on -> Nullable<Date>,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        terminated_on -> Nullable<Date>,
        termination_reason -> Nullable<Text>,
        signatories -> SqlJson,
        renewal_owner -> Nullable<Text>,
        categories -> SqlJson,
        districts -> SqlJson,
        events -> SqlJson,
        data_level -> Text,
        may_name_mediator -> Bool,
        may_tell_attendance -> Bool,
        version -> Integer,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Date, Integer, Nullable, Text};

    cases (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        number -> Text,
        office_id -> SqlUuid,
        workflow_key -> Text,
        workflow_version -> Integer,
        stage -> Text,
        step -> Text,
        class -> Text,
        category -> Text,
        subcategory -> Nullable<Text>,
        language -> Text,
        district -> Text,
        court_stage -> Text,
        source -> Text,
        partner_id -> Nullable<SqlUuid>,
        mediator_id -> Nullable<SqlUuid>,
        filed_by -> SqlUuid,
        filed_at -> SqlTime,
        accepted_at -> Nullable<SqlTime>,
        contract_on -> Nullable<Date>,
        ended_on -> Nullable<Date>,
        closed_at -> Nullable<SqlTime>,
        ground -> Nullable<Text>,
        effective_on -> Nullable<Date>,
        linked_case_id -> Nullable<SqlUuid>,
        version -> Integer,
        data_key_id -> SqlUuid,
        secret -> Binary,
        head_hash -> Binary,
        course -> SqlJson,
        asked_id -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::Integer;

    case_counter (region_id, office_id, year) {
        region_id -> SqlUuid,
        office_id -> SqlUuid,
        year -> Integer,
        last -> Integer,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::{Binary, Integer, Text};

    case_party (region_id, case_id, position) {
        region_id -> SqlUuid,
        case_id -> SqlUuid,
        position -> Integer,
        id -> SqlUuid,
        side -> Text,
        secret -> Binary,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Integer, Nullable, Text};

    case_event (region_id, case_id, seq) {
        region_id -> SqlUuid,
        case_id -> SqlUuid,
        seq -> Integer,
        id -> SqlUuid,
        kind -> Text,
        at -> SqlTime,
        actor_id -> Nullable<SqlUuid>,
        grant_id -> Nullable<SqlUuid>,
        data -> SqlJson,
        secret -> Nullable<Binary>,
        prev_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::{Binary, Date, Nullable, Text};

    referral (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        case_id -> SqlUuid,
        partner_id -> SqlUuid,
        memorandum_id -> Nullable<SqlUuid>,
        receipt_code -> Text,
        received_on -> Date,
        secret -> Nullable<Binary>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Integer, Text};

    idempotency_key (region_id, account_id, key) {
        region_id -> SqlUuid,
        account_id -> SqlUuid,
        key -> Text,
        fingerprint -> Binary,
        status -> Integer,
        data_key_id -> SqlUuid,
        answer -> Binary,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Integer, Nullable, Text};

    outbox (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        kind -> Text,
        dedupe_key -> Text,
        case_id -> Nullable<SqlUuid>,
        office_id -> Nullable<SqlUuid>,
        memorandum_id -> Nullable<SqlUuid>,
        partner_id -> Nullable<SqlUuid>,
        audience -> Text,
        recipient_kind -> Text,
        recipient_id -> SqlUuid,
        language -> Text,
        payload -> SqlJson,
        state -> Text,
        reason -> Nullable<Text>,
        attempts -> Integer,
        next_at -> SqlTime,
        lease_token -> Nullable<SqlUuid>,
        lease_until -> Nullable<SqlTime>,
        sent_at -> Nullable<SqlTime>,
        data_key_id -> Nullable<SqlUuid>,
        frozen -> Nullable<Binary>,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Integer, Nullable, Text};

    delivery_attempt (region_id, outbox_id, attempt) {
        region_id -> SqlUuid,
        outbox_id -> SqlUuid,
        attempt -> Integer,
        started_at -> SqlTime,
        finished_at -> Nullable<SqlTime>,
        phase -> Nullable<Text>,
        reply_code -> Nullable<Integer>,
        result -> Nullable<Text>,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::types::SqlTime;
    use diesel::sql_types::{Nullable, Text};

    relay (name) {
        name -> Text,
        paused_until -> Nullable<SqlTime>,
        reason -> Nullable<Text>,
        since -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Integer, Nullable, Text};

    timer (region_id, case_id, armed_by, name) {
        region_id -> SqlUuid,
        case_id -> SqlUuid,
        name -> Text,
        state -> Text,
        starts_at -> SqlTime,
        due_at -> SqlTime,
        due_local -> Text,
        zone -> Text,
        basis -> SqlJson,
        armed_by -> Integer,
        lease_token -> Nullable<SqlUuid>,
        lease_until -> Nullable<SqlTime>,
        settled_at -> Nullable<SqlTime>,
        failures -> Integer,
        fault -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Date, Integer, Nullable, Text};

    register_timer (region_id, object_id, armed_by, name) {
        region_id -> SqlUuid,
        object_kind -> Text,
        object_id -> SqlUuid,
        name -> Text,
        state -> Text,
        due_at -> SqlTime,
        due_local -> Text,
        zone -> Text,
        last_day -> Date,
        armed_by -> Integer,
        lease_token -> Nullable<SqlUuid>,
        lease_until -> Nullable<SqlTime>,
        settled_at -> Nullable<SqlTime>,
        failures -> Integer,
        fault -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Nullable, Text};

    audit_entry (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        at -> SqlTime,
        actor_id -> Nullable<SqlUuid>,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        before -> Nullable<SqlJson>,
        after -> Nullable<SqlJson>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};

    audit_seal (region_id, seq) {
        region_id -> SqlUuid,
        seq -> BigInt,
        entry_id -> SqlUuid,
        source -> Text,
        actor_id -> Nullable<SqlUuid>,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        prev_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{BigInt, Binary, Text};

    audit_anchor (region_id, at) {
        region_id -> SqlUuid,
        at -> SqlTime,
        seq -> BigInt,
        hash -> Binary,
        place -> Text,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::Text;

    hold (name) {
        name -> Text,
        since -> SqlTime,
        backup_id -> SqlUuid,
        backup_taken_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::BigInt;

    drill (id) {
        id -> SqlUuid,
        at -> SqlTime,
        backup_id -> SqlUuid,
        backup_taken_at -> SqlTime,
        cases -> BigInt,
        milliseconds -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    region,
    district,
    category,
    source,
    master_key,
    data_key,
    office,
    mediator,
    mediator_office,
    partner,
    contact,
    account,
    account_grant,
    token,
    mediator_status,
    mediator_unavailability,
    memorandum,
    workflow_definition,
    cases,
    case_counter,
    case_party,
    case_event,
    referral,
    idempotency_key,
    outbox,
    delivery_attempt,
    relay,
    register_timer,
    timer,
    audit_entry,
    audit_seal,
    audit_anchor,
    hold,
    drill,
    edition,
    law_text,
    publication,
    draft,
    case_pass,
    case_pass_refusal,
    rehearsal,
    credential,
    device,
    link,
    rate,
    recovery_code,
    second_factor,
    session,
    party_token,
    handing_up,
    retention,
    erasure,
    erasure_case,
    consent,
    danger_report,
);
