//! Who may what: written down by hand, and by nobody who also writes the rules of the program.

use std::collections::BTreeMap;

/// Everybody of the proof, with the role by which [`ROUTES`] calls them.
///
/// The interface takes tokens and no sessions, so a living session is nobody here; what sessions may is asked of the pages
/// (`pages.rs`).
pub(super) const PEOPLE: [(&str, &str); 25] = [
    // Nobody that the program knows.
    ("nobody", "-"),
    ("stranger", "-"),
    ("stopped", "-"),
    ("expired", "-"),
    ("revoked", "-"),
    // Is signed in at the pages as the coordinator, and has no token.
    ("signed_in", "-"),
    // An account whose grants have ended, or have yet to begin.
    ("lapsed", "none"),
    // Leads a case, filed another, and is the former mediator of a third.
    ("mediator", "mediator"),
    // Of the same office.
    ("colleague", "mediator"),
    // Of another office.
    ("stranger_mediator", "mediator"),
    // Is asked to take a case, and has not answered.
    ("asked", "asked"),
    // Has a grant at both offices, and no case.
    ("idle", "mediator"),
    ("head", "head"),
    ("other_head", "head"),
    // Has a token that only reads.
    ("reading_head", "head"),
    ("coordinator", "coordinator"),
    ("registrar", "registrar"),
    ("auditor", "auditor"),
    ("administrator", "administrator"),
    // Of the agency that referred the cases; of another with a memorandum; of one without.
    ("partner", "partner"),
    ("other_partner", "partner"),
    ("lone_partner", "partner"),
    // Across the border of the region.
    ("far_head", "head"),
    ("far_coordinator", "coordinator"),
    ("far_partner", "partner"),
];

/// What there is of each noun, and who may see it: `y`, or `n` for what is to them as if it were not there. A name with a
/// star stands for all that begin so; a dot stands for everybody who is not named. `-`: not asked, because the mirror of
/// the region has no keys, and the process has not read its workflows.
const SIGHT: &str = "
@case             own same other closed filed former asked far missing
mediator          y   n    n     y      y     n      n     n   n
colleague         n   y    n     n      n     y      n     n   n
stranger_mediator n   n    y     n      n     n      n     n   n
asked             n   n    n     n      n     n      y     n   n
head              y   y    n     y      y     y      y     n   n
reading_head      y   y    n     y      y     y      y     n   n
other_head        n   n    y     n      n     n      n     n   n
coordinator       y   y    y     y      y     y      y     n   n
far_head          n   n    n     n      n     n      n     -   n
far_coordinator   n   n    n     n      n     n      n     -   n
.                 n   n    n     n      n     n      n     n   n

@handing          own same other closed filed former asked far missing
mediator          y   n    n     y      -     n      n     n   n
colleague         n   y    n     n      n     y      n     n   n
stranger_mediator n   n    y     n      n     n      n     n   n
asked             n   n    n     n      n     n      y     n   n
head              y   y    n     y      y     y      y     n   n
reading_head      y   y    n     y      y     y      y     n   n
other_head        n   n    y     n      n     n      n     n   n
coordinator       y   y    y     y      y     y      y     n   n
far_head          n   n    n     n      n     n      n     -   n
far_coordinator   n   n    n     n      n     n      n     -   n
.                 n   n    n     n      n     n      n     n   n

@consent          own same other missing
mediator          y   n    n     n
colleague         n   y    n     n
stranger_mediator n   n    y     n
head              y   y    n     n
reading_head      y   y    n     n
other_head        n   n    y     n
coordinator       y   y    y     y
.                 n   n    n     n

@dangers          all
mediator          y
colleague         y
stranger_mediator y
asked             y
idle              y
*head             y
*coordinator      y
.                 n

@danger           here far missing
mediator          y    n   n
head              y    n   n
.                 n    n   n

@notice           own same other far missing
mediator          y   n    n     n   n
colleague         n   y    n     n   n
stranger_mediator n   n    y     n   n
head              y   y    n     n   n
reading_head      y   y    n     n   n
other_head        n   n    y     n   n
coordinator       y   y    y     n   n
administrator     y   y    y     n   n
far_head          n   n    n     y   n
far_coordinator   n   n    n     y   n
.                 n   n    n     n   n

@cases            all
mediator          y
colleague         y
stranger_mediator y
asked             y
idle              y
*head             y
*coordinator      y
.                 n

@notices          all
mediator          y
colleague         y
stranger_mediator y
asked             y
idle              y
*head             y
*coordinator      y
administrator     y
.                 n

@me               all
.                 y

@staff            all
lapsed            n
*partner          n
.                 y

@workflows        all
lapsed            n
*partner          n
far_head          -
far_coordinator   -
.                 y

@office           here far missing
lapsed            n    n   n
*partner          n    n   n
far_head          n    y   n
far_coordinator   n    y   n
.                 y    n   n

@register         here far missing
lapsed            n    n   n
*partner          n    n   n
far_head          n    -   n
far_coordinator   n    -   n
.                 y    n   n

@agency           here far missing
lapsed            n    n   n
*partner          n    n   n
far_head          n    y   n
far_coordinator   n    y   n
.                 y    n   n

@contacts         here far missing
coordinator       y    n   n
far_coordinator   n    -   n
.                 n    n   n

@contact          here elsewhere far missing
coordinator       y    n         n   n
far_coordinator   n    n         -   n
.                 n    n         n   n

@memoranda        all
*coordinator      y
*partner          y
.                 n

@memorandum       own other unsigned far missing
coordinator       y   y     y        n   n
partner           y   n     n        n   n
other_partner     n   y     n        n   n
far_coordinator   n   n     n        y   n
far_partner       n   n     n        y   n
.                 n   n     n        n   n

@version          here far missing
lapsed            n    n   n
*partner          n    n   n
far_head          y    -   n
far_coordinator   y    -   n
.                 y    n   n

@workflow         here missing
lapsed            n    n
*partner          n    n
far_head          -    n
far_coordinator   -    n
.                 y    n

@law              here far missing
lapsed            n    n   n
*partner          n    n   n
far_head          y    -   n
far_coordinator   y    -   n
.                 y    n   n

@drafts           all
*coordinator      y
.                 n

@draft            here far missing
coordinator       y    n   n
far_coordinator   n    y   n
.                 n    n   n

@pass             here far missing
coordinator       y    n   n
far_coordinator   n    y   n
.                 n    n   n

@accounts         all
administrator     y
.                 n

@account          here far missing
administrator     y    n   n
.                 n    n   n

@grant            here elsewhere far missing
administrator     y    n         n   n
.                 n    n         n   n

@invited          here far missing
administrator     y    n   n
.                 n    n   n

@audit            all
auditor           y
.                 n

@retention        all
*coordinator      y
auditor           y
.                 n

@kind             case audit
*coordinator      y    n
auditor           y    n
.                 n    n

@erasure          here far missing
coordinator       y    n   n
auditor           y    n   n
far_coordinator   n    y   n
.                 n    n   n
";

/// Every route with its noun and the roles that may act there; whoever sees the thing and is of another role is told so
/// (403). A star stands for whoever sees it.
pub(super) const ROUTES: &str = "
GET    /me                                       me         *
GET    /cases                                    cases      *
POST   /cases                                    cases      *
POST   /cases/search                             cases      *
POST   /cases/{id}/hand-up                       handing    mediator head
POST   /cases/{id}/take-back                     handing    mediator head
GET    /cases/{id}/consents                      case       mediator head
POST   /cases/{id}/consents                      case       mediator head
POST   /cases/{id}/consents/{consent}/withdraw   consent    mediator head
POST   /party-exports                            cases      *
GET    /danger-reports                           dangers    *
POST   /danger-reports                           dangers    mediator asked
GET    /danger-reports/{id}                      danger     *
GET    /cases/{id}                               case       *
PATCH  /cases/{id}                               case       mediator head coordinator
POST   /cases/{id}/transitions                   case       *
GET    /cases/{id}/events                        case       *
GET    /cases/{id}/explain                       case       *
GET    /notices                                  notices    *
GET    /notices/{id}                             notice     *
POST   /notices/{id}/retry                       notice     head coordinator
GET    /offices                                  staff      *
POST   /offices                                  staff      coordinator administrator
GET    /offices/{code}                           office     *
PATCH  /offices/{code}                           office     coordinator administrator
GET    /mediators                                staff      *
POST   /mediators                                staff      coordinator registrar
GET    /mediators/{id}                           register   *
PATCH  /mediators/{id}                           register   coordinator registrar
GET    /partners                                 staff      *
POST   /partners                                 staff      coordinator
GET    /partners/{code}                          agency     *
PATCH  /partners/{code}                          agency     coordinator
GET    /partners/{code}/contacts                 contacts   *
POST   /partners/{code}/contacts                 agency     coordinator
GET    /partners/{code}/contacts/{id}            contact    *
PATCH  /partners/{code}/contacts/{id}            contact    *
GET    /memoranda                                memoranda  *
POST   /memoranda                                drafts     *
GET    /memoranda/{id}                           memorandum *
PATCH  /memoranda/{id}                           memorandum coordinator
POST   /memoranda/{id}/sign                      memorandum coordinator
POST   /memoranda/{id}/terminate                 memorandum coordinator
GET    /workflows                                workflows  *
GET    /workflows/{key}/versions/{n}             version    *
GET    /workflows/{key}/versions/{n}/diagram.svg version    *
GET    /workflows/{key}/versions/{n}/changes     version    *
POST   /workflows/{key}/versions/{n}/retire      version    coordinator
POST   /workflows/{key}/undo                     workflow   coordinator
GET    /passes/{id}                              pass       *
GET    /passes/{id}/left                         pass       *
GET    /drafts                                   drafts     *
POST   /drafts                                   drafts     *
GET    /drafts/{id}                              draft      *
PATCH  /drafts/{id}                              draft      *
DELETE /drafts/{id}                              draft      *
GET    /drafts/{id}/check                        draft      *
GET    /drafts/{id}/changes                      draft      *
GET    /drafts/{id}/rehearsal                    draft      *
POST   /drafts/{id}/rehearsal                    draft      *
POST   /drafts/{id}/publish                      draft      *
GET    /accounts                                 accounts   *
POST   /accounts                                 accounts   *
GET    /accounts/{id}                            account    *
PATCH  /accounts/{id}                            account    *
POST   /accounts/{id}/grants                     account    *
PATCH  /accounts/{id}/grants/{grant}             grant      *
DELETE /accounts/{id}/grants/{grant}             grant      *
POST   /accounts/{id}/invite                     invited    *
DELETE /accounts/{id}/second_factor              account    *
GET    /audit                                    audit      *
GET    /audit/head                               audit      *
GET    /audit/export                             audit      *
GET    /retention                                retention  *
PATCH  /retention/{kind}                         kind       coordinator
GET    /erasures                                 retention  *
POST   /erasures                                 retention  coordinator
GET    /erasures/{id}                            erasure    *
POST   /erasures/{id}/confirm                    erasure    coordinator
GET    /laws                                     staff      *
POST   /laws/{kind}/versions/{n}/retire          law        coordinator
";

/// Routes whose question stands in a body: they read, whatever their method is.
const ASKING: [&str; 2] = ["/cases/search", "/party-exports"];

/// What an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Let through, whatever the body then comes to.
    Allowed,
    /// 403: may see it, and not do this.
    Forbidden,
    /// 404: as if it were not there.
    Missing,
    /// 401.
    Unknown,
}

impl Answer {
    /// Of a status.
    pub(super) fn of(status: u16) -> Self {
        match status {
            401 => Self::Unknown,
            403 => Self::Forbidden,
            404 => Self::Missing,
            _ => Self::Allowed,
        }
    }
}

/// One line of [`ROUTES`].
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) noun: String,
    roles: Vec<String>,
}

impl Route {
    pub(super) fn changes(&self) -> bool {
        self.method != "GET" && !ASKING.contains(&self.path.as_str())
    }
}

/// The whole of it, read.
pub(super) struct Table {
    pub(super) routes: Vec<Route>,
    /// Noun → its things.
    pub(super) things: BTreeMap<String, Vec<String>>,
    /// Noun and name → a letter for each thing.
    sight: BTreeMap<(String, String), Vec<char>>,
}

impl Table {
    /// Reads it.
    ///
    /// # Panics
    /// It is not written as it should be.
    pub(super) fn read() -> Self {
        let mut table = Self {
            routes: lines(ROUTES).map(route).collect(),
            things: BTreeMap::new(),
            sight: BTreeMap::new(),
        };
        let mut noun = "";
        for line in lines(SIGHT) {
            let mut words = line.split_whitespace();
            let first = words.next().unwrap_or_default();
            if let Some(name) = first.strip_prefix('@') {
                noun = name;
                let things = words.map(str::to_owned).collect();
                table.things.insert(name.to_owned(), things);
                continue;
            }
            let letters: Vec<char> = words.flat_map(str::chars).collect();
            assert_eq!(letters.len(), table.things[noun].len(), "{noun} {line}");
            for (who, role) in PEOPLE {
                let is_meant = match first {
                    "." => true,
                    _ => {
                        first == who
                            || first
                                .strip_prefix('*')
                                .is_some_and(|end| who.ends_with(end))
                    }
                };
                // The first line that means somebody holds.
                if role != "-" && is_meant {
                    let key = (noun.to_owned(), who.to_owned());
                    table.sight.entry(key).or_insert_with(|| letters.clone());
                }
            }
        }
        table
    }

    /// What somebody must be answered; none where it is not asked.
    pub(super) fn answer(&self, route: &Route, who: &str, thing: usize) -> Option<Answer> {
        let (_, role) = PEOPLE.iter().find(|(name, _)| *name == who)?;
        if *role == "-" {
            return Some(Answer::Unknown);
        }
        match self.sight[&(route.noun.clone(), who.to_owned())][thing] {
            // A token that reads changes nothing, and is told so where its owner sees the thing.
            'y' if who.starts_with("reading_") && route.changes() => Some(Answer::Forbidden),
            'y' if route.roles.iter().any(|may| may == "*" || may == role) => Some(Answer::Allowed),
            'y' => Some(Answer::Forbidden),
            'n' => Some(Answer::Missing),
            _ => None,
        }
    }

    /// The things of a noun that somebody sees, by their names.
    pub(super) fn seen(&self, noun: &str, who: &str) -> Vec<&str> {
        let letters = &self.sight[&(noun.to_owned(), who.to_owned())];
        let named = self.things[noun].iter().zip(letters);
        named
            .filter(|(_, letter)| **letter == 'y')
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

fn route(line: &str) -> Route {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let [method, path, noun, roles @ ..] = words.as_slice() else {
        panic!("{line}");
    };
    Route {
        method: method.clone(),
        path: path.clone(),
        noun: noun.clone(),
        roles: roles.to_vec(),
    }
}

/// Method and path of every route that has a row.
pub fn rows() -> Vec<(String, String)> {
    let routes = lines(ROUTES).map(route);
    routes.map(|route| (route.method, route.path)).collect()
}
