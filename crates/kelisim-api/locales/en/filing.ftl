# Filing a case: a question after the other, and the confirmation.

page-filed-call = Whom to call
page-filed-next = What happens next
page-filed-number = The case has the number
page-filed-open = Open the case
page-filed-step = The case stands at “{ $step }”.
page-filed-title = The case is filed
page-home-new = New case
page-new-already = This case was filed already
page-new-already-about = It was sent once before, with other answers, and was not filed again. You find it in the list of cases.
page-new-amount = Amount in dispute, in tenge
page-new-amount-hint = Only if it is about money.
page-new-asker-kind = Who asks?
page-new-asker-name = Name of the one who asks
page-new-asker-name-hint = As it stands on the identity card.
page-new-asker-title = Who asks for help?
page-new-back = Back to the question before
page-new-category = Kind of dispute
page-new-check-title = Check your answers
page-new-court = Is a court dealing with it?
page-new-district = District of the dispute
page-new-kind-title = What kind of dispute is it?
page-new-language = In which language will they talk?
page-new-leave = Leave without filing; nothing is kept
page-new-no-answer = no answer
page-new-number = (the number to come)
page-new-office = Which office?
page-new-office-code = Code of the office
page-new-office-code-hint = For example ORL-01
page-new-other-kind = Who is it?
page-new-other-name = Name of the other side
page-new-other-name-hint = Leave it empty if it is not known yet.
page-new-other-title = Who is the other side?
page-new-partner = Code of the agency that sent them
page-new-partner-hint = Only if an agency with a memorandum sent them.
page-new-phone = Telephone
page-new-phone-hint = For example 8 701 123 45 67
page-new-place-title = Where does the dispute belong?
page-new-reference = Number that the agency gave it
page-new-send = File the case
page-new-settlement = Town or village
page-new-source = How did they come?
page-new-step = Step { $number } of { $all }
page-new-story = What happened?
page-new-story-hint = A few sentences are enough. You may dictate; the phone’s maker may hear it then. Only those who work on the case read it.
page-new-story-title = What happened?
page-new-title = New case

# What was typed when the session had ended.

page-kept-about = What you had typed is still there. Nothing of it was stored yet.
page-kept-sign-in = Your session has ended. Sign in again: what you typed is kept on this page.
page-kept-title = You are signed in again
