//! What would be right.

use std::fmt;

sentences! {
    /// What would be right.
    Help {
        Nearest { near } = "nearest" "did you mean `{near}`?";
        NearestOf { near, known } = "nearest_of" "did you mean `{near}`? one of {known}";
        OneOf { known } = "one_of" "one of {known}";
        HereStand { known } = "here_stand" "here stand {known}";
        SuchAs { example } = "such_as" "such as {example}";
        AtMost { most } = "at_most" "at most {most} characters";
        Else { code } = "else" "{code}";
        Text = "text" "a text";
        Number = "number" "a whole number";
        YesNo = "yes_no" "true or false";
        Day = "day" "a day such as 2027-03-21, without quotation marks";
        DayOfYear = "day_of_year" "month and day, such as 03-21";
        RealDay = "real_day" "a day that exists";
        List = "list" "a list";
        Table = "table" "a table";
        TwoBrackets { list } = "two_brackets" "write `[[{list}]]`, wherever it stands";
        Something = "something" "leave the field out, or write something";
        AfterVersion { version, day } = "after_version" "a number above {version} and a day after {day}";
        StepsAre { known } = "steps_are" "its steps are {known}";
        OneLength = "one_length" "one of `length`, `before`, `term` and `until`";

        Reach = "reach" "let an action that can be taken lead here, or leave the step out";
        LeadAway = "lead_away" "an action that somebody may take must lead away from here";
        EndWait = "end_wait" "a wait ends by a timer, or by somebody who is there";
        EndSomewhere = "end_somewhere" "some way from here must end in a step of the stage closed";
        MakeTakable = "make_takable" "see where it starts, what its guards ask, and what its form offers";
        MakeRun = "make_run" "the fact from which it counts must be there while a case stands at one of its steps";
        MakePossible = "make_possible" "what a timer does must be possible whenever it comes due";
        LetPersonAct = "let_person_act" "somewhere on the way round a person must do something";
        OfferGround = "offer_ground" "let a form offer it where it may be set, or leave it out of `grounds`";
        FewerWays = "fewer_ways" "let fewer timers act beside each other, and let fewer choices make a difference";
        StayAssigned = "stay_assigned" "after the contract another mediator is found in the stage assigned";
        OneContract = "one_contract" "let the contract be recorded only where none can be there";
        RefuseInstead = "refuse_instead" "after the contract the sides refuse: both_refused or one_refused";
        ExpireWithContract = "expire_with_contract" "offer term_expired only where there was a contract";
        LetTimerClose = "let_timer_close" "let a timer close, or lead to a step of its own where the mediator may close";
        EndTerm = "end_term" "wherever the term runs, a timer that starts at term_end takes an action";
        LetDeclare = "let_declare" "an action open to `case_mediator`, with the effect record_declaration";
        LetRecuse = "let_recuse" "an action open to `case_mediator`, with the effect recuse";
        LetRegisterEnd = "let_register_end" "an action open to `register`, with the effect end_offer or release_mediator";
    }
}
