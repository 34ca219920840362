//! Given a case with a history, when somebody acts, then this follows or is refused.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use kelisim_domain::{
    assignment::{MediatorFacts, MediatorStatus},
    calendar::Zone,
    case::{
        Act, Case, CaseNumber, Content, ContentChange, CourtStage, Decision, Event, Facts, Filing,
        FilingFacts, MediatorAsked, Party, PartyKind, Referred, Rejection, Side, decide, evolve,
        file, ground::Ground, opened,
    },
    code::{ActionName, CategoryCode, DistrictCode, OfficeCode, SourceCode},
    confidential::Confidential,
    id::{
        AccountId, CaseId, GrantId, MediatorId, MemorandumId, OfficeId, PartnerId, PartyId,
        RegionId,
    },
    language::Language,
    law::Law,
    legal::{KZ_MEDIATION, Profile},
    notice::{NoticeOrder, PartnerReference, ReceiptCode},
    policy::{Actor, Grant, Standing},
    refusal::Refusal,
    text::Name,
    workflow::{self, Definition, Value, Values},
};
use std::sync::{Arc, LazyLock};
use uuid::Uuid;

/// The office of the case.
pub(crate) const HOME: OfficeId = OfficeId(Uuid::from_u128(0x10));
/// Another office.
pub(crate) const AWAY: OfficeId = OfficeId(Uuid::from_u128(0x11));
/// A mediator of the office; usually the one who has the case.
pub(crate) const AIGUL: MediatorId = MediatorId(Uuid::from_u128(0x20));
/// Another mediator of the office.
pub(crate) const BERIK: MediatorId = MediatorId(Uuid::from_u128(0x21));
/// A mediator of the other office.
pub(crate) const DANA: MediatorId = MediatorId(Uuid::from_u128(0x22));
/// Nobody in the register.
pub(crate) const STRANGER: MediatorId = MediatorId(Uuid::from_u128(0x23));
/// The case.
pub(crate) const CASE: CaseId = CaseId(Uuid::from_u128(0x30));
/// Another case on file.
pub(crate) const OTHER_CASE: CaseId = CaseId(Uuid::from_u128(0x31));
/// The partner agency that refers.
pub(crate) const PARTNER: PartnerId = PartnerId(Uuid::from_u128(0x40));

/// The local day on which the case is filed.
pub(crate) fn filed_on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 16).expect("a day")
}

/// The local day on which everything else happens.
pub(crate) fn today() -> NaiveDate {
    filed_on() + Days::new(6)
}

/// An account with roles.
pub(crate) fn actor(account: u128, standings: &[Standing]) -> Actor {
    let grants = standings.iter().zip(1..).map(|(standing, n)| Grant {
        id: GrantId(Uuid::from_u128(account * 16 + n)),
        standing: *standing,
        from: filed_on(),
        to: None,
    });
    Actor {
        account: AccountId(Uuid::from_u128(account)),
        region: RegionId(Uuid::from_u128(1)),
        language: Language::Kk,
        grants: grants.collect(),
        system: None,
    }
}

/// What makes somebody a mediator of an office.
pub(crate) fn mediates(mediator: MediatorId, office: OfficeId) -> Standing {
    Standing::Mediator { office, mediator }
}

pub(crate) fn aigul() -> Actor {
    actor(0x100, &[mediates(AIGUL, HOME)])
}

pub(crate) fn berik() -> Actor {
    actor(0x101, &[mediates(BERIK, HOME)])
}

pub(crate) fn dana() -> Actor {
    actor(0x102, &[mediates(DANA, AWAY)])
}

pub(crate) fn head() -> Actor {
    actor(0x103, &[Standing::OfficeHead { office: HOME }])
}

pub(crate) fn coordinator() -> Actor {
    actor(0x104, &[Standing::Coordinator])
}

/// What the register says of a mediator whom nothing stands against.
pub(crate) fn fit(id: MediatorId, office: OfficeId) -> MediatorFacts {
    MediatorFacts {
        id,
        offices: vec![office],
        status: MediatorStatus::Active,
        documents_valid_to: NaiveDate::from_ymd_opt(2028, 1, 1),
        languages: vec!["kk".into(), "ru".into()],
        open_cases: 2,
        max_open_cases: 3,
        is_unavailable: false,
    }
}

/// The workflow shipped with the program.
pub(crate) fn basic() -> Definition {
    workflow::parse(workflow::BASIC).expect("the basic workflow is sound")
}

/// The basic workflow with a step and two actions more, as a region would write it.
pub(crate) fn patient() -> Definition {
    let title = "title = { kk = \"Ойлануда\", ru = \"Обдумывают\", en = \"Thinking\" }";
    let step = format!(
        "[[steps]]\nid = \"thinking\"\nstage = \"assigned\"\nclass = \"waiting\"\n{title}\n\n"
    );
    let give_time = format!(
        "[[actions]]\nname = \"give_time\"\nfrom = [\"assigned\"]\nto = \"thinking\"\n{title}\n\
         who = [\"case_mediator\", \"office_head\"]\n\
         [[actions.form]]\nname = \"until\"\ntype = \"date\"\nrequired = true\n{title}\n\
         [[actions.form]]\nname = \"why\"\ntype = \"text\"\nconfidential = true\n{title}\n\n"
    );
    let give_back = format!(
        "[[actions]]\nname = \"give_back\"\nfrom = [\"assigned\"]\nto = \"filed\"\n{title}\n\
         who = [\"case_mediator\"]\n\n"
    );
    let reconcile = "[[actions]]\nname = \"reconcile\"\nfrom = [\"assigned\"";
    let more = format!("{give_time}{give_back}{reconcile}, \"thinking\"");
    let text = workflow::BASIC
        .replacen("[[steps]]", &format!("{step}[[steps]]"), 1)
        .replacen(reconcile, &more, 1);
    workflow::parse(&text).expect("sound")
}

pub(crate) fn name(action: &str) -> ActionName {
    ActionName::parse(action).expect("an action's name")
}

pub(crate) fn text(value: &str) -> Value {
    Value::Text(Confidential::new(value.to_owned()))
}

/// Answers that give the case to a mediator.
pub(crate) fn to(mediator: MediatorId) -> Values {
    Values::new().with("mediator", Value::Mediator(mediator))
}

/// Answers that record an agreement signed on a day.
pub(crate) fn agreed(ground: Ground, signed_on: NaiveDate) -> Values {
    Values::new()
        .with("ground", Value::Ground(ground))
        .with("agreement.signed_on", Value::Date(signed_on))
        .with("agreement.summary", text("the cow stays out"))
}

/// Answers that close on a ground, with everything that this ground asks for.
pub(crate) fn on(ground: Ground) -> Values {
    let values = Values::new()
        .with("ground", Value::Ground(ground))
        .with("effective_on", Value::Date(today()));
    match ground {
        Ground::Duplicate | Ground::Transferred => {
            values.with("linked_case", Value::Case(OTHER_CASE))
        }
        Ground::NotSuitable => values.with("exclusion_code", text("state_body")),
        _ => values,
    }
}

/// A partner's referral.
pub(crate) fn referral() -> Referred {
    Referred {
        partner: PARTNER,
        memorandum: Some(MemorandumId(Uuid::from_u128(0x41))),
        receipt_code: ReceiptCode::from_random([3; 26]),
    }
}

/// What is filed in every test.
pub(crate) fn filing(referral: Option<Referred>) -> Filing {
    Filing {
        category: CategoryCode::from_stored("neighbours_land".into()),
        subcategory: Some("fences".into()),
        language: Language::Kk,
        district: DistrictCode::from_stored("ORL".into()),
        court_stage: CourtStage::PreCourt,
        source: SourceCode::from_stored("councils".into()),
        reference: referral
            .as_ref()
            .map(|_| PartnerReference::parse("214").expect("a reference")),
        referral,
        summary: Confidential::new("a cow in the vegetable garden".into()),
        amount: Some(45_000),
        parties: vec![party(1, Side::A), party(2, Side::B)],
    }
}

fn party(n: u128, side: Side) -> Party {
    Party {
        id: PartyId(Uuid::from_u128(0x50 + n)),
        side,
        kind: PartyKind::Person,
        name: Confidential::new(Name::parse("Қайрат Demo").expect("a name")),
        phone: Confidential::new(None),
        email: Confidential::new(None),
        language: Some(Language::Kk),
        settlement: Confidential::new(Some("Теректі".into())),
    }
}

/// A case with its whole history, as the application would hold and store it.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) definition: Definition,
    pub(crate) history: Vec<Event>,
    pub(crate) changes: Vec<ContentChange>,
    pub(crate) case: Case,
    pub(crate) content: Content,
    /// The messages of the last event.
    pub(crate) notices: Vec<NoticeOrder>,
    /// The register of mediators.
    pub(crate) mediators: Vec<MediatorFacts>,
    /// The instant of the next act.
    pub(crate) now: DateTime<Utc>,
    /// The law of the region.
    pub(crate) law: Arc<Law>,
}

impl Given {
    /// A case that a mediator of the office filed.
    pub(crate) fn filed() -> Self {
        Given::filed_in(basic(), &aigul(), None)
    }

    /// A case that a partner referred.
    pub(crate) fn referred() -> Self {
        Given::filed_in(basic(), &aigul(), Some(referral()))
    }

    pub(crate) fn filed_in(
        definition: Definition,
        actor: &Actor,
        referral: Option<Referred>,
    ) -> Self {
        let facts = FilingFacts {
            office: HOME,
            number: CaseNumber {
                office: OfficeCode::from_stored("ORL-03".into()),
                year: 2026,
                serial: 17,
            },
            case: CASE,
            now: filed_at(),
            law: law(),
        };
        let decision = file(&definition, filing(referral), facts, actor).expect("may be filed");
        let event = event(1, filed_at(), actor, &decision);
        Given {
            case: opened(&event).expect("a filing opens a case"),
            content: Content::opened(&decision.content),
            definition,
            history: vec![event],
            changes: vec![decision.content],
            notices: decision.notices,
            mediators: vec![fit(AIGUL, HOME), fit(BERIK, HOME), fit(DANA, AWAY)],
            now: filed_at() + TimeDelta::days(6),
            law: law(),
        }
    }

    /// The same case on another local day, at noon.
    pub(crate) fn on_day(mut self, day: &str) -> Self {
        let day: NaiveDate = day.parse().expect("a day");
        self.now = Zone::ORAL.start_of(day) + TimeDelta::hours(12);
        self
    }

    /// The same case at another instant.
    pub(crate) fn at(mut self, instant: &str) -> Self {
        self.now = instant.parse().expect("an instant");
        self
    }

    /// With other facts in the register.
    pub(crate) fn with_mediator(mut self, facts: MediatorFacts) -> Self {
        self.mediators.retain(|known| known.id != facts.id);
        self.mediators.push(facts);
        self
    }

    pub(crate) fn assigned(self) -> Self {
        self.after(&head(), "assign", &to(AIGUL))
    }

    pub(crate) fn reassigned(self, mediator: MediatorId) -> Self {
        self.after(&coordinator(), "reassign", &to(mediator))
    }

    pub(crate) fn reconciled(self) -> Self {
        self.after(&aigul(), "reconcile", &agreed(Ground::Settled, today()))
    }

    /// Closed on a ground by whoever may.
    pub(crate) fn closed(self, ground: Ground) -> Self {
        let by = if self.case.mediator.is_some() {
            aigul()
        } else {
            head()
        };
        self.after(&by, "close", &on(ground))
    }

    /// What the registers say today about whoever the answers name.
    pub(crate) fn facts(&self, values: &Values) -> Facts {
        let known = |id| self.mediators.iter().find(|known| known.id == id).cloned();
        Facts {
            region: RegionId(Uuid::from_u128(1)),
            law: Arc::clone(&self.law),
            now: self.now,
            today: Zone::ORAL.day(self.now),
            filed_on: filed_on(),
            office_has_head: true,
            mediator: values
                .mediator("mediator")
                .map_or(MediatorAsked::Nobody, |id| {
                    known(id).map_or(MediatorAsked::Unknown, MediatorAsked::Known)
                }),
        }
    }

    /// What comes of an action; the case stays as it is.
    pub(crate) fn when(
        &self,
        actor: &Actor,
        action: &str,
        values: &Values,
    ) -> Result<Decision, Rejection> {
        let act = Act {
            action: &name(action),
            values: Some(values),
        };
        decide(
            &self.definition,
            &self.case,
            actor,
            act,
            &self.facts(values),
        )
    }

    /// The case after an action that must succeed.
    pub(crate) fn after(mut self, actor: &Actor, action: &str, values: &Values) -> Self {
        match self.when(actor, action, values) {
            Ok(decision) => self.apply(actor, decision),
            Err(rejection) => panic!("{action} from {}: {rejection:?}", self.case.step),
        }
        self
    }

    /// Takes what was decided into the history.
    pub(crate) fn apply(&mut self, actor: &Actor, decision: Decision) {
        let event = event(self.case.version + 1, self.now, actor, &decision);
        self.case = evolve(self.case.clone(), &event);
        self.content = self.content.clone().changed(&decision.content);
        self.history.push(event);
        self.changes.push(decision.content);
        self.notices = decision.notices;
    }
}

/// The law of Kazakhstan in West Kazakhstan.
pub(crate) fn law() -> Arc<Law> {
    static LAW: LazyLock<Arc<Law>> = LazyLock::new(|| {
        let profile = Profile::parse(KZ_MEDIATION).expect("the shipped profile");
        Arc::new(Law::new(profile, Zone::ORAL, &[]))
    });
    Arc::clone(&LAW)
}

/// The same law, where it lets the term be paused.
pub(crate) fn pausing() -> Arc<Law> {
    let text = KZ_MEDIATION.replacen("allowed = false", "allowed = true", 1);
    assert_ne!(text, KZ_MEDIATION, "the profile says that it does not");
    let profile = Profile::parse(&text).expect("the shipped profile");
    Arc::new(Law::new(profile, Zone::ORAL, &[]))
}

fn filed_at() -> DateTime<Utc> {
    "2026-11-16T06:00:00Z".parse().expect("an instant")
}

fn event(seq: i32, at: DateTime<Utc>, actor: &Actor, decision: &Decision) -> Event {
    Event {
        case: CASE,
        seq,
        at: at + TimeDelta::seconds(i64::from(seq)),
        actor: actor.account,
        grant: decision.grant,
        data: decision.event.clone(),
    }
}

/// The refusals as `rule code`; none when the command went through.
pub(crate) fn refused<T>(result: Result<T, Rejection>) -> Vec<String> {
    let tell = |refusal: &Refusal| format!("{} {}", refusal.rule(), refusal.code());
    match result {
        Ok(_) => Vec::new(),
        Err(Rejection::Refused(refusals)) => refusals.iter().map(tell).collect(),
        Err(Rejection::Invalid(faults)) => panic!("faults, not refusals: {faults:?}"),
    }
}

/// The faults as `pointer: code`; none when the command went through.
pub(crate) fn faults<T>(result: Result<T, Rejection>) -> Vec<String> {
    match result {
        Ok(_) => Vec::new(),
        Err(Rejection::Invalid(faults)) => faults.iter().map(ToString::to_string).collect(),
        Err(Rejection::Refused(refusals)) => panic!("refusals, not faults: {refusals:?}"),
    }
}
