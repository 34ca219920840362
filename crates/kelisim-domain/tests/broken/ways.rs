//! The standard workflow with ways that lead a case astray: in rounds, or past what the law says of contract and term.

use super::{Broken, broken};

pub(super) const CORPUS: &[Broken] = &[
    broken(
        "a round of timers behind a timer that would lead out",
        &[
            (
                "# ---- before a mediator",
                "[[steps]]\nid = \"ping\"\nstage = \"filed\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n[[steps]]\nid = \"pong\"\nstage = \"filed\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n# ---- before a mediator",
            ),
            (
                "# ---- timers (3.4)",
                "[[actions]]\nname = \"fall\"\nfrom = [\"ready\"]\nto = \"ping\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"office_head\"]\n\n[[actions]]\nname = \"rise\"\nfrom = [\"ping\", \"pong\"]\nto = \"ready\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"office_head\", \"clock\"]\n\n[[actions]]\nname = \"to_pong\"\nfrom = [\"ping\"]\nto = \"pong\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"clock\"]\n\n[[actions]]\nname = \"to_ping\"\nfrom = [\"pong\"]\nto = \"ping\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"clock\"]\n\n[[timers]]\nname = \"out\"\nat = [\"ping\"]\nstarts = \"entered\"\nlength = \"30 calendar_days\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nfires = \"rise\"\n\n[[timers]]\nname = \"a\"\nat = [\"ping\"]\nstarts = \"entered\"\nlength = \"3 calendar_days\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nfires = \"to_pong\"\n\n[[timers]]\nname = \"b\"\nat = [\"pong\"]\nstarts = \"entered\"\nlength = \"3 calendar_days\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nfires = \"to_ping\"\n\n# ---- timers (3.4)",
            ),
        ],
        &["⏰ a → ⏰ b → … and so on for ever"],
    ),
    broken(
        "a timer that begins anew by its own action",
        &[(
            "# ---- timers (3.4)",
            "[[actions]]\nname = \"rule_again\"\nfrom = [\"in_mediation\"]\nto = \"in_mediation\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"clock\"]\neffects = [\"record_ruling\"]\n\n  [[actions.form]]\n  name = \"court.ruled_on\"\n  type = \"date\"\n  required = true\n  title = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n[[timers]]\nname = \"again\"\nat = [\"in_mediation\"]\nstarts = \"ruling\"\nlength = \"3 calendar_days\"\nanswers = { \"court.ruled_on\" = \"last_day\" }\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nfires = \"rule_again\"\n\n# ---- timers (3.4)",
        )],
        &["⏰ again → … and so on for ever"],
    ),
    broken(
        "twenty checks that may be made in any order",
        &[(
            "choices = [\"30\", \"90\", \"180\"]",
            "choices = [\"9\", \"18\", \"27\", \"36\", \"45\", \"54\", \"63\", \"72\", \"81\", \"90\", \"99\", \"108\", \"117\", \"126\", \"135\", \"144\", \"153\", \"162\", \"171\", \"180\"]",
        )],
        &["too many ways to walk, most of them through the step follow_up"],
    ),
    broken(
        "a case that goes back before a mediator, with a contract (3.1)",
        &[(
            "# ---- timers (3.4)",
            "[[actions]]\nname = \"give_back\"\nfrom = [\"in_mediation\"]\nto = \"ready\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\neffects = [\"recuse\"]\n\n# ---- timers (3.4)",
        )],
        &["give_back → … and a case with a contract is back in the stage filed (3.1)"],
    ),
    broken(
        "a case that goes back when its mediator is suspended, with a contract (3.1)",
        &[(
            "name = \"release\"\nfrom = [\"in_mediation\"]\nto = \"vacant\"",
            "name = \"release\"\nfrom = [\"in_mediation\"]\nto = \"ready\"",
        )],
        &["release → … and a case with a contract is back in the stage filed (3.1)"],
    ),
    broken(
        "a second contract, with another thirty days (D14, D16)",
        &[(
            "name = \"record_contract\"\nfrom = [\"accepted\"]",
            "name = \"record_contract\"\nfrom = [\"accepted\", \"in_mediation\"]",
        )],
        &["record_contract → record_contract → … and a second contract is recorded"],
    ),
    broken(
        "a head who records the contract (3.3)",
        &[(
            "en = \"Record the contract\" }\nwho = [\"case_mediator\"]",
            "en = \"Record the contract\" }\nwho = [\"case_mediator\", \"office_head\"]",
        )],
        &[
            "only the mediator of the case takes an action with the effect record_contract (3.3, D8)",
        ],
    ),
    broken(
        "a head who extends the term (3.3)",
        &[(
            "en = \"Extend the term\" }\nwho = [\"case_mediator\"]",
            "en = \"Extend the term\" }\nwho = [\"case_mediator\", \"office_head\"]",
        )],
        &["only the mediator of the case takes an action with the effect extend_term (3.3, D8)"],
    ),
    broken(
        "a head who pauses the term (3.3)",
        &[(
            "en = \"Pause the term\" }\nwho = [\"case_mediator\"]",
            "en = \"Pause the term\" }\nwho = [\"case_mediator\", \"office_head\"]",
        )],
        &["only the mediator of the case takes an action with the effect pause_term (3.3, D8)"],
    ),
    broken(
        "a head who ends a pause (3.3)",
        &[(
            "en = \"Let the term go on\" }\nwho = [\"case_mediator\"]",
            "en = \"Let the term go on\" }\nwho = [\"case_mediator\", \"office_head\"]",
        )],
        &["only the mediator of the case takes an action with the effect resume_term (3.3, D8)"],
    ),
    broken(
        "a head who records a check (3.3)",
        &[(
            "en = \"Record a check\" }\nwho = [\"case_mediator\"]",
            "en = \"Record a check\" }\nwho = [\"case_mediator\", \"office_head\"]",
        )],
        &["only the mediator of the case takes an action with the effect record_check (3.3, D8)"],
    ),
    broken(
        "a contract that the office records where nobody mediates (3.3)",
        &[(
            "en = \"Record the contract\" }\nwho = [\"case_mediator\"]\nguards = [",
            "en = \"Record the contract\" }\nwho = [\"case_mediator\", \"coordinator\"]\nguards = [\"no_mediator\", ",
        )],
        &[
            "only the mediator of the case takes an action with the effect record_contract (3.3, D8)",
        ],
    ),
    broken(
        "an applicant who withdraws after the contract (3.2)",
        &[(
            "choices = [\"mediation_impossible\", \"both_refused\", \"one_refused\", \"not_suitable\"]",
            "choices = [\"mediation_impossible\", \"both_refused\", \"one_refused\", \"not_suitable\", \"withdrawn\"]",
        )],
        &["close → … and a case with a contract is closed as withdrawn (3.2)"],
    ),
    broken(
        "a term that is over before its day (D18)",
        &[(
            "# ---- timers (3.4)",
            "[[actions]]\nname = \"lapse\"\nfrom = [\"in_mediation\"]\nto = \"other\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\neffects = [\"set_ground\"]\n\n  [[actions.form]]\n  name = \"ground\"\n  type = \"ground\"\n  default = \"term_expired\"\n  choices = [\"term_expired\"]\n  title = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n# ---- timers (3.4)",
        )],
        &["lapse → … and the case is closed as term_expired while its term runs (D18)"],
    ),
    broken(
        "a term that is over and never began (3.2)",
        &[(
            "# ---- timers (3.4)",
            "[[actions]]\nname = \"lapse\"\nfrom = [\"accepted\"]\nto = \"other\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\neffects = [\"set_ground\"]\n\n  [[actions.form]]\n  name = \"ground\"\n  type = \"ground\"\n  default = \"term_expired\"\n  choices = [\"term_expired\"]\n  title = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n# ---- timers (3.4)",
        )],
        &["accept → lapse → … and a case without a term is closed as term_expired (3.2)"],
    ),
    broken(
        "a term that nothing ends (3.4)",
        &[("fires = \"end_term\"\n", "")],
        &["record_contract → … and a term runs here, and no timer ends it (3.4)"],
    ),
    broken(
        "a step in which the clock stands still (3.4)",
        &[
            (
                "# ---- before a mediator",
                "[[steps]]\nid = \"talks\"\nstage = \"assigned\"\nclass = \"active\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n# ---- before a mediator",
            ),
            (
                "# ---- timers (3.4)",
                "[[actions]]\nname = \"talk\"\nfrom = [\"in_mediation\"]\nto = \"talks\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\n\n[[actions]]\nname = \"come_back\"\nfrom = [\"talks\"]\nto = \"in_mediation\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\n\n[[actions]]\nname = \"release\"\nfrom = [\"talks\"]\nto = \"vacant\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"register\"]\neffects = [\"release_mediator\"]\n\n# ---- timers (3.4)",
            ),
        ],
        &["talk → … and a term runs here, and no timer ends it (3.4)"],
    ),
    broken(
        "a case that a suspended mediator keeps (D12)",
        &[(
            "to = \"vacant\"\ntitle = { kk = \"Медиатордан босату\", ru = \"Освободить от медиатора\", en = \"Release from the mediator\" }\nwho = [\"register\"]",
            "to = \"vacant\"\ntitle = { kk = \"Медиатордан босату\", ru = \"Освободить от медиатора\", en = \"Release from the mediator\" }\nwho = [\"office_head\"]",
        )],
        &[
            "record_contract → … and a mediator has the case or is asked, and the register cannot end that (D12)",
        ],
    ),
    broken(
        "an offer that stays open when its mediator is suspended (D12)",
        &[(
            "to = \"ready\"\ntitle = { kk = \"Медиатордан босату\", ru = \"Освободить от медиатора\", en = \"Release from the mediator\" }\nwho = [\"register\"]",
            "to = \"ready\"\ntitle = { kk = \"Медиатордан босату\", ru = \"Освободить от медиатора\", en = \"Release from the mediator\" }\nwho = [\"office_head\"]",
        )],
        &[
            "offer → … and a mediator has the case or is asked, and the register cannot end that (D12)",
        ],
    ),
    broken(
        "a mediator who learns of a connection and cannot say so (D7)",
        &[(
            "to = \"accepted\"\ntitle = { kk = \"Байланысты мәлімдеу\", ru = \"Заявить о связи\", en = \"Declare a connection\" }\nwho = [\"case_mediator\"]",
            "to = \"accepted\"\ntitle = { kk = \"Байланысты мәлімдеу\", ru = \"Заявить о связи\", en = \"Declare a connection\" }\nwho = [\"office_head\"]",
        )],
        &["accept → … and the mediator who has the case cannot declare a connection (D7)"],
    ),
    broken(
        "a mediator who must refuse, and goes on (D6, D7)",
        &[(
            "who = [\"case_mediator\"]\nguards = [\"declared\"]\neffects = [\"record_declaration\"]",
            "who = [\"case_mediator\"]\neffects = [\"record_declaration\"]",
        )],
        &[
            "action declare to accepted: the effect record_declaration needs the guard declared (D6, D7)",
        ],
    ),
    broken(
        "a mediator who must refuse, and whom only others may take out (D6, D7)",
        &[(
            "name = \"recuse\"\nfrom = [\"in_mediation\"]\nto = \"vacant\"\ntitle = { kk = \"Өздігінен бас тарту\", ru = \"Взять самоотвод\", en = \"Recuse oneself\" }\nwho = [\"case_mediator\"]",
            "name = \"recuse\"\nfrom = [\"in_mediation\"]\nto = \"vacant\"\ntitle = { kk = \"Өздігінен бас тарту\", ru = \"Взять самоотвод\", en = \"Recuse oneself\" }\nwho = [\"office_head\"]",
        )],
        &["record_contract → … and the mediator who has the case cannot leave it (D6, D7)"],
    ),
    broken(
        "a mediator who leaves and keeps the case (D6, D7)",
        &[(
            "who = [\"case_mediator\"]\neffects = [\"recuse\"]\n\n  [[actions.form]]\n  name = \"reason\"\n  type = \"text\"\n  confidential = true\n  title = { kk = \"Себебі\", ru = \"Причина\", en = \"Reason\" }\n\n[[actions]]\nname = \"withdraw_offer\"\nfrom = [\"accepted\"]",
            "who = [\"case_mediator\"]\n\n  [[actions.form]]\n  name = \"reason\"\n  type = \"text\"\n  confidential = true\n  title = { kk = \"Себебі\", ru = \"Причина\", en = \"Reason\" }\n\n[[actions]]\nname = \"withdraw_offer\"\nfrom = [\"accepted\"]",
        )],
        &["accept → … and the mediator who has the case cannot leave it (D6, D7)"],
    ),
];
