# What changed between two versions, why a case stays on its version, and what stands against publishing.

change-title = The title of “{ $what }” says something else.
change-statutory = The guards of the law must stand in it from now on.
change-not-statutory = The guards of the law need not stand in it any more.
change-ground-added = The ground “{ $what }” may be used.
change-ground-removed = The ground “{ $what }” may not be used any more.
change-step-added = There is a new step “{ $what }”.
change-step-removed = The step “{ $what }” is gone: cases that stand there need another one.
change-step-stage = The step “{ $what }” belongs to the stage “{ $is }”, and no more to “{ $was }”.
change-step-class = The class of the step “{ $what }” was { $was } and is { $is }.
change-action-added = There is a new action “{ $what }”; it starts from: { $was }.
change-action-removed = The action “{ $what }” is gone; it started from: { $was }.
change-action-changed = Action “{ $what }”, { $part }: was { $was }, is { $is }.
change-field-added = The action “{ $what }” asks for “{ $is }”.
change-field-removed = The action “{ $what }” does not ask for “{ $is }” any more.
change-field-changed = The action “{ $what }” asks for “{ $is }” in another way.
change-timer-added = There is a new timer “{ $what }”.
change-timer-removed = The timer “{ $what }” is gone.
change-timer-changed = Timer “{ $what }”, { $part }: was { $was }, is { $is }.
change-notice-added = On { $was } the message “{ $what }” goes to { $is }.
change-notice-removed = On { $was } the message “{ $what }” does not go to { $is } any more.
change-profile-version = From { $is } on, version { $what } of the profile holds.
change-day-named = { $what }: { $is }.

day-holiday = public holiday
day-moved-day-off = day off, moved here
day-moved-working-day = working day on a weekend

part-from = starts from
part-to = leads to
part-who = may be taken by
part-guards = conditions
part-effects = effects
part-at = runs at
part-starts = counts from
part-runs = runs for
part-pauses = stands still with the term
part-fires = takes the action
part-check = reminds of the check
part-tells = tells
part-nothing = nothing

needed-mediator = a mediator
needed-offer = a mediator who was asked
needed-screening = answered exclusion questions
needed-contract = a contract
needed-agreement = an agreement
needed-ground = a ground

stays-closed = The case is closed.
stays-other-workflow = The case follows the workflow “{ $about }”.
stays-no-target = The map has no place for the step “{ $step }”.
stays-other-stage = The step “{ $step }” would go to the stage “{ $about }”; a stage is changed by what people do, never by a map.
stays-lacks = Every case at the step “{ $step }” has { $about }, and this one has none.
stays-ground-gone = The new version does not use the ground of the case, “{ $about }”.
stays-offer-open = A mediator was asked, and at the step “{ $step }” nobody could answer.
stays-paused = The term is paused, and the new version has no action that lets it go on.
stays-gone-on = The case has gone on since it was moved; it stands at “{ $step }”.
stays-unreadable = The case cannot be read: something stored about it is damaged. Tell whoever looks after the system.
stays-unreadable-history = The history of the case cannot be read: something stored in it is damaged. Tell whoever looks after the system.
stays-unreadable-workflow = The workflow that the case follows is missing or cannot be read. Tell whoever looks after the system.
stays-at-odds = What is stored about the case contradicts itself: its deadlines or its events are others than it says. Tell whoever looks after the system.

refusal-published-with-other-text = Version { $version } is published with another text, and a published version never changes. Take the next number.
refusal-not-the-newest = Version { $version } is published, and new cases follow the newest. Take a higher number.
refusal-published-version-changed = Version { $version } of the profile is published, and must stand in the new text word for word.
refusal-profile-begins-too-early = Version { $version } of the profile would hold from today or from a day that is past, and change what was worked out for it. Let it hold from tomorrow or later.
refusal-is-retired = This version is retired. A text comes back under the next number only.
refusal-last-workflow = New cases would have no workflow any more. Publish another version first.
refusal-pass-runs = Running cases of this workflow are being moved. Wait until that has ended.
refusal-other-map = The move to this version was begun with another map, and goes on with that one.
refusal-no-such-step = No earlier version of this workflow has the step “{ $step }”, from which the map leads.
refusal-nothing-to-undo = No case of this workflow was ever moved.
refusal-not-rehearsed = Nobody has rehearsed the move to version { $version } with exactly this text and this map. Rehearse it first.
refusal-rehearsal-too-old = The rehearsal of the move to version { $version } is older than a week. Rehearse it again.
refusal-rehearsal-overtaken = Since the move to version { $version } was rehearsed, days off or a legal profile were published or retired. Rehearse it again.
