# Filing a case: a question after the other, and the confirmation.

page-filed-call = Кімге телефон шалу керек
page-filed-next = Бұдан әрі не болады
page-filed-number = Істің нөмірі
page-filed-open = Істі ашу
page-filed-step = Іс «{ $step }» қадамында тұр.
page-filed-title = Іс тіркелді
page-home-new = Жаңа іс
page-new-already = Бұл іс тіркеліп қойған
page-new-already-about = Ол бұған дейін басқа жауаптармен жіберілген, екінші рет тіркелген жоқ. Оны істер тізімінен табасыз.
page-new-amount = Даудың сомасы, теңгемен
page-new-amount-hint = Дау ақша туралы болса ғана.
page-new-asker-kind = Кім жүгінеді?
page-new-asker-name = Жүгінген адамның аты-жөні
page-new-asker-name-hint = Жеке куәліктегідей.
page-new-asker-title = Кім көмек сұрайды?
page-new-back = Алдыңғы сұраққа оралу
page-new-category = Даудың түрі
page-new-check-title = Жауаптарыңызды тексеріңіз
page-new-court = Бұл іс сотта ма?
page-new-district = Дау болған аудан
page-new-kind-title = Бұл қандай дау?
page-new-language = Қай тілде сөйлеседі?
page-new-leave = Тіркемей шығу; ештеңе сақталмайды
page-new-no-answer = жауап жоқ
page-new-number = (нөмірі кейін беріледі)
page-new-office = Қай кабинет?
page-new-office-code = Кабинеттің коды
page-new-office-code-hint = Мысалы ORL-01
page-new-other-kind = Бұл кім?
page-new-other-name = Екінші тараптың аты-жөні
page-new-other-name-hint = Әлі белгісіз болса, бос қалдырыңыз.
page-new-other-title = Екінші тарап кім?
page-new-partner = Жіберген мекеменің коды
page-new-partner-hint = Меморандумы бар мекеме жіберсе ғана.
page-new-phone = Телефон
page-new-phone-hint = Мысалы 8 701 123 45 67
page-new-place-title = Дау қай жерге қатысты?
page-new-reference = Мекеме берген нөмір
page-new-send = Істі тіркеу
page-new-settlement = Қала немесе ауыл
page-new-source = Қалай келді?
page-new-step = { $all } қадамның { $number }-қадамы
page-new-story = Не болды?
page-new-story-hint = Бірнеше сөйлем жеткілікті. Айтып жаздыруға болады; ол кезде сөзіңізді телефон өндіруші естуі мүмкін. Мұны осы іспен жұмыс істейтіндер ғана оқиды.
page-new-story-title = Не болды?
page-new-title = Жаңа іс

# What was typed when the session had ended.

page-kept-about = Терген мәтініңіз осы бетте тұр. Істе әлі ештеңе өзгерген жоқ.
page-kept-sign-in = Сеанс аяқталды. Қайта кіріңіз: терген мәтініңіз осы бетте сақталған.
page-kept-title = Сіз қайта кірдіңіз
