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

mail-language-kk = казахский
mail-language-ru = русский
mail-language-en = английский

mail-open-case = Открыть дело

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
