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
];
