# Letters that Kelisim sends. Simple words: many readers are past seventy.

mail-network = Kelisim · { $network }
mail-hello = Hello,
mail-automatic = Kelisim sent this message automatically.
mail-reply = You may simply reply to it.
mail-confidential = We never tell who the parties are, what the dispute is about or what they agreed on: mediation is confidential.
mail-under-memorandum = You receive this message under memorandum { $memorandum }.

mail-fact-case = Case
mail-fact-office = Mediation office
mail-fact-case-language = Language of the case
mail-fact-appointed = Appointed on
mail-fact-handed-over = Handed over on
mail-fact-memorandum = Memorandum
mail-fact-partner = Partner agency
mail-fact-from = In force from
mail-fact-until = In force until
mail-fact-open-ended = no end date
mail-fact-terminated = Ended on
mail-fact-referral = Referral
mail-fact-date = Date
mail-fact-mediator = Mediator
mail-fact-outcome = Outcome
mail-fact-answer-by = Last day to answer
mail-fact-term-end = Last day of the term
mail-fact-term-end-new = New last day of the term
mail-fact-entry-by = Last day to enter the agreement
mail-fact-filed = Filed on
mail-fact-closed = Closed on
mail-fact-signed = Agreement signed on
mail-fact-ruled = Date of the court's ruling

mail-language-kk = Kazakh
mail-language-ru = Russian
mail-language-en = English

mail-open-case = Open the case
mail-open-and-answer = Open and answer
mail-case-waits = The case has no mediator. Open the case and choose one.
mail-ask-mediator = Please get in touch with the mediator and ask what help is needed.

mail-assignment-subject = Case { $number }: you are the mediator
mail-assignment-heading = You have a new case
mail-assignment-body = You have been appointed mediator in case { $number }.
mail-assignment-next = Open the case to see who has applied and to arrange the first meeting.
mail-assignment-silent = This letter says nothing about the dispute itself: that is how we keep the parties' trust. You will see the details after signing in.
mail-assignment-cannot = If you cannot take this case, please tell the head of the office.

mail-unassignment-subject = Case { $number }: another mediator was appointed
mail-unassignment-heading = The case has passed to another mediator
mail-unassignment-body = Another mediator now conducts case { $number }. Nothing more is asked of you, and your access to the case has ended.
mail-unassignment-notes = Your private notes have been given to nobody.
mail-unassignment-thanks = Thank you for your work.
mail-unassignment-subject-released = Case { $number }: you no longer conduct it
mail-unassignment-heading-released = You no longer conduct this case
mail-unassignment-body-released = You no longer conduct case { $number }. Nothing more is asked of you, and your access to the case has ended.

mail-offer-subject = Case { $number }: we await your answer
mail-offer-heading = Will you take this case?
mail-offer-body = You are asked to mediate case { $number }.
mail-offer-next = Open the case, see who the parties are, and say there whether you take it. Opening it commits you to nothing.
mail-offer-late = If there is no answer on the last day either, the case is offered to another mediator.
mail-offer-decline = If you cannot take it, feel free to decline: the parties will not learn of it.

mail-offer-withdrawn-subject = Case { $number }: the offer was withdrawn
mail-offer-withdrawn-heading = The offer was withdrawn
mail-offer-withdrawn-body = You are no longer asked to take case { $number }. Nothing more is needed from you.
mail-offer-withdrawn-thanks = Thank you for your understanding.

mail-offer-expired-subject = Case { $number }: the time to answer is over
mail-offer-expired-heading = The time to answer is over
mail-offer-expired-heading-staff = The mediator did not answer
mail-offer-expired-body = Your answer on case { $number } did not reach us in time, so the offer has ended. Nothing more is needed from you.
mail-offer-expired-body-staff = The mediator who was asked to take case { $number } did not answer in time.
mail-offer-expired-busy = If you cannot take cases for a while, please tell the head of the office.

mail-offer-accepted-subject = Case { $number }: the mediator has taken it
mail-offer-accepted-heading = The mediator has taken the case
mail-offer-accepted-body = The mediator has agreed to conduct case { $number }. You need not do anything for now.

mail-offer-declined-subject = Case { $number }: the mediator has not taken it
mail-offer-declined-heading = The mediator cannot take the case
mail-offer-declined-body = The mediator who was asked to take case { $number } cannot take it.

mail-mediator-lost-subject = Case { $number }: its mediator can no longer conduct it
mail-mediator-lost-heading = The mediator can no longer conduct the case
mail-mediator-lost-body = The mediator who had case { $number }, or was asked to take it, can no longer conduct it.
mail-mediator-lost-term = The term of mediation has not stopped: it runs as before.
mail-mediator-lost-left = No other mediator is chosen for this case any more. Open the case and see what is left for the office.

mail-case-unattended-subject = Case { $number }: nobody has acted on it yet
mail-case-unattended-heading = A new case is waiting
mail-case-unattended-body = Case { $number } was filed, and nobody has acted on it yet. People are waiting for an answer.
mail-case-unattended-next = Open the case and decide who takes it on.

mail-contract-late-subject = Case { $number }: there is no mediation contract yet
mail-contract-late-heading = There is no mediation contract yet
mail-contract-late-body = No mediation contract has been entered in case { $number } yet.
mail-contract-late-next = If the contract is signed, enter it in the case. If it is not, arrange a meeting with the parties.
mail-contract-late-help = If something stands in the way, please tell the head of the office.

mail-term-ends-soon-subject = Case { $number }: the term of mediation ends soon
mail-term-ends-soon-heading = The term of mediation ends soon
mail-term-ends-soon-body = Little is left of the term of mediation in case { $number }.
mail-term-ends-soon-agree = If the parties agree, the agreement must be signed no later than the last day.
mail-term-ends-soon-extend = If there is not enough time, see in the case whether the term can be extended. For that, all parties must ask in writing no later than the last day.

mail-term-is-over-subject = Case { $number }: the term of mediation is over
mail-term-is-over-heading = The term of mediation is over
mail-term-is-over-body = The term of mediation in case { $number } is over. No further meetings may be held.
mail-term-is-over-next = If the agreement was signed in time, enter it in the case.
mail-term-is-over-next-staff = If the agreement was signed in time, the mediator can still enter it in the case. Please remind them.
mail-term-is-over-late = If no agreement is entered on the last day either, the case is closed.

mail-term-extended-subject = Case { $number }: the term of mediation was extended
mail-term-extended-heading = The term of mediation was extended
mail-term-extended-body = The term of mediation in case { $number } was extended at the request of the parties. You need not do anything.

mail-case-lapsed-subject = Case { $number }: its time was over, it is closed
mail-case-lapsed-heading = The case is closed: its time was over
mail-case-lapsed-body = The time of case { $number } was over, so it was closed. Nothing more is needed from you.
mail-case-lapsed-thanks = Thank you for your work.

mail-follow-up-due-subject = Case { $number }: how is the agreement kept?
mail-follow-up-due-heading = How is the agreement kept?
mail-follow-up-due-body = In case { $number } it is time to see how the agreement is kept.
mail-follow-up-due-next = Get in touch with the parties, ask how things stand, and enter the answer in the case.

mail-court-pause-ends-subject = Case { $number }: about the time given by the court
mail-court-pause-ends-heading = The time given by the court is ending
mail-court-pause-ends-body = The court paused its proceedings to give the parties of case { $number } time for mediation. This time is ending, or has ended.
mail-court-pause-ends-next = The court sets this term: its exact last day stands in the court's ruling. Please let the parties know.

mail-workflow-note-subject = Case { $number }: a message
mail-workflow-note-heading = A message about the case

mail-memorandum-signed-subject = Memorandum { $memorandum } is signed
mail-memorandum-signed-heading = The memorandum of cooperation is signed
mail-memorandum-signed-body = Memorandum of cooperation { $memorandum } between your organisation and the network of mediation offices has been signed. Thank you for your trust.
mail-memorandum-signed-body-staff = Memorandum of cooperation { $memorandum } with a partner agency has been signed.
mail-memorandum-signed-events = From now on we will write to you about the cases that you refer to us:
mail-memorandum-signed-events-staff = The partner's verified contacts will receive these messages about the cases that they refer:
mail-memorandum-signed-numbers = By this memorandum you see only how many cases you referred and how they ended. We do not write about single cases.
mail-memorandum-signed-numbers-staff = By this memorandum the partner sees only numbers. No messages about single cases are sent.

mail-event-received = the referral was received
mail-event-assigned = a mediator was appointed
mail-event-started = the mediation has begun
mail-event-ended = the work is finished

mail-memorandum-terminated-subject = Memorandum { $memorandum } has ended
mail-memorandum-terminated-heading = The memorandum of cooperation has ended
mail-memorandum-terminated-body = Memorandum of cooperation { $memorandum } is no longer in force. From this day on we send no messages about the cases that you referred.
mail-memorandum-terminated-body-staff = Memorandum of cooperation { $memorandum } is no longer in force. From this day on the partner receives no messages about cases.
mail-memorandum-terminated-cases = The cases themselves are not affected: mediation goes on.
mail-memorandum-terminated-thanks = Thank you for working together with us.

mail-case-received-subject = Referral { $reference }: received
mail-case-received-heading = Your referral has been received
mail-case-received-body = We have received your referral { $reference }. You need not do anything for now.

mail-case-assigned-subject = Referral { $reference }: a mediator was appointed
mail-case-assigned-heading = A mediator has been appointed
mail-case-assigned-body = A mediator has been appointed for your referral { $reference }.

mail-case-started-subject = Referral { $reference }: the mediation has begun
mail-case-started-heading = The mediation has begun
mail-case-started-body = The mediation on your referral { $reference } has begun.

mail-case-ended-subject = Referral { $reference }: the work is finished
mail-case-ended-heading = The work on your referral is finished
mail-case-ended-body = The work on your referral { $reference } is finished.
mail-case-ended-thanks = Thank you for the referral.

mail-outcome-settlement = the parties came to an agreement
mail-outcome-no-settlement = no agreement was reached
mail-outcome-not-suitable = the matter is not suitable for mediation

mail-test-subject = A test letter from Kelisim
mail-test-heading = Mail works
mail-test-body = If you can read this letter, Kelisim can send mail.

mail-probe-sent = The letter was sent: the mail server took it.
mail-probe-stored = The letter was written into the mail folder.
mail-probe-store = The letter could not be written. Check that the mail folder exists, may be written and has room.
mail-probe-connect = The mail server could not be reached. Check the host and port in mail.smtp_url, and the firewall.
mail-probe-banner = The mail server did not greet. Check that the port is the right one: smtps usually has 465, smtp+starttls 587.
mail-probe-ehlo = The mail server did not accept our greeting. Ask its administrator whether this machine may use it.
mail-probe-tls = No protected connection came about. Check the server's certificate and name, or set mail.smtp_root_certificate. Nothing was sent in clear.
mail-probe-auth = The mail server refused user and password. Check both in mail.smtp_url.
mail-probe-mail = The mail server refused the sender. Check mail.from.
mail-probe-rcpt = The mail server refused the recipient. Check the address.
mail-probe-data = The mail server did not want the content of the letter.
mail-probe-body = The connection broke while the letter was being sent.
mail-probe-after-dot = The letter was sent whole, but the mail server did not confirm it. Look whether it arrived before you try again.

mail-fact-documents-until = Documents valid until
mail-memorandum-expiring-subject = Memorandum { $memorandum } ends soon
mail-memorandum-expiring-heading = The memorandum of cooperation ends soon
mail-memorandum-expiring-body = Memorandum of cooperation { $memorandum } ends on the day named below. If you want to renew it, please speak with the coordinator of the network.
mail-memorandum-expiring-body-staff = Memorandum of cooperation { $memorandum } with a partner agency ends on the day named below. If it is to be renewed, this is the time to begin.
mail-memorandum-expired-subject = Memorandum { $memorandum }: its last day
mail-memorandum-expired-heading = The memorandum of cooperation ends
mail-memorandum-expired-body = The last day of memorandum of cooperation { $memorandum } is named below. After it we send no messages about the cases that you referred; mediation itself goes on.
mail-memorandum-expired-body-staff = The last day of memorandum of cooperation { $memorandum } with a partner agency is named below. After it the partner receives no messages about cases.
mail-documents-expiring-subject = A mediator's documents run out soon
mail-documents-expiring-heading = A mediator's documents run out soon
mail-documents-expiring-body = After the day named below this mediator can be offered no case until new documents are entered in the register.

mail-fact-account-name = Account of
mail-account-hour = The link works once, and for one hour. Opening the page changes nothing.
mail-account-invitation-subject = Your account in Kelisim
mail-account-invitation-heading = Welcome
mail-account-invitation-body = An account was made for you. Open the page and choose a password; then you can sign in with this mail address.
mail-account-invitation-button = Choose a password
mail-account-invitation-closing = If the hour is over, ask the administrator for another letter. If you do not know what this is about, you need not do anything.
mail-password-reset-subject = Another password for Kelisim
mail-password-reset-heading = Choose another password
mail-password-reset-body = Somebody asked for another password for your account. If it was you, open the page and choose one.
mail-password-reset-button = Choose another password
mail-password-reset-closing = If it was not you, you need not do anything: your password stays as it is.
