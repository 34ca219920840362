# Kelisim жіберетін хаттар. Қарапайым сөздер: оқырмандардың көбі жетпістен асқан.

mail-network = Kelisim · { $network }
mail-hello = Сәлеметсіз бе!
mail-automatic = Бұл хатты Kelisim жүйесі автоматты түрде жіберді.
mail-reply = Оған жай ғана жауап жаза аласыз.
mail-confidential = Тараптардың кім екенін, даудың не туралы екенін және олардың не туралы келіскенін біз ешқашан айтпаймыз: медиация құпия жүргізіледі.
mail-under-memorandum = Бұл хат сізге { $memorandum } меморандумы бойынша жіберілді.

mail-fact-case = Іс
mail-fact-office = Медиация кабинеті
mail-fact-case-language = Істің тілі
mail-fact-appointed = Тағайындалған күні
mail-fact-handed-over = Берілген күні
mail-fact-memorandum = Меморандум
mail-fact-partner = Серіктес ұйым
mail-fact-from = Күшіне енген күні
mail-fact-until = Аяқталатын күні
mail-fact-open-ended = мерзімсіз
mail-fact-terminated = Тоқтатылған күні
mail-fact-referral = Жолдама
mail-fact-date = Күні
mail-fact-mediator = Медиатор
mail-fact-outcome = Нәтижесі
mail-fact-answer-by = Жауап берудің соңғы күні
mail-fact-term-end = Медиация мерзімінің соңғы күні
mail-fact-term-end-new = Мерзімнің жаңа соңғы күні
mail-fact-entry-by = Келісімді енгізудің соңғы күні
mail-fact-filed = Тіркелген күні
mail-fact-closed = Жабылған күні
mail-fact-signed = Келісімге қол қойылған күні
mail-fact-ruled = Сот ұйғарым шығарған күн

mail-language-kk = қазақ тілі
mail-language-ru = орыс тілі
mail-language-en = ағылшын тілі

mail-open-case = Істі ашу
mail-open-and-answer = Ашып, жауап беру
mail-case-waits = Іс медиаторсыз тұр. Істі ашып, медиатор таңдаңыз.
mail-ask-mediator = Медиаторға хабарласып, қандай көмек керегін сұраңыз.

mail-assignment-subject = { $number } ісі: сіз медиатор болып тағайындалдыңыз
mail-assignment-heading = Сізге жаңа іс тапсырылды
mail-assignment-body = Сіз { $number } ісі бойынша медиатор болып тағайындалдыңыз.
mail-assignment-next = Кім өтініш бергенін көру және алғашқы кездесу туралы келісу үшін істі ашыңыз.
mail-assignment-silent = Хатта даудың өзі туралы ештеңе жазылмаған: тараптардың сенімін осылай сақтаймыз. Толық мәлімет жүйеге кіргеннен кейін көрінеді.
mail-assignment-cannot = Егер бұл істі ала алмасаңыз, кабинет басшысына хабарлауыңызды сұраймыз.

mail-unassignment-subject = { $number } ісі: басқа медиатор тағайындалды
mail-unassignment-heading = Іс басқа медиаторға берілді
mail-unassignment-body = { $number } ісін енді басқа медиатор жүргізеді. Бұл іс бойынша сізден енді ештеңе талап етілмейді, іске кіру рұқсатыңыз жабылды.
mail-unassignment-notes = Жеке жазбаларыңыз ешкімге берілген жоқ.
mail-unassignment-thanks = Еңбегіңізге рахмет.
mail-unassignment-subject-released = { $number } ісі: істі енді сіз жүргізбейсіз
mail-unassignment-heading-released = Бұл істі енді сіз жүргізбейсіз
mail-unassignment-body-released = { $number } ісін енді сіз жүргізбейсіз. Бұл іс бойынша сізден енді ештеңе талап етілмейді, іске кіру рұқсатыңыз жабылды.

mail-offer-subject = { $number } ісі: жауабыңызды күтеміз
mail-offer-heading = Бұл істі аласыз ба?
mail-offer-body = Сізге { $number } ісін жүргізу ұсынылды.
mail-offer-next = Істі ашып, тараптардың кім екенін көріңіз де, істі алатын-алмайтыныңызды сол жерде белгілеңіз. Істі ашып қарау оны алуға міндеттемейді.
mail-offer-late = Соңғы күні де жауап келмесе, іс басқа медиаторға ұсынылады.
mail-offer-decline = Егер ала алмасаңыз, еш қысылмай бас тартыңыз: тараптар бұл туралы білмейді.

mail-offer-withdrawn-subject = { $number } ісі: ұсыныс қайтарып алынды
mail-offer-withdrawn-heading = Ұсыныс қайтарып алынды
mail-offer-withdrawn-body = { $number } ісін алу туралы ұсыныс қайтарып алынды. Сізден енді ештеңе талап етілмейді.
mail-offer-withdrawn-thanks = Түсіністікпен қарағаныңызға рахмет.

mail-offer-expired-subject = { $number } ісі: жауап беру мерзімі өтті
mail-offer-expired-heading = Жауап беру мерзімі өтті
mail-offer-expired-heading-staff = Медиатор жауап бермеді
mail-offer-expired-body = { $number } ісі бойынша жауабыңыз мерзімінде келмеді, сондықтан ұсыныстың күші жойылды. Сізден енді ештеңе талап етілмейді.
mail-offer-expired-body-staff = { $number } ісі ұсынылған медиатор мерзімінде жауап бермеді.
mail-offer-expired-busy = Біраз уақыт іс ала алмайтын болсаңыз, бұл туралы кабинет басшысына айтып қойыңыз.

mail-offer-accepted-subject = { $number } ісі: медиатор істі алды
mail-offer-accepted-heading = Медиатор істі алды
mail-offer-accepted-body = Медиатор { $number } ісін жүргізуге келісті. Әзірге сізден ештеңе талап етілмейді.

mail-offer-declined-subject = { $number } ісі: медиатор істі алмады
mail-offer-declined-heading = Медиатор істі ала алмайды
mail-offer-declined-body = { $number } ісі ұсынылған медиатор оны ала алмайды.

mail-mediator-lost-subject = { $number } ісі: медиатор істі енді жүргізе алмайды
mail-mediator-lost-heading = Медиатор істі енді жүргізе алмайды
mail-mediator-lost-body = { $number } ісі тапсырылған немесе ұсынылған медиатор оны енді жүргізе алмайды.
mail-mediator-lost-term = Медиация мерзімі тоқтаған жоқ, бұрынғыдай жүріп жатыр.
mail-mediator-lost-left = Бұл істе енді басқа медиатор таңдалмайды. Істі ашып, кабинетке не қалғанын қараңыз.

mail-case-unattended-subject = { $number } ісі: әлі ешкім қолға алған жоқ
mail-case-unattended-heading = Жаңа іс күтіп тұр
mail-case-unattended-body = { $number } ісі тіркелді, бірақ оны әлі ешкім қолға алған жоқ. Адамдар жауап күтіп отыр.
mail-case-unattended-next = Істі ашып қарап, оны кім жүргізетінін шешіңіз.

mail-contract-late-subject = { $number } ісі: медиация туралы шарт әлі жоқ
mail-contract-late-heading = Медиация туралы шарт әлі жоқ
mail-contract-late-body = { $number } ісіне медиация туралы шарт әлі енгізілген жоқ.
mail-contract-late-next = Шартқа қол қойылған болса, оны іске енгізіңіз. Әлі қол қойылмаса, тараптармен кездесу туралы келісіңіз.
mail-contract-late-help = Бір қиындық болса, кабинет басшысына айтыңыз.

mail-term-ends-soon-subject = { $number } ісі: медиация мерзімі жақында аяқталады
mail-term-ends-soon-heading = Медиация мерзімі жақында аяқталады
mail-term-ends-soon-body = { $number } ісі бойынша медиация мерзімінің бітуіне аз қалды.
mail-term-ends-soon-agree = Тараптар келісімге келсе, оған соңғы күннен кешіктірмей қол қойылуы керек.
mail-term-ends-soon-extend = Уақыт жетпесе, істі ашып, мерзімді ұзартуға болатын-болмайтынын қараңыз. Ол үшін барлық тарап соңғы күннен кешіктірмей жазбаша өтініш беруі керек.

mail-term-is-over-subject = { $number } ісі: медиация мерзімі аяқталды
mail-term-is-over-heading = Медиация мерзімі аяқталды
mail-term-is-over-body = { $number } ісі бойынша медиация мерзімі аяқталды. Енді жаңа кездесу өткізуге болмайды.
mail-term-is-over-next = Келісімге мерзім ішінде қол қойылған болса, оны іске енгізіңіз.
mail-term-is-over-next-staff = Келісімге мерзім ішінде қол қойылған болса, медиатор оны іске әлі енгізе алады. Оған еске салыңыз.
mail-term-is-over-late = Енгізудің соңғы күні де келісім енгізілмесе, іс жабылады.

mail-term-extended-subject = { $number } ісі: медиация мерзімі ұзартылды
mail-term-extended-heading = Медиация мерзімі ұзартылды
mail-term-extended-body = { $number } ісі бойынша медиация мерзімі тараптардың өтінішімен ұзартылды. Сізден ештеңе талап етілмейді.

mail-case-lapsed-subject = { $number } ісі: мерзімі өтіп, жабылды
mail-case-lapsed-heading = Мерзімі өткендіктен іс жабылды
mail-case-lapsed-body = { $number } ісінің мерзімі өтті, сондықтан ол жабылды. Сізден енді ештеңе талап етілмейді.
mail-case-lapsed-thanks = Еңбегіңізге рахмет.

mail-follow-up-due-subject = { $number } ісі: келісім қалай орындалып жатыр?
mail-follow-up-due-heading = Келісім қалай орындалып жатыр?
mail-follow-up-due-body = { $number } ісі бойынша келісімнің орындалуын тексеретін уақыт келді.
mail-follow-up-due-next = Тараптарға хабарласып, жағдайды біліңіз де, жауабын іске енгізіңіз.

mail-court-pause-ends-subject = { $number } ісі: сот берген уақыт туралы
mail-court-pause-ends-heading = Сот берген уақыт аяқталып келеді
mail-court-pause-ends-body = Сот { $number } ісінің тараптарына медиацияға уақыт беріп, сот ісін тоқтата тұрған еді. Сол уақыт аяқталып келеді немесе аяқталды.
mail-court-pause-ends-next = Бұл мерзімді сот белгілейді: нақты соңғы күні сот ұйғарымында жазылған. Тараптарға осыны ескертіп қойыңыз.

mail-workflow-note-subject = { $number } ісі: хабарлама
mail-workflow-note-heading = Іс бойынша хабарлама

mail-memorandum-signed-subject = { $memorandum } меморандумына қол қойылды
mail-memorandum-signed-heading = Ынтымақтастық туралы меморандумға қол қойылды
mail-memorandum-signed-body = Сіздің ұйымыңыз бен медиация кабинеттері желісі арасындағы ынтымақтастық туралы { $memorandum } меморандумына қол қойылды. Сеніміңізге рахмет.
mail-memorandum-signed-body-staff = Серіктес ұйыммен ынтымақтастық туралы { $memorandum } меморандумына қол қойылды.
mail-memorandum-signed-events = Енді сіз бізге жолдайтын істер туралы мынаны хабарлап отырамыз:
mail-memorandum-signed-events-staff = Серіктестің расталған байланыс тұлғалары өздері жолдаған істер туралы мынадай хабарлар алады:
mail-memorandum-signed-numbers = Бұл меморандум бойынша сіз қанша іс жолдағаныңызды және олардың немен аяқталғанын ғана көресіз. Жекелеген істер туралы хат жазбаймыз.
mail-memorandum-signed-numbers-staff = Бұл меморандум бойынша серіктес тек сандарды көреді. Жекелеген істер туралы хабар жіберілмейді.

mail-event-received = жолдама алынды
mail-event-assigned = медиатор тағайындалды
mail-event-started = медиация басталды
mail-event-ended = жұмыс аяқталды

mail-memorandum-terminated-subject = { $memorandum } меморандумы тоқтатылды
mail-memorandum-terminated-heading = Меморандумның қолданылуы тоқтатылды
mail-memorandum-terminated-body = Ынтымақтастық туралы { $memorandum } меморандумы енді қолданылмайды. Осы күннен бастап сіз жолдаған істер туралы хабар жібермейміз.
mail-memorandum-terminated-body-staff = Ынтымақтастық туралы { $memorandum } меморандумы енді қолданылмайды. Осы күннен бастап серіктес істер туралы хабар алмайды.
mail-memorandum-terminated-cases = Бұл істердің өзіне әсер етпейді: медиация жалғаса береді.
mail-memorandum-terminated-thanks = Бірлескен жұмысыңызға рахмет.

mail-case-received-subject = { $reference } жолдамасы: алынды
mail-case-received-heading = Жолдамаңыз алынды
mail-case-received-body = { $reference } жолдамаңызды алдық. Әзірге сізден ештеңе талап етілмейді.

mail-case-assigned-subject = { $reference } жолдамасы: медиатор тағайындалды
mail-case-assigned-heading = Медиатор тағайындалды
mail-case-assigned-body = { $reference } жолдамаңыз бойынша медиатор тағайындалды.

mail-case-started-subject = { $reference } жолдамасы: медиация басталды
mail-case-started-heading = Медиация басталды
mail-case-started-body = { $reference } жолдамаңыз бойынша медиация басталды.

mail-case-ended-subject = { $reference } жолдамасы: жұмыс аяқталды
mail-case-ended-heading = Жолдамаңыз бойынша жұмыс аяқталды
mail-case-ended-body = { $reference } жолдамаңыз бойынша жұмыс аяқталды.
mail-case-ended-thanks = Жолдамаңызға рахмет.

mail-outcome-settlement = тараптар келісімге келді
mail-outcome-no-settlement = келісімге қол жеткізілмеді
mail-outcome-not-suitable = өтініш медиацияға жатпайды

mail-test-subject = Kelisim сынақ хаты
mail-test-heading = Пошта жұмыс істейді
mail-test-body = Осы хатты оқып тұрсаңыз, Kelisim хат жібере алады.

mail-probe-sent = Хат жіберілді: пошта сервері оны қабылдады.
mail-probe-stored = Хат хаттар қалтасына жазылды.
mail-probe-store = Хатты жазу мүмкін болмады. Хаттар қалтасының бар екенін, жазуға рұқсат барын және дискіде орын барын тексеріңіз.
mail-probe-connect = Пошта серверіне қосылу мүмкін болмады. mail.smtp_url ішіндегі атау мен портты және желілік экранды тексеріңіз.
mail-probe-banner = Пошта сервері жауап бермеді. Портты тексеріңіз: әдетте smtps үшін 465, smtp+starttls үшін 587.
mail-probe-ehlo = Пошта сервері сәлемімізді қабылдамады. Бұл құрылғыға оны пайдалануға рұқсат бар-жоғын сервер әкімшісінен сұраңыз.
mail-probe-tls = Қорғалған байланыс орнамады. Сервердің сертификаты мен атауын тексеріңіз немесе mail.smtp_root_certificate параметрін беріңіз. Ашық түрде ештеңе жіберілген жоқ.
mail-probe-auth = Пошта сервері пайдаланушы аты мен құпиясөзді қабылдамады. Оларды mail.smtp_url ішінен тексеріңіз.
mail-probe-mail = Пошта сервері жіберушіні қабылдамады. mail.from параметрін тексеріңіз.
mail-probe-rcpt = Пошта сервері алушыны қабылдамады. Мекенжайды тексеріңіз.
mail-probe-data = Пошта сервері хаттың мәтінін қабылдағысы келмеді.
mail-probe-body = Хат жіберіліп жатқанда байланыс үзілді.
mail-probe-after-dot = Хат толық жіберілді, бірақ пошта сервері оны растамады. Қайталамас бұрын хаттың жеткен-жетпегенін тексеріңіз.

mail-fact-documents-until = Құжаттардың жарамды мерзімі
mail-memorandum-expiring-subject = { $memorandum } меморандумының мерзімі жақында бітеді
mail-memorandum-expiring-heading = Ынтымақтастық туралы меморандумның мерзімі жақында бітеді
mail-memorandum-expiring-body = Ынтымақтастық туралы { $memorandum } меморандумы төменде көрсетілген күнге дейін қолданылады. Оны ұзартқыңыз келсе, желі үйлестірушісіне хабарласыңыз.
mail-memorandum-expiring-body-staff = Серіктес ұйыммен ынтымақтастық туралы { $memorandum } меморандумы төменде көрсетілген күнге дейін қолданылады. Ұзарту керек болса, қазір бастаған жөн.
mail-memorandum-expired-subject = { $memorandum } меморандумының соңғы күні
mail-memorandum-expired-heading = Ынтымақтастық туралы меморандумның мерзімі аяқталады
mail-memorandum-expired-body = Ынтымақтастық туралы { $memorandum } меморандумының соңғы күні төменде көрсетілген. Одан кейін сіз жолдаған істер туралы хабар жібермейміз; медиация жалғаса береді.
mail-memorandum-expired-body-staff = Серіктес ұйыммен ынтымақтастық туралы { $memorandum } меморандумының соңғы күні төменде көрсетілген. Одан кейін серіктес істер туралы хабар алмайды.
mail-documents-expiring-subject = Медиатор құжаттарының мерзімі жақында бітеді
mail-documents-expiring-heading = Медиатор құжаттарының мерзімі жақында бітеді
mail-documents-expiring-body = Төменде көрсетілген күннен кейін, тізілімге жаңа құжаттар енгізілмейінше, бұл медиаторға іс ұсынуға болмайды.

mail-fact-account-name = Тіркелгі иесі
mail-account-hour = Сілтеме бір рет және бір сағат бойы жұмыс істейді. Бетті ашқаннан ештеңе өзгермейді.
mail-account-invitation-subject = Kelisim жүйесіндегі тіркелгіңіз
mail-account-invitation-heading = Қош келдіңіз
mail-account-invitation-body = Сізге тіркелгі ашылды. Бетті ашып, құпиясөз таңдаңыз; содан кейін осы пошта мекенжайымен кіре аласыз.
mail-account-invitation-button = Құпиясөз таңдау
mail-account-invitation-closing = Бір сағат өтіп кетсе, әкімшіден жаңа хат сұраңыз. Бұл не екенін білмесеңіз, ештеңе істеудің қажеті жоқ.
mail-password-reset-subject = Kelisim үшін жаңа құпиясөз
mail-password-reset-heading = Жаңа құпиясөз таңдаңыз
mail-password-reset-body = Біреу тіркелгіңіз үшін жаңа құпиясөз сұрады. Ол сіз болсаңыз, бетті ашып, құпиясөз таңдаңыз.
mail-password-reset-button = Жаңа құпиясөз таңдау
mail-password-reset-closing = Ол сіз болмасаңыз, ештеңе істеудің қажеті жоқ: құпиясөзіңіз өзгермейді.
