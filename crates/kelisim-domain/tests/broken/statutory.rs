//! The standard workflow with something wrong.

use super::{Broken, broken};

pub(super) const CORPUS: &[Broken] = &[
    broken(
        "statutory guards left out by declaration",
        &[("version = 1", "version = 1\nstatutory = false")],
        &["only the workflow basic may leave out"],
    ),
    broken(
        "a statutory ground that is missing",
        &[("\"term_expired\",\n", "\n")],
        &["the statutory ground term_expired is missing (D35)"],
    ),
    broken(
        "no screening before an offer (D1)",
        &[(
            "guards = [\"screened\", \"mediator_fit\"]",
            "guards = [\"mediator_fit\"]",
        )],
        &["needs the guard screened (D1)"],
    ),
    broken(
        "a proposal that is over when it is entered (L9)",
        &[(
            "guards = [\"screened\", \"in_answer_time\"]",
            "guards = [\"screened\"]",
        )],
        &["the effect record_proposal needs the guard in_answer_time (L9)"],
    ),
    broken(
        "no look at the mediator (D4)",
        &[(
            "guards = [\"screened\", \"mediator_fit\"]",
            "guards = [\"screened\"]",
        )],
        &["needs the guard mediator_fit (D4)"],
    ),
    broken(
        "an acceptance without a declaration (D6)",
        &[(
            "effects = [\"accept_offer\", \"record_declaration\"]",
            "effects = [\"accept_offer\"]",
        )],
        &["record_declaration (D6)"],
    ),
    broken(
        "a declaration that forbids nothing (D6)",
        &[("guards = [\"declared\"]", "guards = []")],
        &["the effect record_declaration needs the guard declared (D6, D7)"],
    ),
    broken(
        "an offer while another mediator has the case (D12)",
        &[(
            "guards = [\"no_mediator\", \"mediator_fit\"]",
            "guards = [\"mediator_fit\"]",
        )],
        &["needs the guard no_mediator (D12)"],
    ),
    broken(
        "a contract without waivers (D6)",
        &[(
            "guards = [\"waived\", \"contract_complete\"]",
            "guards = [\"contract_complete\"]",
        )],
        &["the effect record_contract needs the guard waived (D6)"],
    ),
    broken(
        "a contract that need not be complete (D14)",
        &[(
            "guards = [\"waived\", \"contract_complete\"]",
            "guards = [\"waived\"]",
        )],
        &["needs the guard contract_complete (D14)"],
    ),
    broken(
        "an extension at any time (D16)",
        &[(
            "guards = [\"in_term\", \"in_total\"]",
            "guards = [\"in_total\"]",
        )],
        &["the effect extend_term needs the guard in_term (D16)"],
    ),
    broken(
        "an extension without end (D16)",
        &[(
            "guards = [\"in_term\", \"in_total\"]",
            "guards = [\"in_term\"]",
        )],
        &["the effect extend_term needs the guard in_total (D16)"],
    ),
    broken(
        "a pause that the law is not asked about (D17)",
        &[("guards = [\"may_pause\"]\n", "")],
        &["needs the guard may_pause (D17)"],
    ),
    broken(
        "an end of a pause that is none (D17)",
        &[("guards = [\"paused\"]\n", "")],
        &["needs the guard paused (D17)"],
    ),
    broken(
        "an agreement after the term (D18)",
        &[(
            "\"annexed\", \"in_term\", \"agreement_complete\"]",
            "\"annexed\", \"agreement_complete\"]",
        )],
        &["the effect record_agreement needs the guard in_term (D18)"],
    ),
    broken(
        "an agreement without waivers (D6)",
        &[(
            "guards = [\"waived\", \"annexed\",",
            "guards = [\"annexed\",",
        )],
        &["the effect record_agreement needs the guard waived (D6)"],
    ),
    broken(
        "an agreement without an annex (D12)",
        &[(
            "guards = [\"waived\", \"annexed\",",
            "guards = [\"waived\",",
        )],
        &["the effect record_agreement needs the guard annexed (D12)"],
    ),
    broken(
        "an agreement without its elements (D13)",
        &[(
            "\"annexed\", \"in_term\", \"agreement_complete\"]",
            "\"annexed\", \"in_term\"]",
        )],
        &["the effect record_agreement needs the guard agreement_complete (D13)"],
    ),
    broken(
        "a head who records an outcome (D8)",
        &[(
            "who = [\"case_mediator\"]\nguards = [\"waived\", \"annexed\"",
            "who = [\"case_mediator\", \"office_head\"]\nguards = [\"waived\", \"annexed\"",
        )],
        &["only the mediator of the case records its outcome"],
    ),
    broken(
        "a head who closes a case that has a mediator (D8)",
        &[(
            "guards = [\"no_mediator\"]\neffects = [\"set_ground\"]",
            "effects = [\"set_ground\"]",
        )],
        &["only the mediator of the case records its outcome"],
    ),
    broken(
        "a case that comes back after the agreement",
        &[(
            "# ---- timers (3.4)",
            "[[actions]]\nname = \"reopen\"\nfrom = [\"signed\"]\nto = \"in_mediation\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\n\n\n# ---- timers (3.4)",
        )],
        &["does not go from reconciled to assigned"],
    ),
    broken(
        "a case that comes back from its end",
        &[(
            "# ---- timers (3.4)",
            "[[actions]]\nname = \"reopen\"\nfrom = [\"other\"]\nto = \"registered\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"coordinator\"]\n\n\n# ---- timers (3.4)",
        )],
        &["closed is final (D20)"],
    ),
    broken(
        "a case that is agreed before anybody mediated",
        &[(
            "# ---- timers (3.4)",
            "[[actions]]\nname = \"leap\"\nfrom = [\"ready\"]\nto = \"signed\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"office_head\"]\n\n\n# ---- timers (3.4)",
        )],
        &["does not go from filed to reconciled"],
    ),
    broken(
        "a ground from a wrong stage",
        &[(
            "choices = [\"both_refused\", \"one_refused\"]",
            "choices = [\"both_refused\", \"proposal_rejected\"]",
        )],
        &["the ground proposal_rejected is not set on the way from assigned to closed"],
    ),
    broken(
        "a ground that nobody can get",
        &[
            (
                "choices = [\"mediation_impossible\", \"both_refused\", \"one_refused\", \"not_suitable\", \"withdrawn\"]",
                "choices = [\"both_refused\", \"one_refused\", \"not_suitable\", \"withdrawn\"]",
            ),
            (
                "choices = [\"mediation_impossible\", \"both_refused\", \"one_refused\", \"not_suitable\"]",
                "choices = [\"both_refused\", \"one_refused\", \"not_suitable\"]",
            ),
        ],
        &["no case can ever get the ground mediation_impossible"],
    ),
    broken(
        "a step that nobody reaches",
        &[
            (
                "# ---- before a mediator",
                "[[steps]]\nid = \"limbo\"\nstage = \"filed\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n\n# ---- before a mediator",
            ),
            (
                "# ---- timers (3.4)",
                "[[actions]]\nname = \"stay\"\nfrom = [\"limbo\"]\nto = \"limbo\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"office_head\"]\n\n\n# ---- timers (3.4)",
            ),
        ],
        &[
            "no case ever stands at the step limbo",
            "the action stay can never be taken",
        ],
    ),
    broken(
        "a step without a way out",
        &[
            (
                "# ---- before a mediator",
                "[[steps]]\nid = \"limbo\"\nstage = \"filed\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n\n# ---- before a mediator",
            ),
            (
                "# ---- timers (3.4)",
                "[[actions]]\nname = \"fall\"\nfrom = [\"ready\"]\nto = \"limbo\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"office_head\"]\n\n\n# ---- timers (3.4)",
            ),
        ],
        &["no action leads away from here"],
    ),
    broken(
        "a wait that only the register could end",
        &[
            (
                "# ---- before a mediator",
                "[[steps]]\nid = \"limbo\"\nstage = \"assigned\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n\n# ---- before a mediator",
            ),
            (
                "# ---- timers (3.4)",
                "[[actions]]\nname = \"fall\"\nfrom = [\"in_mediation\"]\nto = \"limbo\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\n\n[[actions]]\nname = \"lift\"\nfrom = [\"limbo\"]\nto = \"vacant\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"register\"]\neffects = [\"release_mediator\"]\n\n# ---- timers (3.4)",
            ),
        ],
        &["and now it waits, and no timer runs"],
    ),
    broken(
        "a wait for an offer that was never made",
        &[
            (
                "# ---- before a mediator",
                "[[steps]]\nid = \"limbo\"\nstage = \"assigned\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n\n# ---- before a mediator",
            ),
            (
                "# ---- timers (3.4)",
                "[[actions]]\nname = \"fall\"\nfrom = [\"in_mediation\"]\nto = \"limbo\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\neffects = [\"release_mediator\"]\n[[actions]]\nname = \"lift\"\nfrom = [\"limbo\"]\nto = \"vacant\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"asked_mediator\"]\n\n\n# ---- timers (3.4)",
            ),
        ],
        &[
            "and now nothing can happen",
            "the action lift can never be taken",
        ],
    ),
    broken(
        "a round without an end",
        &[
            (
                "# ---- before a mediator",
                "[[steps]]\nid = \"limbo\"\nstage = \"assigned\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n\n# ---- before a mediator",
            ),
            (
                "# ---- timers (3.4)",
                "[[actions]]\nname = \"fall\"\nfrom = [\"in_mediation\"]\nto = \"limbo\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\n\n[[actions]]\nname = \"round\"\nfrom = [\"limbo\"]\nto = \"limbo\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\n\n\n# ---- timers (3.4)",
            ),
        ],
        &["and no way leads to an end"],
    ),
    broken(
        "an action that needs a mediator where there is none",
        &[(
            "# ---- timers (3.4)",
            "[[actions]]\nname = \"sigh\"\nfrom = [\"ready\"]\nto = \"ready\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"case_mediator\"]\n\n\n# ---- timers (3.4)",
        )],
        &["the action sigh can never be taken"],
    ),
    broken(
        "an action whose answer is never there",
        &[(
            "who = [\"asked_mediator\"]\neffects = [\"end_offer\"]",
            "who = [\"case_mediator\"]\neffects = [\"end_offer\"]",
        )],
        &["the action decline can never be taken"],
    ),
    broken(
        "a guard that can never hold",
        &[(
            "guards = [\"last_check\"]",
            "guards = [\"last_check\", \"paused\"]",
        )],
        &["the action close_after_last_check can never be taken"],
    ),
    broken(
        "a last check that nobody can make",
        &[
            (
                "choices = [\"30\", \"90\", \"180\"]",
                "choices = [\"30\", \"90\"]",
            ),
            (
                "choices = [\"30\", \"90\", \"180\"]",
                "choices = [\"30\", \"90\"]",
            ),
            ("check = \"180\"\n", ""),
        ],
        &["the action close_after_last_check can never be taken"],
    ),
    broken(
        "a reminder of a check that nobody can make",
        &[("check = \"30\"", "check = \"31\"")],
        &["no action records the check 31"],
    ),
    broken(
        "two timers that move the case round and round",
        &[
            (
                "# ---- before a mediator",
                "[[steps]]\nid = \"ping\"\nstage = \"filed\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n[[steps]]\nid = \"pong\"\nstage = \"filed\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n\n# ---- before a mediator",
            ),
            (
                "# ---- timers (3.4)",
                "[[actions]]\nname = \"fall\"\nfrom = [\"ready\"]\nto = \"ping\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"office_head\"]\n\n[[actions]]\nname = \"to_pong\"\nfrom = [\"ping\"]\nto = \"pong\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"clock\"]\n\n[[actions]]\nname = \"to_ping\"\nfrom = [\"pong\"]\nto = \"ping\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"clock\"]\n\n[[actions]]\nname = \"rise\"\nfrom = [\"ping\", \"pong\"]\nto = \"ready\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nwho = [\"office_head\"]\n\n[[timers]]\nname = \"a\"\nat = [\"ping\"]\nstarts = \"entered\"\nlength = \"1 hours\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nfires = \"to_pong\"\n[[timers]]\nname = \"b\"\nat = [\"pong\"]\nstarts = \"entered\"\nlength = \"1 hours\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\nfires = \"to_ping\"\n\n# ---- timers (3.4)",
            ),
        ],
        &["and so on for ever"],
    ),
    broken(
        "a timer that runs nowhere",
        &[("at = [\"registered\"]", "at = []")],
        &["it runs nowhere"],
    ),
    broken(
        "a timer at a step that is not there",
        &[("at = [\"registered\"]", "at = [\"register\"]")],
        &["there is no step register"],
    ),
    broken(
        "a timer on a closed case",
        &[(
            "at = [\"registered\"]",
            "at = [\"registered\", \"success\"]",
        )],
        &["nothing runs on a closed case"],
    ),
    broken(
        "a timer whose fact never comes",
        &[(
            "at = [\"registered\"]\nstarts = \"filed\"",
            "at = [\"registered\"]\nstarts = \"contract\"",
        )],
        &["the timer act_on_new never runs"],
    ),
    broken(
        "a timer without a length",
        &[(
            "starts = \"filed\"\nlength = \"3 working_days\"",
            "starts = \"filed\"",
        )],
        &["nothing says how long it runs"],
    ),
    broken(
        "a timer with two lengths",
        &[(
            "starts = \"filed\"\nlength = \"3 working_days\"",
            "starts = \"filed\"\nlength = \"3 working_days\"\nterm = \"proposal_answer\"",
        )],
        &["its length is said twice"],
    ),
    broken(
        "a timer of no length",
        &[("length = \"3 working_days\"", "length = \"0 working_days\"")],
        &["30 calendar_days, 3 working_days or 48 hours"],
    ),
    broken(
        "a timer of another unit",
        &[("length = \"3 working_days\"", "length = \"3 weeks\"")],
        &["30 calendar_days, 3 working_days or 48 hours"],
    ),
    broken(
        "a timer that does nothing",
        &[(
            "# ---- messages",
            "[[timers]]\nname = \"idle\"\nat = [\"ready\"]\nstarts = \"filed\"\nlength = \"1 hours\"\ntitle = { kk = \"К\", ru = \"О\", en = \"X\" }\n\n\n# ---- messages",
        )],
        &["nothing happens when it is due"],
    ),
    broken(
        "a timer twice",
        &[("name = \"contract_overdue\"", "name = \"contract_due\"")],
        &["timer contract_due: `contract_due` stands twice"],
    ),
    broken(
        "a warning before a day that is past",
        &[(
            "starts = \"term_end\"\nbefore = \"7 calendar_days\"",
            "starts = \"filed\"\nbefore = \"7 calendar_days\"",
        )],
        &["`starts` is term_end"],
    ),
    broken(
        "a timer that takes an action which is not there",
        &[("fires = \"end_term\"", "fires = \"end_terms\"")],
        &["there is no action end_terms at the step in_mediation"],
    ),
    broken(
        "a timer that takes what is not open to it",
        &[(
            "who = [\"office_head\", \"coordinator\", \"clock\"]",
            "who = [\"office_head\", \"coordinator\"]",
        )],
        &["is not open to `clock`"],
    ),
    broken(
        "a timer that answers what nobody asks",
        &[(
            "answers = { ground = \"proposal_rejected\", effective_on = \"last_day\" }",
            "answers = { ground = \"proposal_rejected\", efective_on = \"last_day\" }",
        )],
        &["does not ask efective_on"],
    ),
    broken(
        "a timer that answers with another type",
        &[(
            "effective_on = \"last_day\"",
            "effective_on = \"the last day\"",
        )],
        &["this is no answer to the field effective_on"],
    ),
    broken(
        "a timer that leaves a question open",
        &[(
            "answers = { ground = \"proposal_rejected\", effective_on = \"last_day\" }",
            "answers = { effective_on = \"last_day\" }",
        )],
        &["needs the field ground"],
    ),
    broken(
        "a timer whose action is refused when it is due",
        &[(
            "name = \"end_term\"\nfrom = [\"in_mediation\", \"vacant\"]\nto = \"term_over\"",
            "name = \"end_term\"\nfrom = [\"in_mediation\", \"vacant\"]\nto = \"term_over\"\nguards = [\"paused\"]",
        )],
        &["and its action is refused (term_not_paused)"],
    ),
    broken(
        "a message that fits nobody",
        &[(
            "to = \"mediator\"\n  notice = \"contract_late\"",
            "to = \"asked_mediator\"\n  notice = \"contract_late\"",
        )],
        &["the message contract_late does not fit a timer to asked_mediator"],
    ),
    broken(
        "a partner who is told of a deadline (D24)",
        &[(
            "to = \"mediator\"\n  notice = \"contract_late\"",
            "to = \"partner\"\n  notice = \"contract_late\"",
        )],
        &["never of a deadline (D24)"],
    ),
    broken(
        "a partner who is told the case number (D24)",
        &[(
            "to = \"partner\"\nnotice = \"case_ended\"",
            "to = \"partner\"\ntext = { kk = \"{ $number }\", ru = \"Дело { $number }\", en = \"Case { $number }\" }",
        )],
        &["and not `number` (D24)"],
    ),
    broken(
        "a partner who is told of an offer (D24, D29)",
        &[(
            "on = \"offer_declined\"\nto = \"office_head\"\nnotice = \"offer_declined\"",
            "on = \"offer_declined\"\nto = \"partner\"\ntext = { kk = \"Бас тартты\", ru = \"Отказ\", en = \"Declined\" }",
        )],
        &["a partner is not told of offer_declined (D24)"],
    ),
    broken(
        "a text without Kazakh",
        &[(
            "to = \"office_head\"\nnotice = \"offer_declined\"",
            "to = \"office_head\"\ntext = { ru = \"Отказ\", en = \"Declined\" }",
        )],
        &["the field `kk` is missing"],
    ),
    broken(
        "a text with a variable of its own",
        &[(
            "to = \"office_head\"\nnotice = \"offer_declined\"",
            "to = \"office_head\"\ntext = { kk = \"{ $name }\", ru = \"Отказ\", en = \"Declined\" }",
        )],
        &["may use on, number, and not `name`"],
    ),
    broken(
        "a text that cannot be read",
        &[(
            "to = \"office_head\"\nnotice = \"offer_declined\"",
            "to = \"office_head\"\ntext = { kk = \"{ $on\", ru = \"Отказ\", en = \"Declined\" }",
        )],
        &["the text cannot be read"],
    ),
    broken(
        "a text of attributes alone",
        &[(
            "to = \"office_head\"\nnotice = \"offer_declined\"",
            "to = \"office_head\"\ntext = { kk = \".a = x\", ru = \"Отказ\", en = \"Declined\" }",
        )],
        &["as only attributes do"],
    ),
    broken(
        "a text that calls a function",
        &[(
            "to = \"office_head\"\nnotice = \"offer_declined\"",
            "to = \"office_head\"\ntext = { kk = \"{ NUMBER($on) }\", ru = \"Отказ\", en = \"Declined\" }",
        )],
        &["a text uses variables only"],
    ),
    broken(
        "two texts for one message",
        &[(
            "to = \"office_head\"\nnotice = \"offer_declined\"",
            "to = \"office_head\"\nnotice = \"offer_declined\"\ntext = { kk = \"Б\", ru = \"О\", en = \"D\" }",
        )],
        &["a message has one text"],
    ),
    broken(
        "a contract that asks for no day",
        &[(
            "name = \"contract.signed_on\"",
            "name = \"contract.signd_on\"",
        )],
        &["the effect record_contract needs the field contract.signed_on"],
    ),
    broken(
        "exclusion answers on open record",
        &[(
            "name = \"exclusions\"\n  type = \"exclusions\"\n  required = true\n  confidential = true",
            "name = \"exclusions\"\n  type = \"exclusions\"\n  required = true",
        )],
        &["this field is confidential"],
    ),
    broken(
        "an offer that names nobody",
        &[(
            "  [[actions.form]]\n  name = \"mediator\"",
            "  [[actions.form]]\n  name = \"whom\"",
        )],
        &["the guard mediator_fit needs the field mediator"],
    ),
    broken(
        "a yes that is a text",
        &[(
            "name = \"nothing_left\"\n  type = \"yes_no\"",
            "name = \"nothing_left\"\n  type = \"text\"",
        )],
        &["the rule yes is for a field of type yes_no"],
    ),
    broken(
        "elements of no document",
        &[(
            "choices = [\"mediation_contract\"]",
            "choices = [\"contract\"]",
        )],
        &["names one document"],
    ),
    broken(
        "two faults at once",
        &[
            (
                "guards = [\"waived\", \"contract_complete\"]",
                "guards = []",
            ),
            ("length = \"3 working_days\"", "length = \"3 weeks\""),
        ],
        &["3 working_days or 48 hours"],
    ),
];
