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
