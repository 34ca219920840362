//! What can be wrong.

use std::fmt;

sentences! {
    /// What is wrong.
    Flaw {
        // The text and its values.
        NotToml { error } = "not_toml" "{error}";
        OneBracket { list } = "one_bracket" "`[{list}]` is one table, and here stands a list of them";
        EmptyText = "empty_text" "the text is empty";
        NoSuchDay { day } = "no_such_day" "{day} is not in the calendar";
        UnknownWord { word } = "unknown_word" "`{word}` is not known here";
        OtherForm { word } = "other_form" "`{word}` has another form";
        WordTooLong { word } = "word_too_long" "`{word}` is too long";
        OtherType { found } = "other_type" "a value of the type {found} does not fit";
        UnknownField { field } = "unknown_field" "there is no field `{field}` here";
        MissingField { field } = "missing_field" "the field `{field}` is missing";
        Twice { name } = "twice" "`{name}` stands twice";
        VersionTooSmall = "version_too_small" "versions count from 1";

        // Legal profiles, days off, and maps of steps.
        NoVersions = "no_versions" "a profile has at least one of `[[versions]]`";
        VersionsOutOfOrder = "versions_out_of_order" "versions stand in their order";
        NoDayOfYear { text } = "no_day_of_year" "`{text}` is no day of a year";
        NotInProfile { name } = "not_in_profile" "`{name}` is missing, and the profile says all of its kind";
        NoElements = "no_elements" "a document has at least one element";
        NoDays = "no_days" "a list has at least one of `[[days]]`";
        NoIdOfStep { text } = "no_id_of_step" "{text} is no id of a step";
        NotAStepOf { version, step } = "not_a_step_of" "version {version} has no step {step}";

        // The form of a workflow.
        NoLength = "no_length" "nothing says how long it runs";
        TwoLengths = "two_lengths" "its length is said twice";
        AnswersNothing = "answers_nothing" "answers to an action that it does not take";
        TwoTexts = "two_texts" "a message has one text: `notice` or `text`";
        TextUnreadable { error } = "text_unreadable" "the text cannot be read: {error}";
        ManyTexts = "many_texts" "the text is more than one text";
        AttributeInText = "attribute_in_text" "a line of the text begins with a point and a name, as only attributes do";
        MoreThanVariables = "more_than_variables" "a text uses variables only, no functions and no other messages";
        TooManySteps { most } = "too_many_steps" "more than {most} steps";
        TooManyMoves { most } = "too_many_moves" "more than {most} moves from step to step";
        TooManyTimers { most } = "too_many_timers" "more than {most} timers at steps";
        FormTooLarge { most } = "form_too_large" "more than {most} fields, or choices of a field";

        // The workflow as a whole, and its steps.
        OnlyBasic = "only_basic" "only the workflow basic may leave out what the law demands";
        OneOpening = "one_opening" "exactly one action opens a case: the one without `from`";
        GroundMissing { ground } = "ground_missing" "the statutory ground {ground} is missing (D35)";
        NoClosedStep = "no_closed_step" "no step has the stage closed, so no case could ever end";
        ClosedWithClass = "closed_with_class" "a closed step has no class: it follows the ground (D19)";
        ClassMissing = "class_missing" "class is missing: new, active or waiting (D21)";
        ClassDone = "class_done" "only a closed case is done (D21)";
        NothingLeadsHere = "nothing_leads_here" "no action leads here";
        NothingLeadsAway = "nothing_leads_away" "no action leads away from here";
        NoStep { step } = "no_step" "there is no step {step}";

        // Actions and the moves that they make.
        NobodyMay = "nobody_may" "nobody may take it: `who` is empty";
        OpensElsewhere = "opens_elsewhere" "a case opens in the stage filed";
        OpeningDoesMore = "opening_does_more" "what opens a case has no effects and no guards";
        TwinActions { step } = "twin_actions" "two actions of this name start at {step}";
        ClosedIsFinal = "closed_is_final" "closed is final (D20)";
        StageMove { from, to } = "stage_move" "a case does not go from {from} to {to} (3.1)";
        AssignedWithoutMediator = "assigned_without_mediator" "entering the stage assigned needs the effect assign_mediator or offer_mediator (D4)";
        EndWithoutGround { stage } = "end_without_ground" "entering the stage {stage} needs the effect set_ground (D19)";
        EffectLeadsElsewhere { effect, stage } = "effect_leads_elsewhere" "the effect {effect} leads to the stage {stage}";
        GroundSetElsewhere = "ground_set_elsewhere" "the effect set_ground leads to the stage reconciled or closed (D19)";
        AgreementElsewhere = "agreement_elsewhere" "the effect record_agreement leads from assigned to reconciled";
        OnlyMediatorEnds = "only_mediator_ends" "only the mediator of the case records its outcome and closes it (D8)";
        OnlyMediatorConducts { effect } = "only_mediator_conducts" "only the mediator of the case takes an action with the effect {effect} (3.3, D8)";
        GroundNotOnWay { ground, from, to } = "ground_not_on_way" "the ground {ground} is not set on the way from {from} to {to} (3.2, D19)";
        NoGroundOnWay { from, to } = "no_ground_on_way" "none of its grounds leads from {from} to {to} (3.2)";
        GroundNeedsField { ground, field } = "ground_needs_field" "the ground {ground} needs the field {field} (3.2)";

        // Guards that the law demands.
        EffectNeedsGuard { effect, guard, rule } = "effect_needs_guard" "the effect {effect} needs the guard {guard} ({rule})";
        AssignedNeedsScreening = "assigned_needs_screening" "entering the stage assigned needs the guard screened (D1)";
        LaterOfferNeedsVacancy = "later_offer_needs_vacancy" "an offer outside the stage filed needs the guard no_mediator (D12)";
        TakenWithoutDeclaration = "taken_without_declaration" "a mediator takes a case with the effects accept_offer and record_declaration (D6)";
        AcceptedWithoutDeclaration = "accepted_without_declaration" "who accepts declares their connections: record_declaration (D6)";

        // Forms.
        EffectNeedsField { effect, field } = "effect_needs_field" "the effect {effect} needs the field {field}, required or with a default";
        FieldHasType { field, kind } = "field_has_type" "the field {field} has the type {kind}";
        GuardNeedsField { guard, field } = "guard_needs_field" "the guard {guard} needs the field {field}";
        AnswerTimeNeedsField = "answer_time_needs_field" "the guard in_answer_time needs the field proposal.sent_on or consent.given_on";
        NameTaken = "name_taken" "the name is taken";
        NoChoices = "no_choices" "a choice needs `choices`";
        GroundNotListed { code } = "ground_not_listed" "{code} is not in the workflow's `grounds`";
        NotAGround { code } = "not_a_ground" "{code} is not a ground";
        RuleOfOtherType { rule, kind } = "rule_of_other_type" "the rule {rule} is for a field of type {kind}";
        ElementsOfNothing = "elements_of_nothing" "`choices` of elements names one document: mediation_contract or settlement_agreement";
        IsConfidential = "is_confidential" "this field is confidential";

        // Messages.
        NoticeDoesNotFit { notice, on, to } = "notice_does_not_fit" "the message {notice} does not fit {on} to {to}";
        TimerNoticeDoesNotFit { notice, to } = "timer_notice_does_not_fit" "the message {notice} does not fit a timer to {to}";
        PartnerNotTold { on } = "partner_not_told" "a partner is not told of {on} (D24)";
        PartnerNoDeadline = "partner_no_deadline" "a partner is told of events of a memorandum, never of a deadline (D24)";
        OtherVariable { to, known, name } = "other_variable" "a text to {to} may use {known}, and not `{name}`";
        PartnerVariable { known, name } = "partner_variable" "a text to partner may use {known}, and not `{name}` (D24)";

        // Timers.
        RunsNowhere = "runs_nowhere" "it runs nowhere: `at` is empty";
        RunsOnClosed = "runs_on_closed" "nothing runs on a closed case (D20)";
        NobodyRecords { check } = "nobody_records" "no action records the check {check}";
        NothingToCome = "nothing_to_come" "only what is still to come has a before and an until: `starts` is term_end";
        NothingHappens = "nothing_happens" "nothing happens when it is due: `tells` or `fires` is missing";
        NoActionAt { action, step } = "no_action_at" "there is no action {action} at the step {step}";
        NotForClock { action } = "not_for_clock" "the action {action} is not open to `clock`";
        NoAnswer { field } = "no_answer" "this is no answer to the field {field}";
        ActionNeedsField { action, field } = "action_needs_field" "the action {action} needs the field {field}";
        ActionDoesNotAsk { action, field } = "action_does_not_ask" "the action {action} does not ask {field}";

        // What a walk over all ways finds.
        Unreachable { step } = "unreachable" "no case ever stands at the step {step}";
        Stuck { way } = "stuck" "{way} → … and now nothing can happen";
        WaitsForever { way } = "waits_forever" "{way} → … and now it waits, and no timer runs";
        NeverCloses { way } = "never_closes" "{way} → … and no way leads to an end";
        NeverTaken { action } = "never_taken" "the action {action} can never be taken as it stands here";
        NeverRuns { timer } = "never_runs" "the timer {timer} never runs";
        TimerRefused { way, codes } = "timer_refused" "{way} → … and its action is refused ({codes})";
        TimerLoop { way } = "timer_loop" "{way} → … and so on for ever, and nobody does anything";
        GroundNeverSet { ground } = "ground_never_set" "no case can ever get the ground {ground}";
        TooManyWays { step } = "too_many_ways" "too many ways to walk, most of them through the step {step}";
        BackWithContract { way } = "back_with_contract" "{way} → … and a case with a contract is back in the stage filed (3.1)";
        SecondContract { way } = "second_contract" "{way} → … and a second contract is recorded, with another term (D14, D16)";
        WithdrawnWithContract { way } = "withdrawn_with_contract" "{way} → … and a case with a contract is closed as withdrawn (3.2)";
        ExpiredWithoutTerm { way } = "expired_without_term" "{way} → … and a case without a term is closed as term_expired (3.2)";
        ExpiredInTerm { way } = "expired_in_term" "{way} → … and the case is closed as term_expired while its term runs (D18)";
        TermWithoutEnd { way } = "term_without_end" "{way} → … and a term runs here, and no timer ends it (3.4)";
        NoDeclaration { way } = "no_declaration" "{way} → … and the mediator who has the case cannot declare a connection (D7)";
        NoRecusal { way } = "no_recusal" "{way} → … and the mediator who has the case cannot leave it (D6, D7)";
        NoRelease { way } = "no_release" "{way} → … and a mediator has the case or is asked, and the register cannot end that (D12)";
    }
}
