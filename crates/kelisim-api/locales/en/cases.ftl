# Pages of cases.

page-act-title = Take a step
page-agreement = What was agreed on { $day }
page-amount = Amount in dispute
page-article = Law, article { $article }
page-back-cases = To all cases
page-boxes-hint = Tick everything that is there.
page-by-itself = by itself
page-candidates-find = Look for a mediator of another office: name
page-candidates-none = No mediator of this office can take the case today. Ask the coordinator.
page-candidates-unfit = Who cannot take it, and why
page-case-named = Case { $number }
page-case-title = Case
page-cases-none = No case was found.
page-change = Change
page-change-armed = { $timer }: the last day is { $day }.
page-change-asked = { $name } is asked to take the case.
page-change-cancelled = No longer waited for: { $timer }.
page-change-ground = The ground is “{ $ground }”, its day { $day }.
page-change-mediator = { $name } has the case from now on.
page-change-moves = The case goes from “{ $from }” to “{ $to }”.
page-change-released = The mediator no longer has the case.
page-change-stays = The case stays at “{ $step }”.
page-changes = What will change
page-check-answers = Check your answers
page-chip-away = take this filter away
page-chip-from = from { $day }
page-chip-to = up to { $day }
page-chips = Filters that hold
page-confidential = Confidential: only those who work on the case read it.
page-content = What it is about
page-court-administrative = administrative case
page-court-criminal = criminal case
page-court-enforcement = enforcement of a judgment
page-court-in-court = in court
page-court-pre-court = not in court
page-cut = There are very many open cases. Here are those with the next deadlines, the new ones and the oldest. Narrow the list with a filter.
page-date-counted = Counted from { $day }, which is day 0: { $length }.
page-date-how = How this day was worked out
page-date-law = Set by the law, article { $article } (legal profile, version { $version }).
page-date-moved = The last day moved past days off: { $days }.
page-date-open = open while the term is paused
page-date-own = The network itself has set this time.
page-date-profile = Set by the legal profile, version { $version }.
page-date-skipped = Days off that were not counted: { $days }.
page-dates = Deadlines
page-day = Day
page-declared-disclosed = There is a connection that the sides must know of
page-declared-must-refuse = There is a connection with which I may not mediate
page-declared-none = I have no connection to the sides
page-elsewhere = Possible at another step of the case
page-erased = This case was erased by law. Nobody can read what it was about any more.
page-exclusion-code = Why mediation is not possible
page-fact-asked = Asked to take it
page-fact-category = Kind of dispute
page-fact-closed = Closed on
page-fact-contract = Contract concluded on
page-fact-court = Court
page-fact-district = District
page-fact-filed = Filed on
page-fact-ground = Ground and its day
page-fact-handed-up = Open to the coordinator since
page-fact-language = Language of the case
page-fact-mediator = Mediator
page-fact-missing = Still missing
page-fact-next = Next deadline
page-fact-number = Case
page-fact-office = Office
page-fact-screened = Exclusion questions
page-fact-signed = Agreement signed on
page-fact-source = Came from
page-fact-stage = Stage
page-fact-standing = Whose turn
page-fact-step = Step
page-facts = About the case
page-filed-from = Filed on or after
page-filed-on = filed on { $day }
page-filed-to = Filed on or before
page-filters = Filters
page-find = Find a case
page-find-hint = By its number, or by the mediator's name
page-go-on = Go on
page-help-call = Need help? Call your office:
page-home-asked = Waiting for my answer
page-home-calm = Nothing is urgent today.
page-home-cases = My cases
page-home-help = Help
page-home-partner = You hear of your referrals by mail.
page-home-registrar = You keep the register of mediators. Its pages are not there yet; programs keep it through the interface.
page-home-today = Needs you today
page-home-vacant = No mediator yet
page-languages = Languages
page-leave = Back to the case, nothing changed
page-letter-attempting = being sent
page-letter-cancelled = not sent: no longer needed
page-letter-failed = could not be sent
page-letter-held = held back
page-letter-partner = to the partner
page-letter-sent = sent
page-letter-staff = to staff
page-letter-uncertain = perhaps sent
page-letter-waiting = on its way
page-letters = Messages sent
page-letters-none = No message yet.
page-lift = Who can change this: { $who }.
page-lift-nobody = Nobody can change this.
page-load = Open cases: { $open } of { $most }.
page-lost = What you had typed
page-meanwhile = The case has changed in the meantime
page-meanwhile-about = Nothing of yours was stored, and nothing was overwritten. See what was done, then decide.
page-mediator-none = no mediator
page-menu = Menu
page-missing-annex = an annex to the contract that names this mediator
page-missing-waiver = the sides' written consent to the connection that was disclosed
page-month = Month
page-more = More
page-next-none = no deadline runs
page-no = No
page-not-now = This is not possible now
page-now = What can be done now
page-now-closed = The case is closed.
page-now-nothing = Nothing for you to do at the moment.
page-number-hint = The number of the case, for example ORL-03/2026-0017
page-off-holiday = public holiday
page-off-moved-day-off = a day off moved here
page-off-weekend = weekend
page-office-hint = Codes, for example ORL-01, ORL-02
page-optional = (may stay empty)
page-other-day = Another day:
page-party-organisation = organisation
page-party-person = person
page-past = What has happened
page-past-by-timer = The time was over: { $timer }.
page-past-corrected = Facts were corrected
page-past-earlier = Show the earlier ones too
page-past-ground = Ground: { $ground }.
page-past-ground-corrected = The ground was corrected
page-past-handed-up = Opened to the coordinator
page-past-mediator = Mediator: { $name }.
page-past-migrated = The workflow changed from version { $from } to { $to }
page-past-step = Step: { $step }.
page-past-taken-back = Closed to the coordinator again
page-past-timer = A time was over: { $timer }
page-past-timers-moved = Deadlines were worked out anew
page-people-of-case = People
page-quoted = “{ $text }”
page-screened-excluded = answered; one answer excludes the case
page-screened-nobody = nobody has answered them yet
page-screened-passed = answered; nothing excludes the case
page-search-hint = Whole words, in any spelling. Only cases whose sides you may read are found.
page-search-name = Name of a side
page-search-title = Find by the name of a side
page-side = Side { $side }
page-sort-act = Act first
page-sort-newest = Newest
page-sort-number = By number
page-sort-oldest = Oldest
page-sorts = Order
page-standing-act = Act now
page-standing-done = Done
page-standing-late = Overdue
page-standing-waiting = Waiting
page-stored = Stored meanwhile: { $value }
page-story = What happened
page-tenge = { $amount } tenge
page-term = Term of mediation
page-today = Today
page-told = Who is told
page-told-about = Each gets a letter of their own. It names no side and no topic.
page-told-coordinator = The coordinator
page-told-head = The head of the office
page-told-letter = What the letter says
page-told-mediator = The mediator { $name }
page-told-nobody = Nobody gets a letter.
page-told-partner = The partner { $code }, where its memorandum allows it
page-waits-for = It waits for: { $who }.
page-way = The way of the case
page-way-alt = The workflow as a picture. The case stands at “{ $step }”; its way is listed below.
page-way-cases = Cases
page-way-home = First page
page-way-show = Show the workflow as a picture
page-way-whole = Open the picture by itself
page-why-not = What is not possible now, and why not?
page-wrong-title = Error
page-year = Year
page-yes = Yes
page-yesterday = Yesterday
page-date-extended = { $count ->
    [one] Extended by one day: the last day was { $was }, and the sides agreed on { $until }.
   *[other] Extended by { $count } days: the last day was { $was }, and the sides agreed on { $until }.
}
page-date-paused = { $count ->
    [one] One day of a pause was added.
   *[other] { $count } days of a pause were added.
}
page-home-more = { $count ->
    [one] And one more
   *[other] And { $count } more
}
page-home-open = { $count ->
    [one] You see one open case.
   *[other] You see { $count } open cases.
}
page-length-calendar-days = { $count ->
    [one] one calendar day
   *[other] { $count } calendar days
}
page-length-working-days = { $count ->
    [one] one working day
   *[other] { $count } working days
}
page-length-hours = { $count ->
    [one] one hour
   *[other] { $count } hours
}
page-days-left = { $count ->
    [0] today
    [one] one day left
   *[other] { $count } days left
}
page-days-over = { $count ->
    [one] one day over
   *[other] { $count } days over
}
