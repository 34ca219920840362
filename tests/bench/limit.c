/* The limit on SQLite: one thread, prepared statements, one durable COMMIT for each transition.
 *
 * It reads and writes what the program does in one lifecycle (file, assign, reconcile, close), with values
 * of the same length, taken from a case that the program itself has walked through. It answers nobody and
 * encrypts nothing, so nothing that commits each transition by itself can be faster.
 *
 * With N clients it keeps N lifecycles open and serves them in turn, as a fair queue would; the time of a
 * client's transition runs from the end of its last one, so it holds the wait for the N - 1 others.
 *
 * Usage: limit FILE CLIENTS SECONDS SEED. Prints the settings, then the microseconds of each lifecycle.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of sqlite3.h, which cargo does not put beside the library. */
typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;
int sqlite3_open(const char *, sqlite3 **);
int sqlite3_exec(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
int sqlite3_prepare_v3(sqlite3 *, const char *, int, unsigned int, sqlite3_stmt **, const char **);
int sqlite3_bind_blob(sqlite3_stmt *, int, const void *, int, void (*)(void *));
int sqlite3_bind_text(sqlite3_stmt *, int, const char *, int, void (*)(void *));
int sqlite3_bind_int64(sqlite3_stmt *, int, int64_t);
int sqlite3_bind_parameter_index(sqlite3_stmt *, const char *);
int sqlite3_step(sqlite3_stmt *);
int sqlite3_reset(sqlite3_stmt *);
int sqlite3_finalize(sqlite3_stmt *);
int sqlite3_column_count(sqlite3_stmt *);
const void *sqlite3_column_blob(sqlite3_stmt *, int);
int sqlite3_column_bytes(sqlite3_stmt *, int);
int64_t sqlite3_column_int64(sqlite3_stmt *, int);
const char *sqlite3_errmsg(sqlite3 *);
const char *sqlite3_libversion(void);
enum { OK = 0, ROW = 100, DONE = 101, PERSISTENT = 1 };
enum { OFFICES = 145, PARTNERS = 5, CLIENTS_MOST = 256, LIFECYCLES_MOST = 4000000 };

/* A value of the walked case, or one that is made for each lifecycle. */
typedef struct {
    int length;
    unsigned char bytes[8192];
} Value;

static sqlite3 *db;
static Value region, master, hash, wrapped, secret_filed, secret_ended, party_a, party_b, names, reference;
static unsigned char digests[2][OFFICES][32]; /* Of the tokens of heads and mediators. */
static Value event_secret[5], event_data[5], answer[5], payload_referral, payload_case, payload_ended;

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != OK) fail(sql);
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *made;
    if (sqlite3_prepare_v3(db, sql, -1, PERSISTENT, &made, NULL) != OK) fail(sql);
    return made;
}

/* The parameters that every statement may have; where each stands is looked up once. */
enum { REGION, HASH, ACCOUNT, OFFICE_ID, MEDIATOR_ID, PARTNER_ID, MEMORANDUM, CASE_ID, DATA_KEY, EVENT_ID, DIGEST,
    AT, DAY, REPEAT_KEY, VERSION, COMMON };
static const char *const common[COMMON] = {"@region", "@hash", "@account", "@office", "@mediator", "@partner",
    "@memorandum", "@case", "@data_key", "@event", "@digest", "@at", "@day", "@key", "@version"};

/* A prepared statement. */
typedef struct {
    sqlite3_stmt *at;
    int place[COMMON];
} Statement;

static Statement statement(const char *sql) {
    Statement made = {.at = prepare(sql)};
    for (int name = 0; name < COMMON; name++) made.place[name] = sqlite3_bind_parameter_index(made.at, common[name]);
    return made;
}

/* ---- chance and time ------------------------------------------------------------------------------- */

static uint64_t state;

static uint64_t chance(void) {
    uint64_t mixed = state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* An id that begins with the time, as those of the program do, so that new rows land beside each other. */
static void new_id(unsigned char id[16]) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t milliseconds = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    uint64_t high = milliseconds << 16 | 0x7000 | (chance() & 0xfff), low = chance();
    for (int at = 0; at < 8; at++) {
        id[at] = (unsigned char)(high >> (56 - 8 * at));
        id[8 + at] = (unsigned char)(low >> (56 - 8 * at));
    }
}

static void text_of(const unsigned char id[16], char text[37]) {
    char *out = text;
    for (int at = 0; at < 16; at++) {
        if (at == 4 || at == 6 || at == 8 || at == 10) *out++ = '-';
        out += sprintf(out, "%02x", id[at]);
    }
}

/* The ids of network.rs: a small number at the end of zeros. */
static void numbered(unsigned char id[16], int first, int number) {
    memset(id, 0, 16);
    id[13] = (unsigned char)(first >> 16);
    id[14] = (unsigned char)(number >> 8);
    id[15] = (unsigned char)number;
}

static void instant(char text[28], char day[11]) {
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    size_t length = strftime(text, 28, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + length, 28 - length, ".%06ldZ", now.tv_nsec / 1000);
    memcpy(day, text, 10);
    day[10] = 0;
}

/* ---- statements ------------------------------------------------------------------------------------ */

static void blob(Statement *to, const char *name, const void *bytes, int length) {
    if (sqlite3_bind_blob(to->at, sqlite3_bind_parameter_index(to->at, name), bytes, length, NULL) != OK) fail(name);
}

static void value(Statement *to, const char *name, const Value *value) {
    blob(to, name, value->bytes, value->length);
}

static void text(Statement *to, const char *name, const char *words, int length) {
    if (sqlite3_bind_text(to->at, sqlite3_bind_parameter_index(to->at, name), words, length, NULL) != OK) fail(name);
}

static void json(Statement *to, const char *name, const Value *value) {
    text(to, name, (const char *)value->bytes, value->length);
}

static void number(Statement *to, const char *name, int64_t number) {
    if (sqlite3_bind_int64(to->at, sqlite3_bind_parameter_index(to->at, name), number) != OK) fail(name);
}

/* Steps to the end, touches every column as a reader does, and gives the first column of the first row. */
static int64_t go(Statement *what, int rows_least) {
    sqlite3_stmt *at = what->at;
    int rows = 0, result;
    int64_t first = 0;
    volatile int seen = 0;
    while ((result = sqlite3_step(at)) == ROW) {
        if (rows++ == 0) first = sqlite3_column_int64(at, 0);
        for (int column = 0; column < sqlite3_column_count(at); column++) {
            const unsigned char *bytes = sqlite3_column_blob(at, column);
            if (bytes) seen += bytes[sqlite3_column_bytes(at, column) - 1];
        }
    }
    if (result != DONE) fail("step");
    if (rows < rows_least) fail("a row is missing");
    sqlite3_reset(at);
    return first;
}

/* ---- what the program does ------------------------------------------------------------------------- */

/* A lifecycle that a client has open. */
typedef struct {
    int step, office, partner;
    unsigned char office_id[16], mediator[16], head_account[16], mediator_account[16], partner_id[16], contact[16];
    unsigned char memorandum[16], case_id[16], key_id[16];
    char case_number[40], accepted_at[28];
    double last_end, micros;
} Open;

#define ACTOR \
    "SELECT a.region_id, a.id, a.language, r.time_zone, g.id, g.role, g.office_id, g.mediator_id, g.valid_from, " \
    "g.valid_to FROM token t JOIN account a ON a.region_id = t.region_id AND a.id = t.account_id " \
    "JOIN region r ON r.id = t.region_id LEFT JOIN account_grant g ON g.region_id = t.region_id " \
    "AND g.account_id = t.account_id WHERE t.digest = @digest " \
    "AND t.revoked_at IS NULL AND t.expires_at > @at AND a.active = 1"
#define REPEAT \
    "SELECT fingerprint, status, data_key_id, answer, created_at FROM idempotency_key " \
    "WHERE region_id = @region AND account_id = @account AND key = @key"
#define OFFICE \
    "SELECT id, code, district, active_from, active_to, " \
    "(SELECT number FROM edition WHERE region_id = @region AND kind = 'workflow') FROM office " \
    "WHERE region_id = @region AND id = @office"
#define LISTS \
    "SELECT EXISTS (SELECT 1 FROM category WHERE region_id = @region AND code = 'neighbours_land'), " \
    "EXISTS (SELECT 1 FROM source WHERE region_id = @region AND code = 'education')"
#define PARTNER "SELECT id, code, active FROM partner WHERE region_id = @region AND id = @partner"
#define MEMORANDA \
    "SELECT id, valid_from, valid_to, terminated_on, events, categories, districts, data_level FROM memorandum " \
    "WHERE region_id = @region AND partner_id = @partner"
#define CONTACTS \
    "SELECT id, language, verified_at, active FROM contact WHERE region_id = @region AND partner_id = @partner"
#define HAS_HEAD \
    "SELECT EXISTS (SELECT 1 FROM account_grant g JOIN account a ON a.region_id = g.region_id " \
    "AND a.id = g.account_id WHERE g.region_id = @region AND g.office_id = @office AND g.role = 'office_head' " \
    "AND a.active = 1 AND g.valid_from <= @day AND (g.valid_to IS NULL OR g.valid_to >= @day))"
#define CASE "SELECT * FROM cases WHERE region_id = @region AND id = @case"
#define KEY "SELECT id, master_key_id, wrapped, destroyed_at FROM data_key WHERE region_id = @region AND id = @data_key"
#define PARTIES "SELECT id, side, secret FROM case_party WHERE region_id = @region AND case_id = @case ORDER BY position"
#define REFERRAL "SELECT partner_id, memorandum_id, receipt_code, received_on, secret FROM referral " \
    "WHERE region_id = @region AND case_id = @case"
#define MEDIATOR \
    "SELECT status, documents_valid_to, languages, max_open_cases, name_kk, name_ru, language, " \
    "(SELECT count(*) FROM cases WHERE region_id = @region AND mediator_id = @mediator AND stage <> 'closed'), " \
    "EXISTS (SELECT 1 FROM mediator_unavailability WHERE region_id = @region AND mediator_id = @mediator " \
    "AND starts_on <= @day AND ends_on >= @day) FROM mediator WHERE region_id = @region AND id = @mediator"
#define MEDIATOR_OFFICES "SELECT office_id FROM mediator_office WHERE region_id = @region AND mediator_id = @mediator"
#define MEDIATOR_NAME "SELECT name_kk, name_ru, language FROM mediator WHERE region_id = @region AND id = @mediator"
#define PARTNER_CODE "SELECT code FROM partner WHERE region_id = @region AND id = @partner"
#define COUNTER \
    "INSERT INTO case_counter (region_id, office_id, year, last) VALUES (@region, @office, 2026, 1) " \
    "ON CONFLICT (region_id, office_id, year) DO UPDATE SET last = last + 1 RETURNING last"
#define NEW_KEY \
    "INSERT INTO data_key (region_id, id, subject_kind, subject_id, master_key_id, wrapped, created_at) " \
    "SELECT @region, @data_key, 'case', @case, id, @wrapped, @at FROM master_key WHERE id = @master " \
    "AND retired_at IS NULL"
#define NEW_CASE \
    "INSERT INTO cases (region_id, id, number, office_id, workflow_key, workflow_version, stage, step, class, " \
    "category, language, district, court_stage, source, partner_id, filed_by, filed_at, version, data_key_id, secret, " \
    "head_hash, course) SELECT @region, @case, @number, @office, 'basic', 1, 'filed', 'filed', 'new', " \
    "'neighbours_land', 'ru', district, 'pre_court', 'education', @partner, @account, @at, 1, @data_key, @secret, " \
    "@hash, '{}' FROM office WHERE region_id = @region AND id = @office"
#define NEW_PARTY \
    "INSERT INTO case_party (region_id, case_id, position, id, side, secret) " \
    "VALUES (@region, @case, @position, @id, @side, @secret)"
#define NEW_NAMES \
    "INSERT INTO party_token (region_id, token, case_id) SELECT @region, token, @case FROM (WITH RECURSIVE " \
    "part (token, rest) AS (SELECT x'', @names UNION ALL SELECT substr(rest, 1, 8), substr(rest, 9) FROM part " \
    "WHERE length(rest) > 0) SELECT token FROM part WHERE length(token) > 0)"
#define NEW_REFERRAL \
    "INSERT INTO referral (region_id, id, case_id, partner_id, memorandum_id, receipt_code, received_on, secret) " \
    "VALUES (@region, @id, @case, @partner, @memorandum, @receipt, @day, @secret)"
#define MOVE_CASE \
    "UPDATE cases SET version = @version, stage = @stage, step = @stage, class = @class, category = 'neighbours_land', " \
    "subcategory = NULL, language = 'ru', court_stage = 'pre_court', mediator_id = @mediator, accepted_at = @accepted, " \
    "closed_at = @closed, ground = @ground, effective_on = @effective, linked_case_id = NULL, secret = @secret, " \
    "head_hash = @hash, workflow_version = 1, contract_on = NULL, ended_on = NULL, " \
    "course = '[\"entered_at\",\"2026-11-22T05.00.00.000001Z\"]', asked_id = NULL " \
    "WHERE region_id = @region AND id = @case AND version = @version - 1"
#define NEW_EVENT \
    "INSERT INTO case_event (region_id, case_id, seq, id, kind, at, actor_id, grant_id, data, secret, prev_hash, hash) " \
    "VALUES (@region, @case, @version, @event, @kind, @at, @account, @account, @data, @secret, @hash, @hash)"
#define NEW_MESSAGE \
    "INSERT INTO outbox (region_id, id, kind, dedupe_key, case_id, office_id, memorandum_id, partner_id, audience, " \
    "recipient_kind, recipient_id, language, payload, state, attempts, next_at, created_at) VALUES (@region, @id, " \
    "@kind, @dedupe, @case, @office, @memorandum, @partner, @audience, @recipient_kind, @recipient, @language, " \
    "@payload, 'waiting', 0, @at, @at) ON CONFLICT DO NOTHING"
#define NEW_ANSWER \
    "INSERT INTO idempotency_key (region_id, account_id, key, fingerprint, status, data_key_id, answer, created_at) " \
    "VALUES (@region, @account, @key, @hash, 201, @data_key, @answer, @at) ON CONFLICT DO NOTHING"

static Statement begin, commit, actor, repeat, office, lists, partner, memoranda, contacts, has_head,
    one_case, data_key, parties, referral, mediator, mediator_offices, mediator_name, partner_code, counter,
    new_key, new_case, new_party, new_names, new_referral, move_case, new_event, new_message, new_answer;

static void prepare_all(void) {
    begin = statement("BEGIN IMMEDIATE");
    commit = statement("COMMIT");
    actor = statement(ACTOR);
    repeat = statement(REPEAT);
    office = statement(OFFICE);
    lists = statement(LISTS);
    partner = statement(PARTNER);
    memoranda = statement(MEMORANDA);
    contacts = statement(CONTACTS);
    has_head = statement(HAS_HEAD);
    one_case = statement(CASE);
    data_key = statement(KEY);
    parties = statement(PARTIES);
    referral = statement(REFERRAL);
    mediator = statement(MEDIATOR);
    mediator_offices = statement(MEDIATOR_OFFICES);
    mediator_name = statement(MEDIATOR_NAME);
    partner_code = statement(PARTNER_CODE);
    counter = statement(COUNTER);
    new_key = statement(NEW_KEY);
    new_case = statement(NEW_CASE);
    new_party = statement(NEW_PARTY);
    new_names = statement(NEW_NAMES);
    new_referral = statement(NEW_REFERRAL);
    move_case = statement(MOVE_CASE);
    new_event = statement(NEW_EVENT);
    new_message = statement(NEW_MESSAGE);
    new_answer = statement(NEW_ANSWER);
}

/* What one transition binds again and again. */
typedef struct {
    Open *open;
    const unsigned char *account, *digest;
    unsigned char event[16];
    char at[28], day[11], key[40], event_text[37];
} Act;

static void bind(Statement *to, Act *act) {
    Open *open = act->open;
    const void *blobs[] = {region.bytes, hash.bytes, act->account, open->office_id, open->mediator, open->partner_id,
        open->memorandum, open->case_id, open->key_id, act->event, act->digest};
    const struct { const char *words; int length; } texts[] = {{act->at, 27}, {act->day, 10}, {act->key, 36}};
    int failed = 0;
    for (int name = REGION; name <= DIGEST; name++) {
        int length = name == HASH || name == DIGEST ? 32 : 16;
        if (to->place[name]) failed |= sqlite3_bind_blob(to->at, to->place[name], blobs[name], length, NULL);
    }
    for (int name = AT; name <= REPEAT_KEY; name++) {
        if (!to->place[name]) continue;
        failed |= sqlite3_bind_text(to->at, to->place[name], texts[name - AT].words, texts[name - AT].length, NULL);
    }
    if (to->place[VERSION]) failed |= sqlite3_bind_int64(to->at, to->place[VERSION], open->step);
    if (failed) fail("bind");
}

static int64_t look(Statement *what, Act *act, int rows_least) {
    bind(what, act);
    return go(what, rows_least);
}

static void message(Act *act, const char *kind, int to_partner, const Value *payload) {
    Open *open = act->open;
    unsigned char id[16];
    char recipient[37], dedupe[120];
    new_id(id);
    text_of(to_partner ? open->contact : open->mediator, recipient);
    int length = snprintf(dedupe, sizeof dedupe, "%s/%s/%s", act->event_text, kind, recipient);
    bind(&new_message, act);
    blob(&new_message, "@id", id, 16);
    text(&new_message, "@kind", kind, -1);
    text(&new_message, "@dedupe", dedupe, length);
    text(&new_message, "@audience", to_partner ? "partner" : "staff", -1);
    text(&new_message, "@recipient_kind", to_partner ? "contact" : "mediator", -1);
    blob(&new_message, "@recipient", to_partner ? open->contact : open->mediator, 16);
    text(&new_message, "@language", to_partner ? "ru" : "kk", -1);
    json(&new_message, "@payload", payload);
    if (!to_partner) {
        text(&new_message, "@memorandum", NULL, 0);
        text(&new_message, "@partner", NULL, 0);
    }
    go(&new_message, 0);
}

static void event(Act *act) {
    int step = act->open->step;
    bind(&new_event, act);
    text(&new_event, "@kind", step == 1 ? "filed" : "moved", -1);
    json(&new_event, "@data", &event_data[step]);
    if (event_secret[step].length) value(&new_event, "@secret", &event_secret[step]);
    else text(&new_event, "@secret", NULL, 0);
    go(&new_event, 0);
}

/* The case after the act, as the answer shows it, and the answer under its key. */
static void keep(Act *act) {
    bind(&new_answer, act);
    value(&new_answer, "@answer", &answer[act->open->step]);
    go(&new_answer, 0);
}

static void party(Act *act, int position, const Value *secret) {
    unsigned char id[16];
    new_id(id);
    bind(&new_party, act);
    number(&new_party, "@position", position);
    blob(&new_party, "@id", id, 16);
    text(&new_party, "@side", position ? "B" : "A", 1);
    value(&new_party, "@secret", secret);
    go(&new_party, 0);
}

static void file(Act *act) {
    Open *open = act->open;
    unsigned char id[16];
    char receipt[37];
    new_id(open->case_id);
    new_id(open->key_id);
    look(&actor, act, 1);
    look(&repeat, act, 0);
    look(&lists, act, 1);
    look(&office, act, 1);
    look(&partner, act, 1);
    look(&memoranda, act, 1);
    look(&contacts, act, 1);
    look(&has_head, act, 1);
    snprintf(open->case_number, sizeof open->case_number, "OFF-%03d/2026-%04lld", open->office,
        (long long)look(&counter, act, 1));
    bind(&new_key, act);
    value(&new_key, "@wrapped", &wrapped);
    value(&new_key, "@master", &master);
    go(&new_key, 0);
    bind(&new_case, act);
    text(&new_case, "@number", open->case_number, -1);
    value(&new_case, "@secret", &secret_filed);
    go(&new_case, 0);
    party(act, 0, &party_a);
    party(act, 1, &party_b);
    bind(&new_names, act);
    value(&new_names, "@names", &names);
    go(&new_names, 0);
    new_id(id);
    text_of(id, receipt);
    bind(&new_referral, act);
    blob(&new_referral, "@id", id, 16);
    text(&new_referral, "@receipt", receipt, 26);
    value(&new_referral, "@secret", &reference);
    go(&new_referral, 0);
    event(act);
    message(act, "case_received", 1, &payload_referral);
    keep(act);
}

static void act_on(Act *act) {
    static const char *stages[] = {"", "filed", "assigned", "reconciled", "closed"};
    Open *open = act->open;
    int step = open->step;
    look(&actor, act, 1);
    look(&one_case, act, 1);
    look(&has_head, act, 1);
    look(&repeat, act, 0);
    look(&data_key, act, 1);
    look(&parties, act, 2);
    look(&referral, act, 1);
    look(&partner_code, act, 1);
    if (step == 2) {
        look(&mediator, act, 1);
        look(&mediator_offices, act, 1);
        memcpy(open->accepted_at, act->at, 28);
    } else {
        look(&mediator_name, act, 1);
    }
    if (step < 4) {
        look(&memoranda, act, 1);
        look(&contacts, act, 1);
    }
    bind(&move_case, act);
    text(&move_case, "@stage", stages[step], -1);
    text(&move_case, "@class", step == 4 ? "done_success" : "active", -1);
    text(&move_case, "@accepted", open->accepted_at, 27);
    text(&move_case, "@closed", step == 4 ? act->at : NULL, 27);
    text(&move_case, "@ground", step > 2 ? "settled" : NULL, 7);
    text(&move_case, "@effective", step > 2 ? act->day : NULL, 10);
    value(&move_case, "@secret", step > 2 ? &secret_ended : &secret_filed);
    go(&move_case, 0);
    event(act);
    if (step == 2) message(act, "assignment", 0, &payload_case);
    if (step == 2) message(act, "case_assigned", 1, &payload_referral);
    if (step == 3) message(act, "case_ended", 1, &payload_ended);
    keep(act);
}

static void transition(Open *open) {
    Act act = {.open = open};
    act.account = open->step == 2 ? open->head_account : open->mediator_account;
    act.digest = digests[open->step != 2][open->office];
    instant(act.at, act.day);
    new_id(act.event);
    text_of(act.event, act.event_text);
    snprintf(act.key, sizeof act.key, "%08x-%04x-4000-8000-%012llx", (unsigned)chance(), (unsigned)chance() & 0xffff,
        (unsigned long long)chance() & 0xffffffffffffULL);
    go(&begin, 0);
    if (open->step == 1) file(&act);
    else act_on(&act);
    go(&commit, 0);
}

/* ---- the loop -------------------------------------------------------------------------------------- */

static void start(Open *open) {
    open->step = 1;
    open->micros = 0;
    open->office = (int)(chance() % OFFICES);
    open->partner = (int)(chance() % PARTNERS);
    numbered(open->office_id, 0x10000, open->office);
    numbered(open->mediator, 0x20000, open->office);
    numbered(open->head_account, 0x30000, open->office);
    numbered(open->mediator_account, 0x40000, open->office);
    numbered(open->partner_id, 0x50000, open->partner);
    numbered(open->contact, 0x60000, open->partner);
    numbered(open->memorandum, 0x70000, open->partner);
}

static void read_value(Value *into, const char *sql) {
    sqlite3_stmt *at = prepare(sql);
    if (sqlite3_step(at) != ROW) fail(sql);
    into->length = sqlite3_column_bytes(at, 0);
    if (into->length > (int)sizeof into->bytes) fail("a value is longer than expected");
    if (into->length) memcpy(into->bytes, sqlite3_column_blob(at, 0), (size_t)into->length);
    sqlite3_finalize(at);
}

#define OF_CASE(column) " WHERE " column " = (SELECT id FROM __walked)"

static void read_values(void) {
    char sql[200];
    read_value(&region, "SELECT id FROM region");
    read_value(&master, "SELECT id FROM master_key WHERE retired_at IS NULL");
    read_value(&hash, "SELECT hash FROM __walked");
    read_value(&wrapped, "SELECT wrapped FROM data_key WHERE subject_id = (SELECT id FROM __walked)");
    read_value(&secret_filed, "SELECT secret FROM __walked");
    read_value(&secret_ended, "SELECT secret FROM cases" OF_CASE("id"));
    read_value(&party_a, "SELECT secret FROM case_party" OF_CASE("case_id") " AND position = 0");
    read_value(&party_b, "SELECT secret FROM case_party" OF_CASE("case_id") " AND position = 1");
    read_value(&names, "SELECT unhex(group_concat(hex(token), '')) FROM party_token" OF_CASE("case_id"));
    read_value(&reference, "SELECT secret FROM referral" OF_CASE("case_id"));
    read_value(&payload_referral, "SELECT payload FROM outbox" OF_CASE("case_id") " AND kind = 'case_received'");
    read_value(&payload_case, "SELECT payload FROM outbox" OF_CASE("case_id") " AND kind = 'assignment'");
    read_value(&payload_ended, "SELECT payload FROM outbox" OF_CASE("case_id") " AND kind = 'case_ended'");
    for (int office = 0; office < 2 * OFFICES; office++) {
        Value digest;
        snprintf(sql, sizeof sql, "SELECT digest FROM token WHERE hex(id) = '%032X'",
            (office < OFFICES ? 0x30000 : 0x40000) + office % OFFICES);
        read_value(&digest, sql);
        memcpy(digests[office / OFFICES][office % OFFICES], digest.bytes, 32);
    }
    for (int seq = 1; seq <= 4; seq++) {
        snprintf(sql, sizeof sql, "SELECT secret FROM case_event" OF_CASE("case_id") " AND seq = %d", seq);
        read_value(&event_secret[seq], sql);
        snprintf(sql, sizeof sql, "SELECT data FROM case_event" OF_CASE("case_id") " AND seq = %d", seq);
        read_value(&event_data[seq], sql);
        snprintf(sql, sizeof sql, "SELECT answer FROM idempotency_key ORDER BY created_at LIMIT 1 OFFSET %d", seq - 1);
        read_value(&answer[seq], sql);
    }
}

static int print_setting(void *name, int count, char **values, char **names) {
    (void)count;
    (void)names;
    printf("%s %s\n", (const char *)name, values[0]);
    return 0;
}

int main(int count, char **words) {
    static Open open[CLIENTS_MOST];
    static unsigned micros[LIFECYCLES_MOST];
    if (count != 5) return 2;
    int clients = atoi(words[2]);
    double seconds = atof(words[3]);
    state = strtoull(words[4], NULL, 10);
    if (clients < 1 || clients > CLIENTS_MOST) return 2;
    if (sqlite3_open(words[1], &db) != OK) fail(words[1]);
    /* As connection.rs sets them. */
    run("PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
        "PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000;");
    printf("sqlite %s\n", sqlite3_libversion());
    sqlite3_exec(db, "PRAGMA journal_mode", print_setting, "journal_mode", NULL);
    sqlite3_exec(db, "PRAGMA synchronous", print_setting, "synchronous", NULL);
    read_values();
    prepare_all();

    double begun = seconds_of(CLOCK_MONOTONIC), now = begun, cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    size_t done = 0;
    int left = clients;
    for (int client = 0; client < clients; client++) {
        start(&open[client]);
        open[client].last_end = begun;
    }
    while (left > 0) {
        for (int client = 0; client < clients; client++) {
            Open *one = &open[client];
            if (one->step > 4) continue;
            transition(one);
            now = seconds_of(CLOCK_MONOTONIC);
            one->micros += (now - one->last_end) * 1e6;
            one->last_end = now;
            if (one->step++ < 4) continue;
            if (done == LIFECYCLES_MOST) fail("too many lifecycles");
            micros[done++] = (unsigned)one->micros;
            if (now - begun < seconds) start(one);
            else left--;
        }
    }
    printf("seconds %.6f\ncpu %.6f\nlifecycles %zu\n", now - begun, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu, done);
    for (size_t at = 0; at < done; at++) printf("%u\n", micros[at]);
    return 0;
}
