### What went wrong, for whoever reads an answer of the interface. The codes never change; these sentences may.

## Problems: a title, what to do now, and what the code means (the page /problems/CODE).

problem-unauthenticated-title = Sign-in needed
problem-unauthenticated = Send a valid token: it is missing, unknown, expired or withdrawn.
problem-unauthenticated-about = Every request under /api/v1 carries a token in the header Authorization: Bearer klsm_….
problem-not-found-title = Not found
problem-not-found = There is nothing here, or nothing for you to see.
problem-not-found-about = The address names nothing, or something that your roles do not let you see. The two look the same on purpose.
problem-not-permitted-title = Not permitted
problem-not-permitted = You may see this, but not do this with it.
problem-not-permitted-about = Your roles let you see the thing but not change it in this way. The refusals say who can.
problem-refused-title = Not possible now
problem-refused = The rules do not allow this now; each reason is listed.
problem-refused-about = The case does not allow this action as it stands. Each refusal names its rule and who can lift it.
problem-invalid-title = Some fields need another look
problem-invalid = Nothing was stored. Each field that is wrong is listed.
problem-invalid-about = One or more fields have a value that makes no sense here. All faults are listed at once, each with its place.
problem-malformed-title = Not readable
problem-malformed = The body is not JSON: look at line { $line }, column { $column }.
problem-malformed-about = The body of the request is not JSON text, names a field twice in one object, or is nested deeper than 32 levels.
problem-bad-header-title = A header is not readable
problem-bad-header = The header { $name } has a form that is not understood.
problem-bad-header-about = A header of the request has a form that is not understood.
problem-too-large-title = Too large
problem-too-large = A body may have at most { $most } KB.
problem-too-large-about = The body of the request is larger than the limit.
problem-media-type-title = Another media type, please
problem-media-type = Send the body as application/json.
problem-media-type-about = Bodies are read as application/json; a PATCH also as application/merge-patch+json.
problem-stale-title = Changed in the meantime
problem-stale = Somebody has changed this since you read it. Read it again, then decide.
problem-stale-about = The header If-Match names an older version. Nothing was overwritten.
problem-precondition-required-title = Which version?
problem-precondition-required = Send the version that you read in the header If-Match.
problem-precondition-required-about = A change says which version it is based on, so that nobody's work is overwritten silently.
problem-not-retried-title = Not sent again
problem-not-retried = This message is “{ $state }”; only one that failed, is uncertain or is held can be sent again.
problem-not-retried-about = Only a message that failed, whose delivery is uncertain, or that is held for a person can be sent again.
problem-key-reused-title = The key was used before
problem-key-reused = This Idempotency-Key belongs to another request. Use a new one.
problem-key-reused-about = The same Idempotency-Key came with another body or address.
problem-key-running-title = Still at work
problem-key-running = The first request with this key is still running. Ask again in a moment.
problem-key-running-about = Two requests with one Idempotency-Key came at the same time; the first is still running.
problem-busy-title = Too busy
problem-busy = Too many changes are waiting. Try again in a moment.
problem-busy-about = The queue of changes is full. The header Retry-After says when to try again.
problem-unavailable-title = Not available now
problem-unavailable = The database cannot be reached. Repeat the request with the same Idempotency-Key.
problem-unavailable-about = The database cannot be reached, or it is unknown whether the change was made. A repeat with the same key is safe.
problem-method-not-allowed-title = Not here
problem-method-not-allowed = This address does not know this method.
problem-method-not-allowed-about = The address exists, but not with this method.
problem-internal-title = Something went wrong on our side
problem-internal = Nothing was changed. Tell the administrator the number of this request.
problem-internal-about = A defect of the program. The number of the request helps to find it in the log.

## Faults of a field.

fault-missing = This must be given.
fault-unknown-field = There is no such field.
fault-unknown-field-nearest = There is no such field; “{ $nearest }” is the nearest.
fault-wrong-type = This must be { $expected }.
fault-empty = This may not be empty.
fault-too-long = At most { $most } characters.
fault-too-many = At most { $most } entries.
fault-too-few = At least { $fewest }.
fault-out-of-range = Between { $least } and { $most }.
fault-control-character = There is an invisible control character in this text.
fault-bad-form = The form is not right; an example: { $example }.
fault-not-a-date = There is no such day in the calendar.
fault-unknown-code = This code is not known.
fault-unknown-code-list = This code is not known. Known: { $known }.
fault-duplicate = This stands here twice.
fault-too-early = Not before { $earliest }.
fault-too-late = Not after { $latest }.
fault-frozen = This can no longer be changed.
fault-not-here = This has no place here.
fault-taken = This is taken by another entry.

type-text = a text
type-number = a whole number
type-yes-no = true or false
type-list = a list
type-object = an object
type-date = a day such as 2026-11-22
type-id = an id

## Why an action is not possible.

refusal-case-closed = The case is closed, and closed is final.
refusal-not-from-here = This cannot be done at the present step of the case.
refusal-unknown-action = The workflow has no action “{ $action }”.
refusal-not-yours = This is for: { $who }.
refusal-mediator-not-active = The mediator is not active in the register.
refusal-mediator-documents-expired = The mediator's papers were valid until { $day }.
refusal-mediator-language = The mediator does not work in the language of the case ({ $language }).
refusal-mediator-at-limit = Open cases of the mediator: { $open }; the limit: { $most }. With a reason the limit can be lifted.
refusal-mediator-unavailable = The mediator is away today.
refusal-mediator-of-other-office = The mediator works at another office; only the coordinator lends mediators.
refusal-mediator-has-it = The case is with this mediator already.
refusal-mediator-unknown = The register has no such mediator.
refusal-ground-not-from-here = “{ $ground }” is not a ground for closing a case at the stage “{ $stage }”.
refusal-ground-not-in-workflow = The workflow does not use the ground “{ $ground }”.
refusal-ground-is-set = The ground is set: “{ $ground }”. Closing can repeat it, not change it.

role-mediator = mediator
role-office-head = office head
role-registrar = registrar
role-coordinator = regional coordinator
role-partner = partner
role-auditor = auditor
role-administrator = administrator

language-kk = Kazakh
language-ru = Russian
language-en = English

stage-filed = filed
stage-assigned = assigned
stage-reconciled = reconciled
stage-closed = closed

ground-settled = settled
ground-partly-settled = partly settled
ground-mediation-impossible = mediation is not possible
ground-both-refused = both sides refused
ground-one-refused = one side refused
ground-term-expired = the term ran out
ground-proposal-rejected = the proposal was rejected
ground-not-suitable = not suitable for mediation
ground-withdrawn = withdrawn by the applicant
ground-transferred = transferred to another office
ground-duplicate = on file already
ground-consultation-only = consultation only
