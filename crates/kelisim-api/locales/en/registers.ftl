# Offices, mediators, partners, memoranda.

refusal-mediator-status-step = The register does not lead from “{ $from }” to “{ $to }”.
refusal-registrar-only = Elections, suspensions and removals of mediators are recorded by the registrar.
refusal-memorandum-already-signed = The memorandum is signed already.
refusal-memorandum-not-signed = The memorandum is a draft; it has to be signed first.
refusal-memorandum-already-terminated = The memorandum has already been ended early.
refusal-memorandum-already-expired = The memorandum has run out; there is nothing left to end.

mediator-status-candidate = candidate
mediator-status-active = active
mediator-status-suspended = suspended
mediator-status-removed = removed

notices-held = The system was restored from a backup and is held: no message leaves until a coordinator or an administrator releases it. Messages that were on their way when the backup was made may have been sent since; they are uncertain, with the reason “restored”.
