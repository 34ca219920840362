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

mail-language-kk = қазақ тілі
mail-language-ru = орыс тілі
mail-language-en = ағылшын тілі

mail-open-case = Істі ашу

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
