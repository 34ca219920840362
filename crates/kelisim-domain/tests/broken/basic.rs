//! `basic` with something wrong.

use super::{Broken, broken};

const STEP: &str = "[[steps]]\nid = \"waiting\"\nstage = \"assigned\"\nclass = \"waiting\"\ntitle = { kk = \"К\", ru = \"О\", en = \"Waiting\" }\n\n# ---- actions";
const IN: &str = "[[actions]]\nname = \"wait\"\nfrom = [\"assigned\"]\nto = \"waiting\"\nwho = [\"case_mediator\"]\ntitle = { kk = \"К\", ru = \"О\", en = \"Wait\" }\n\n# ---- messages";
const ROUND: &str = "[[actions]]\nname = \"wait\"\nfrom = [\"assigned\", \"waiting\"]\nto = \"waiting\"\nwho = [\"case_mediator\"]\ntitle = { kk = \"К\", ru = \"О\", en = \"Wait\" }\n\n# ---- messages";
const LONELY: &str = "[[actions]]\nname = \"wait\"\nfrom = [\"waiting\"]\nto = \"waiting\"\nwho = [\"case_mediator\"]\ntitle = { kk = \"К\", ru = \"О\", en = \"Wait\" }\n\n# ---- messages";
const REOPEN: &str = "[[actions]]\nname = \"reopen\"\nfrom = [\"closed\"]\nto = \"filed\"\nwho = [\"coordinator\"]\ntitle = { kk = \"К\", ru = \"О\", en = \"Reopen\" }\n\n# ---- messages";
const BACK: &str = "[[actions]]\nname = \"back\"\nfrom = [\"reconciled\"]\nto = \"assigned\"\nwho = [\"case_mediator\"]\ntitle = { kk = \"К\", ru = \"О\", en = \"Back\" }\n\n# ---- messages";
const SECOND: &str = "[[actions]]\nname = \"file_too\"\nto = \"filed\"\nwho = [\"coordinator\"]\ntitle = { kk = \"К\", ru = \"О\", en = \"File\" }\n\n# ---- messages";
const TWIN: &str = "[[actions]]\nname = \"reassign\"\nfrom = [\"assigned\"]\nto = \"assigned\"\nwho = [\"coordinator\"]\ntitle = { kk = \"К\", ru = \"О\", en = \"Again\" }\n\n# ---- messages";

pub(super) const CORPUS: &[Broken] = &[
    // The text and its values.
    broken(
        "not TOML",
        &[("key = \"basic\"", "key = \"basic")],
        &["line 7, column 13"],
    ),
    broken(
        "a key of another form",
        &[("key = \"basic\"", "key = \"Basic flow\"")],
        &["`Basic flow`"],
    ),
    broken(
        "version nought",
        &[("version = 1", "version = 0")],
        &["versions count from 1"],
    ),
    broken(
        "a version in words",
        &[("version = 1", "version = \"one\"")],
        &["a whole number"],
    ),
    broken(
        "no title",
        &[(
            "title = { kk = \"Негізгі тәртіп\", ru = \"Основной порядок\", en = \"Basic workflow\" }\n",
            "",
        )],
        &["the field `title` is missing"],
    ),
    broken(
        "a title without Kazakh",
        &[("kk = \"Негізгі тәртіп\", ", "")],
        &["the field `kk` is missing"],
    ),
    broken(
        "an empty title",
        &[("\"Негізгі тәртіп\"", "\" \"")],
        &["the text is empty"],
    ),
    broken(
        "a field that is not there",
        &[("statutory = false", "statutery = false")],
        &["did you mean `statutory`?"],
    ),
    broken(
        "a ground that is not one",
        &[(
            "\"one_refused\",\n  \"proposal",
            "\"one_refuse\",\n  \"proposal",
        )],
        &["did you mean `one_refused`?"],
    ),
    broken(
        "steps that are no tables",
        &[("[[steps]]\nid = \"filed\"", "[steps]\nid = \"filed\"")],
        &["line "],
    ),
    broken(
        "a list where a word stands",
        &[("to = \"reconciled\"", "to = [\"reconciled\"]")],
        &["a text"],
    ),
    broken(
        "yes as a word",
        &[("required = true", "required = \"yes\"")],
        &["true or false"],
    ),
    // Steps.
    broken(
        "a stage that is not one",
        &[("stage = \"filed\"", "stage = \"file\"")],
        &["did you mean `filed`?"],
    ),
    broken(
        "a class that is not one",
        &[("class = \"new\"", "class = \"fresh\"")],
        &["one of new, active, waiting"],
    ),
    broken(
        "a step twice",
        &[("id = \"reconciled\"", "id = \"assigned\"")],
        &["step assigned: `assigned` stands twice"],
    ),
    broken(
        "a step without a class",
        &[("class = \"new\"\n", "")],
        &["class is missing"],
    ),
    broken(
        "a closed step with a class",
        &[(
            "stage = \"closed\"",
            "stage = \"closed\"\nclass = \"active\"",
        )],
        &["a closed step has no class"],
    ),
    broken(
        "an open step that is done",
        &[("class = \"new\"", "class = \"done_other\"")],
        &["only a closed case is done"],
    ),
    broken(
        "a step to which nothing leads",
        &[("# ---- actions", STEP)],
        &["no action leads here", "no action leads away"],
    ),
    broken(
        "a step from which nothing leads",
        &[("# ---- actions", STEP), ("# ---- messages", IN)],
        &["no action leads away from here"],
    ),
    broken(
        "no end",
        &[(
            "stage = \"closed\"",
            "stage = \"reconciled\"\nclass = \"active\"",
        )],
        &["no step has the stage closed"],
    ),
    // Actions.
    broken(
        "two ways to open a case",
        &[("# ---- messages", SECOND)],
        &["exactly one action opens a case"],
    ),
    broken(
        "a case that opens elsewhere",
        &[(
            "name = \"file\"\nto = \"filed\"",
            "name = \"file\"\nto = \"assigned\"",
        )],
        &["a case opens in the stage filed"],
    ),
    broken(
        "an opening that does something",
        &[(
            "who = [\"office_mediator\", \"office_head\", \"coordinator\"]",
            "who = [\"office_head\"]\neffects = [\"set_ground\"]",
        )],
        &["what opens a case has no effects"],
    ),
    broken(
        "an action for nobody",
        &[("who = [\"case_mediator\"]", "who = []")],
        &["nobody may take it"],
    ),
    broken(
        "an action for somebody unknown",
        &[("who = [\"case_mediator\"]", "who = [\"mediator\"]")],
        &["`mediator` is not known here"],
    ),
    broken(
        "a guard that is not one",
        &[("\"mediator_fit\"", "\"mediator_fitt\"")],
        &["did you mean `mediator_fit`?"],
    ),
    broken(
        "an effect that is not one",
        &[("\"set_ground\"", "\"set_grounds\"")],
        &["did you mean `set_ground`?"],
    ),
    broken(
        "a way to nowhere",
        &[("to = \"reconciled\"", "to = \"nowhere\"")],
        &["there is no step nowhere"],
    ),
    broken(
        "a way from nowhere",
        &[("from = [\"reconciled\"]", "from = [\"nowhere\"]")],
        &["there is no step nowhere"],
    ),
    broken(
        "a closed case that opens again",
        &[("# ---- messages", REOPEN)],
        &["closed is final (D20)"],
    ),
    broken(
        "a case that goes back from reconciled",
        &[("# ---- messages", BACK)],
        &["does not go from reconciled to assigned"],
    ),
    broken(
        "a case that skips the mediator",
        &[(
            "from = [\"assigned\"]\nto = \"reconciled\"",
            "from = [\"filed\"]\nto = \"reconciled\"",
        )],
        &["does not go from filed to reconciled"],
    ),
    broken(
        "two actions of one name at one step",
        &[("# ---- messages", TWIN)],
        &["two actions of this name start at assigned"],
    ),
    // Guards and effects.
    broken(
        "assigned without a mediator",
        &[("effects = [\"assign_mediator\"]\n", "")],
        &["needs the effect assign_mediator or offer_mediator (D4)"],
    ),
    broken(
        "a mediator without the check",
        &[("guards = [\"mediator_fit\"]\n", "")],
        &["needs the guard mediator_fit (D4)"],
    ),
    broken(
        "a mediator whom nobody names",
        &[(
            "  [[actions.form]]\n  name = \"mediator\"\n  type = \"mediator\"\n  required = true",
            "  [[actions.form]]\n  name = \"person\"\n  type = \"mediator\"\n  required = true",
        )],
        &["needs the field mediator"],
    ),
    broken(
        "closed without a ground",
        &[(
            "who = [\"office_head\", \"coordinator\"]\neffects = [\"set_ground\"]",
            "who = [\"office_head\"]",
        )],
        &["needs the effect set_ground (D19)"],
    ),
    broken(
        "an outcome that the head records",
        &[(
            "who = [\"case_mediator\"]",
            "who = [\"case_mediator\", \"office_head\"]",
        )],
        &["only the mediator of the case records its outcome"],
    ),
    broken(
        "an agreement that is not recorded",
        &[(
            "effects = [\"record_agreement\", \"set_ground\"]",
            "effects = [\"record_agreement\"]",
        )],
        &["needs the effect set_ground (D19)"],
    ),
    // Forms.
    broken(
        "a refusal without its day",
        &[(
            "  [[actions.form]]\n  name = \"effective_on\"\n",
            "  [[actions.form]]\n  name = \"some_day\"\n",
        )],
        &["needs the field effective_on"],
    ),
    broken(
        "a duplicate without the other case",
        &[("name = \"linked_case\"", "name = \"other_case\"")],
        &["needs the field linked_case"],
    ),
    broken(
        "not suitable without a code",
        &[("name = \"exclusion_code\"", "name = \"why\"")],
        &["needs the field exclusion_code"],
    ),
    broken(
        "an open agreement",
        &[("required = true\n  confidential = true", "required = true")],
        &["this field is confidential"],
    ),
    broken(
        "a choice of nothing",
        &[(
            "name = \"over_limit_reason\"\n  type = \"text\"",
            "name = \"kind\"\n  type = \"choice\"",
        )],
        &["a choice needs `choices`"],
    ),
    broken(
        "a form that offers a foreign ground",
        &[(
            "\"proposal_rejected\", \"not_suitable\", \"withdrawn\", \"duplicate\"]\n  title",
            "\"term_expired\"]\n  title",
        )],
        &["term_expired is not in the workflow's `grounds`"],
    ),
    broken(
        "a rule for a text",
        &[(
            "name = \"over_limit_reason\"\n  type = \"text\"",
            "name = \"over_limit_reason\"\n  type = \"text\"\n  rules = [\"not_in_future\"]",
        )],
        &["the rule not_in_future is for a field of type date"],
    ),
    broken(
        "a field twice",
        &[(
            "name = \"over_limit_reason\"\n  type = \"text\"",
            "name = \"mediator\"\n  type = \"mediator\"",
        )],
        &["the name is taken"],
    ),
    // Messages.
    broken(
        "a message that does not fit",
        &[("notice = \"case_ended\"", "notice = \"case_assigned\"")],
        &["the message case_assigned does not fit"],
    ),
    broken(
        "a message to nobody known",
        &[("to = \"partner\"", "to = \"partners\"")],
        &["did you mean `partner`?"],
    ),
    // Ways: nothing is wrong with any part by itself.
    broken(
        "a round without a way out",
        &[("# ---- actions", STEP), ("# ---- messages", ROUND)],
        &["file → assign → wait → … and no way leads to an end"],
    ),
    broken(
        "a step that leads only to itself",
        &[("# ---- actions", STEP), ("# ---- messages", LONELY)],
        &[
            "no case ever stands at the step waiting",
            "the action wait can never be taken",
        ],
    ),
    broken(
        "a ground that no form offers",
        &[(
            "choices = [\"settled\", \"partly_settled\"]",
            "choices = [\"settled\"]",
        )],
        &["no case can ever get the ground partly_settled"],
    ),
    // Several at once.
    broken(
        "four faults in four parts",
        &[
            ("version = 1", "version = 0"),
            ("class = \"new\"", "class = \"fresh\""),
            ("[[notices]]", "[[notices]]\nwhen = 3"),
            ("\"mediator_fit\"", "\"mediator_fitt\""),
        ],
        &[
            "versions count from 1",
            "`fresh`",
            "`when`",
            "`mediator_fitt`",
        ],
    ),
];
