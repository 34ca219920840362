# What the first page tells a partner of its memorandum, and the registrar of the register.

page-agreed = Memorandum { $number }
page-agreed-count-only = only how many cases you referred and how they ended
page-agreed-ended = Ended on
page-agreed-events = The network writes to you about these steps of the cases that you refer:
page-agreed-from = From
page-agreed-level = What you are told
page-agreed-open = no end was agreed
page-agreed-procedural = the steps of a case with their days, and how it ended
page-agreed-procedural-with-ref = the steps of a case with their days, how it ended, and your own number
page-agreed-status-draft = being written
page-agreed-status-expired = expired
page-agreed-status-expiring = in force, ends soon
page-agreed-status-in-force = in force
page-agreed-status-signed = signed, not in force yet
page-agreed-status-terminated = ended early
page-agreed-until = Last day
page-mediators = Register of mediators
page-mediators-active = may be given cases
page-mediators-candidate = entered, not elected or certified yet
page-mediators-removed = removed
page-mediators-suspended = suspended
