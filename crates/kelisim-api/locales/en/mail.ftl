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

mail-language-kk = Kazakh
mail-language-ru = Russian
mail-language-en = English

mail-open-case = Open the case

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
