# What the first page tells a partner of its memorandum, and the registrar of the register.

page-agreed = { $number } меморандумы
page-agreed-count-only = тек сіз жіберген істердің саны мен нәтижесі
page-agreed-ended = Тоқтатылған күні
page-agreed-events = Желі сіз жіберген істердің мына қадамдары туралы жазады:
page-agreed-from = Басталған күні
page-agreed-level = Сізге не айтылады
page-agreed-open = мерзімі шектелмеген
page-agreed-procedural = істің қадамдары, күндері және нәтижесі
page-agreed-procedural-with-ref = істің қадамдары, күндері, нәтижесі және өзіңіздің нөміріңіз
page-agreed-status-draft = дайындалуда
page-agreed-status-expired = мерзімі бітті
page-agreed-status-expiring = күшінде, жақында бітеді
page-agreed-status-in-force = күшінде
page-agreed-status-signed = қол қойылған, әлі күшіне енген жоқ
page-agreed-status-terminated = мерзімінен бұрын тоқтатылған
page-agreed-until = Соңғы күні
page-mediators = Медиаторлар тізілімі
page-mediators-active = іс ала алады
page-mediators-candidate = енгізілген, әлі сайланбаған не аттестатталмаған
page-mediators-removed = шығарылған
page-mediators-suspended = тоқтатыла тұрған
