# Письма, которые отправляет Kelisim. Простые слова: многим читателям за семьдесят.

mail-network = Kelisim · { $network }
mail-hello = Здравствуйте!
mail-automatic = Это письмо отправлено системой Kelisim автоматически.
mail-reply = На него можно просто ответить.
mail-confidential = Мы никогда не сообщаем, кто стороны, о чём спор и о чём они договорились: медиация конфиденциальна.
mail-under-memorandum = Вы получаете это письмо по меморандуму { $memorandum }.

mail-fact-case = Дело
mail-fact-office = Кабинет медиации
mail-fact-case-language = Язык дела
mail-fact-appointed = Дата назначения
mail-fact-handed-over = Дата передачи
mail-fact-memorandum = Меморандум
mail-fact-partner = Организация-партнёр
mail-fact-from = Действует с
mail-fact-until = Действует по
mail-fact-open-ended = бессрочно
mail-fact-terminated = Дата прекращения
mail-fact-referral = Направление
mail-fact-date = Дата
mail-fact-mediator = Медиатор
mail-fact-outcome = Итог
mail-fact-answer-by = Последний день для ответа
mail-fact-term-end = Последний день срока медиации
mail-fact-term-end-new = Новый последний день срока
mail-fact-entry-by = Последний день, чтобы внести соглашение
mail-fact-filed = Дата регистрации
mail-fact-closed = Дата закрытия
mail-fact-signed = Дата подписания соглашения
mail-fact-ruled = Дата определения суда

mail-language-kk = казахский
mail-language-ru = русский
mail-language-en = английский

mail-open-case = Открыть дело
mail-open-and-answer = Открыть и ответить
mail-case-waits = Дело остаётся без медиатора. Откройте его и выберите медиатора.
mail-ask-mediator = Свяжитесь с медиатором и спросите, какая помощь нужна.

mail-assignment-subject = Дело { $number }: вы назначены медиатором
mail-assignment-heading = Вам назначено новое дело
mail-assignment-body = Вы назначены медиатором по делу { $number }.
mail-assignment-next = Откройте дело, чтобы узнать, кто обратился, и договориться о первой встрече.
mail-assignment-silent = В письме нет ни слова о самом споре: так мы бережём доверие сторон. Подробности видны после входа в систему.
mail-assignment-cannot = Если вы не можете взять это дело, сообщите, пожалуйста, руководителю кабинета.

mail-unassignment-subject = Дело { $number }: назначен другой медиатор
mail-unassignment-heading = Дело передано другому медиатору
mail-unassignment-body = Дело { $number } теперь ведёт другой медиатор. От вас по нему больше ничего не требуется, ваш доступ к делу закрыт.
mail-unassignment-notes = Ваши личные заметки никому не переданы.
mail-unassignment-thanks = Спасибо за вашу работу.
mail-unassignment-subject-released = Дело { $number }: вы больше не ведёте это дело
mail-unassignment-heading-released = Вы больше не ведёте это дело
mail-unassignment-body-released = Вы больше не ведёте дело { $number }. От вас по нему больше ничего не требуется, ваш доступ к делу закрыт.

mail-offer-subject = Дело { $number }: ждём вашего ответа
mail-offer-heading = Возьмёте ли вы это дело?
mail-offer-body = Вам предлагают провести медиацию по делу { $number }.
mail-offer-next = Откройте дело, посмотрите, кто стороны, и отметьте там, берёте вы его или нет. Открыть дело ещё не значит его взять.
mail-offer-late = Если и в последний день ответа не будет, дело предложат другому медиатору.
mail-offer-decline = Если взять дело не получается, спокойно откажитесь: стороны об этом не узнают.

mail-offer-withdrawn-subject = Дело { $number }: предложение отозвано
mail-offer-withdrawn-heading = Предложение отозвано
mail-offer-withdrawn-body = Предложение взять дело { $number } отозвано. От вас больше ничего не требуется.
mail-offer-withdrawn-thanks = Спасибо за понимание.

mail-offer-expired-subject = Дело { $number }: время для ответа вышло
mail-offer-expired-heading = Время для ответа вышло
mail-offer-expired-heading-staff = Медиатор не ответил
mail-offer-expired-body = Мы не получили вашего ответа по делу { $number } в срок, поэтому предложение больше не действует. От вас больше ничего не требуется.
mail-offer-expired-body-staff = Медиатор, которому предложили дело { $number }, не ответил в срок.
mail-offer-expired-busy = Если какое-то время вы не можете брать дела, скажите об этом руководителю кабинета.

mail-offer-accepted-subject = Дело { $number }: медиатор взял дело
mail-offer-accepted-heading = Медиатор взял дело
mail-offer-accepted-body = Медиатор согласился вести дело { $number }. От вас пока ничего не требуется.

mail-offer-declined-subject = Дело { $number }: медиатор не взял дело
mail-offer-declined-heading = Медиатор не может взять дело
mail-offer-declined-body = Медиатор, которому предложили дело { $number }, не может его взять.

mail-mediator-lost-subject = Дело { $number }: медиатор больше не может его вести
mail-mediator-lost-heading = Медиатор больше не может вести дело
mail-mediator-lost-body = Медиатор, которому поручили или предложили дело { $number }, больше не может его вести.
mail-mediator-lost-term = Срок медиации не остановился, он идёт как прежде.
mail-mediator-lost-left = Другого медиатора по этому делу уже не выбирают. Откройте дело и посмотрите, что осталось кабинету.

mail-case-unattended-subject = Дело { $number }: им ещё никто не занялся
mail-case-unattended-heading = Новое дело ждёт
mail-case-unattended-body = Дело { $number } зарегистрировано, но им ещё никто не занялся. Люди ждут ответа.
mail-case-unattended-next = Откройте дело и решите, кто им займётся.

mail-contract-late-subject = Дело { $number }: договора о медиации ещё нет
mail-contract-late-heading = Договора о медиации ещё нет
mail-contract-late-body = В дело { $number } ещё не внесён договор о медиации.
mail-contract-late-next = Если договор подписан, внесите его в дело. Если ещё нет, договоритесь со сторонами о встрече.
mail-contract-late-help = Если что-то мешает, скажите руководителю кабинета.

mail-term-ends-soon-subject = Дело { $number }: срок медиации скоро закончится
mail-term-ends-soon-heading = Срок медиации скоро закончится
mail-term-ends-soon-body = По делу { $number } до конца срока медиации осталось немного.
mail-term-ends-soon-agree = Если стороны договорятся, соглашение нужно подписать не позже последнего дня.
mail-term-ends-soon-extend = Если времени не хватает, посмотрите в деле, можно ли продлить срок. Для этого все стороны должны попросить об этом письменно не позже последнего дня.

mail-term-is-over-subject = Дело { $number }: срок медиации закончился
mail-term-is-over-heading = Срок медиации закончился
mail-term-is-over-body = По делу { $number } закончился срок медиации. Новых встреч проводить уже нельзя.
mail-term-is-over-next = Если соглашение подписано в срок, внесите его в дело.
mail-term-is-over-next-staff = Если соглашение подписано в срок, медиатор ещё может внести его в дело. Напомните ему об этом.
mail-term-is-over-late = Если соглашение не будет внесено и в последний день, дело закроется.

mail-term-extended-subject = Дело { $number }: срок медиации продлён
mail-term-extended-heading = Срок медиации продлён
mail-term-extended-body = По делу { $number } срок медиации продлён по просьбе сторон. От вас ничего не требуется.

mail-case-lapsed-subject = Дело { $number }: срок истёк, дело закрыто
mail-case-lapsed-heading = Дело закрыто: срок истёк
mail-case-lapsed-body = Срок по делу { $number } истёк, поэтому оно закрыто. От вас больше ничего не требуется.
mail-case-lapsed-thanks = Спасибо за вашу работу.

mail-follow-up-due-subject = Дело { $number }: как исполняется соглашение?
mail-follow-up-due-heading = Как исполняется соглашение?
mail-follow-up-due-body = По делу { $number } пришло время узнать, как исполняется соглашение.
mail-follow-up-due-next = Свяжитесь со сторонами, спросите, как обстоят дела, и внесите ответ в дело.

mail-court-pause-ends-subject = Дело { $number }: о времени, данном судом
mail-court-pause-ends-heading = Время, данное судом, заканчивается
mail-court-pause-ends-body = Суд приостановил производство, чтобы у сторон по делу { $number } было время на медиацию. Это время заканчивается или уже закончилось.
mail-court-pause-ends-next = Этот срок назначает суд: точный последний день указан в определении суда. Предупредите об этом стороны.

mail-workflow-note-subject = Дело { $number }: сообщение
mail-workflow-note-heading = Сообщение по делу

mail-memorandum-signed-subject = Меморандум { $memorandum } подписан
mail-memorandum-signed-heading = Меморандум о сотрудничестве подписан
mail-memorandum-signed-body = Меморандум о сотрудничестве { $memorandum } между вашей организацией и сетью кабинетов медиации подписан. Спасибо за доверие.
mail-memorandum-signed-body-staff = Меморандум о сотрудничестве { $memorandum } с организацией-партнёром подписан.
mail-memorandum-signed-events = Теперь мы будем писать вам о делах, которые вы нам направите:
mail-memorandum-signed-events-staff = Подтверждённые контакты партнёра будут получать такие сообщения о направленных им делах:
mail-memorandum-signed-numbers = По этому меморандуму вы видите только, сколько дел вы направили и чем они закончились. Об отдельных делах мы не пишем.
mail-memorandum-signed-numbers-staff = По этому меморандуму партнёр видит только числа. Сообщения об отдельных делах не отправляются.

mail-event-received = направление получено
mail-event-assigned = назначен медиатор
mail-event-started = медиация началась
mail-event-ended = работа завершена

mail-memorandum-terminated-subject = Меморандум { $memorandum } прекращён
mail-memorandum-terminated-heading = Действие меморандума прекращено
mail-memorandum-terminated-body = Меморандум о сотрудничестве { $memorandum } больше не действует. С этого дня мы не присылаем сообщений о направленных вами делах.
mail-memorandum-terminated-body-staff = Меморандум о сотрудничестве { $memorandum } больше не действует. С этого дня партнёр не получает сообщений о делах.
mail-memorandum-terminated-cases = На сами дела это не влияет: медиация продолжается.
mail-memorandum-terminated-thanks = Спасибо за совместную работу.

mail-case-received-subject = Направление { $reference }: получено
mail-case-received-heading = Ваше направление получено
mail-case-received-body = Мы получили ваше направление { $reference }. От вас пока ничего не требуется.

mail-case-assigned-subject = Направление { $reference }: назначен медиатор
mail-case-assigned-heading = Назначен медиатор
mail-case-assigned-body = По вашему направлению { $reference } назначен медиатор.

mail-case-started-subject = Направление { $reference }: медиация началась
mail-case-started-heading = Медиация началась
mail-case-started-body = По вашему направлению { $reference } началась медиация.

mail-case-ended-subject = Направление { $reference }: работа завершена
mail-case-ended-heading = Работа по вашему направлению завершена
mail-case-ended-body = Работа по вашему направлению { $reference } завершена.
mail-case-ended-thanks = Спасибо за направление.

mail-outcome-settlement = стороны пришли к соглашению
mail-outcome-no-settlement = соглашение не достигнуто
mail-outcome-not-suitable = обращение не подходит для медиации

mail-test-subject = Проверочное письмо Kelisim
mail-test-heading = Почта работает
mail-test-body = Если вы читаете это письмо, Kelisim может отправлять почту.

mail-probe-sent = Письмо отправлено: почтовый сервер его принял.
mail-probe-stored = Письмо записано в папку для писем.
mail-probe-store = Не удалось записать письмо. Проверьте, что папка для писем существует, доступна для записи и на диске есть место.
mail-probe-connect = Почтовый сервер недоступен. Проверьте имя и порт в mail.smtp_url и настройки сетевого экрана.
mail-probe-banner = Почтовый сервер не поздоровался. Проверьте порт: у smtps обычно 465, у smtp+starttls 587.
mail-probe-ehlo = Почтовый сервер не принял наше приветствие. Спросите администратора сервера, может ли эта машина им пользоваться.
mail-probe-tls = Не удалось установить защищённое соединение. Проверьте сертификат и имя сервера или задайте mail.smtp_root_certificate. В открытом виде ничего не отправлено.
mail-probe-auth = Почтовый сервер не принял имя пользователя или пароль. Проверьте их в mail.smtp_url.
mail-probe-mail = Почтовый сервер не принял отправителя. Проверьте mail.from.
mail-probe-rcpt = Почтовый сервер не принял получателя. Проверьте адрес.
mail-probe-data = Почтовый сервер не захотел принять текст письма.
mail-probe-body = Связь прервалась, пока письмо отправлялось.
mail-probe-after-dot = Письмо отправлено целиком, но почтовый сервер этого не подтвердил. Прежде чем повторить, проверьте, не пришло ли оно.

mail-fact-documents-until = Документы действительны по
mail-memorandum-expiring-subject = Срок меморандума { $memorandum } скоро истекает
mail-memorandum-expiring-heading = Срок меморандума о сотрудничестве скоро истекает
mail-memorandum-expiring-body = Меморандум о сотрудничестве { $memorandum } действует по указанный ниже день. Если вы хотите его продлить, свяжитесь с координатором сети.
mail-memorandum-expiring-body-staff = Меморандум о сотрудничестве { $memorandum } с организацией-партнёром действует по указанный ниже день. Если его нужно продлить, пора начинать.
mail-memorandum-expired-subject = Меморандум { $memorandum }: последний день
mail-memorandum-expired-heading = Меморандум о сотрудничестве заканчивается
mail-memorandum-expired-body = Последний день действия меморандума о сотрудничестве { $memorandum } указан ниже. После него мы не присылаем сообщений о направленных вами делах; сама медиация продолжается.
mail-memorandum-expired-body-staff = Последний день действия меморандума о сотрудничестве { $memorandum } с организацией-партнёром указан ниже. После него партнёр не получает сообщений о делах.
mail-documents-expiring-subject = Срок документов медиатора скоро истекает
mail-documents-expiring-heading = Срок документов медиатора скоро истекает
mail-documents-expiring-body = После указанного ниже дня этому медиатору нельзя предлагать дела, пока в реестр не внесены новые документы.

mail-fact-account-name = Учётная запись
mail-account-hour = Ссылка действует один раз и в течение одного часа. Открыв страницу, вы ничего не меняете.
mail-account-invitation-subject = Ваша учётная запись в Kelisim
mail-account-invitation-heading = Добро пожаловать
mail-account-invitation-body = Для вас создана учётная запись. Откройте страницу и придумайте пароль; после этого вы сможете входить с этим адресом почты.
mail-account-invitation-button = Придумать пароль
mail-account-invitation-closing = Если час прошёл, попросите у администратора новое письмо. Если вы не знаете, о чём речь, делать ничего не нужно.
mail-password-reset-subject = Новый пароль для Kelisim
mail-password-reset-heading = Придумайте новый пароль
mail-password-reset-body = Кто-то попросил новый пароль для вашей учётной записи. Если это были вы, откройте страницу и придумайте его.
mail-password-reset-button = Придумать новый пароль
mail-password-reset-closing = Если это были не вы, делать ничего не нужно: пароль останется прежним.
