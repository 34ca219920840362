# Pages of cases.

page-act-title = Сделать шаг
page-agreement = О чём договорились { $day }
page-amount = Сумма спора
page-article = Закон, статья { $article }
page-back-cases = Ко всем делам
page-boxes-hint = Отметьте всё, что есть.
page-by-itself = само собой
page-candidates-find = Найти медиатора другого кабинета: имя
page-candidates-none = Сегодня ни один медиатор этого кабинета не может взять дело. Обратитесь к координатору.
page-candidates-unfit = Кто не может взять дело и почему
page-case-named = Дело { $number }
page-case-title = Дело
page-cases-none = Дел не найдено.
page-change = Изменить
page-change-armed = { $timer }: последний день – { $day }.
page-change-asked = Дело предлагается медиатору: { $name }.
page-change-cancelled = Больше не ожидается: { $timer }.
page-change-ground = Основание – «{ $ground }», день – { $day }.
page-change-mediator = Дело теперь ведёт { $name }.
page-change-moves = Дело переходит из «{ $from }» в «{ $to }».
page-change-released = Медиатор больше не ведёт это дело.
page-change-stays = Дело остаётся на шаге «{ $step }».
page-changes = Что изменится
page-check-answers = Проверьте ответы
page-chip-away = убрать этот отбор
page-chip-from = с { $day }
page-chip-to = по { $day }
page-chips = Действующие отборы
page-confidential = Конфиденциально: это читают только те, кто ведёт дело.
page-content = О чём дело
page-court-administrative = административное дело
page-court-criminal = уголовное дело
page-court-enforcement = исполнение решения суда
page-court-in-court = в суде
page-court-pre-court = до суда
page-cut = Открытых дел очень много. Здесь те, чей срок ближе всего, новые и самые старые. Сузьте список отбором.
page-date-counted = Считается от { $day }, это день 0: { $length }.
page-date-how = Как посчитан этот день
page-date-law = Установлено законом, статья { $article } (правовой профиль, версия { $version }).
page-date-moved = Последний день перенесён с выходных: { $days }.
page-date-open = неизвестен, пока срок приостановлен
page-date-own = Этот срок установила сама сеть.
page-date-profile = Установлено правовым профилем, версия { $version }.
page-date-skipped = Выходные, которые не считались: { $days }.
page-dates = Сроки
page-day = День
page-declared-disclosed = Есть связь, о которой стороны должны знать
page-declared-must-refuse = Есть связь, при которой мне нельзя вести медиацию
page-declared-none = Связи со сторонами у меня нет
page-elsewhere = Возможно на другом шаге дела
page-erased = Это дело удалено по закону. Прочитать его содержание больше не может никто.
page-exclusion-code = Почему медиация невозможна
page-fact-asked = Предложено медиатору
page-fact-category = Вид спора
page-fact-closed = Закрыто
page-fact-contract = Договор заключён
page-fact-court = Суд
page-fact-district = Район
page-fact-filed = Зарегистрировано
page-fact-ground = Основание и его день
page-fact-handed-up = Открыто координатору с
page-fact-language = Язык дела
page-fact-mediator = Медиатор
page-fact-missing = Ещё не хватает
page-fact-next = Ближайший срок
page-fact-number = Дело
page-fact-office = Кабинет
page-fact-screened = Вопросы об исключениях
page-fact-signed = Соглашение подписано
page-fact-source = Откуда пришло
page-fact-stage = Стадия
page-fact-standing = Чей ход
page-fact-step = Шаг
page-facts = О деле
page-filed-from = Зарегистрировано начиная с
page-filed-on = зарегистрировано { $day }
page-filed-to = Зарегистрировано не позже
page-filters = Отбор
page-find = Найти дело
page-find-hint = По номеру или по имени медиатора
page-go-on = Продолжить
page-help-call = Нужна помощь? Позвоните в свой кабинет:
page-home-asked = Ждут моего ответа
page-home-calm = Сегодня ничего срочного нет.
page-home-cases = Мои дела
page-home-help = Помощь
page-home-partner = О ваших направлениях вам сообщают письмами.
page-home-registrar = Вы ведёте реестр медиаторов. Его страниц пока нет; программы ведут его через интерфейс.
page-home-today = Нужны вы сегодня
page-home-vacant = Пока без медиатора
page-languages = Языки
page-leave = Назад к делу, ничего не меняя
page-letter-attempting = отправляется
page-letter-cancelled = не отправлено: больше не нужно
page-letter-failed = отправить не удалось
page-letter-held = задержано
page-letter-partner = партнёру
page-letter-sent = отправлено
page-letter-staff = сотруднику
page-letter-uncertain = возможно, отправлено
page-letter-waiting = ждёт отправки
page-letters = Отправленные письма
page-letters-none = Писем пока нет.
page-lift = Изменить это может: { $who }.
page-lift-nobody = Изменить это не может никто.
page-load = Открытых дел: { $open } из { $most }.
page-lost = Что вы ввели
page-meanwhile = Дело за это время изменилось
page-meanwhile-about = Ваше не сохранено, чужое не затёрто. Посмотрите, что сделано, и решите.
page-mediator-none = без медиатора
page-menu = Меню
page-missing-annex = приложение к договору с именем этого медиатора
page-missing-waiver = письменное согласие сторон с названной связью
page-month = Месяц
page-more = Ещё
page-next-none = сроков нет
page-no = Нет
page-not-now = Сейчас это невозможно
page-now = Что можно сделать сейчас
page-now-closed = Дело закрыто.
page-now-nothing = Сейчас от вас ничего не требуется.
page-number-hint = Номер дела, например ORL-03/2026-0017
page-off-holiday = праздник
page-off-moved-day-off = перенесённый выходной
page-off-weekend = выходной
page-office-hint = Коды, например ORL-01, ORL-02
page-optional = (можно не заполнять)
page-other-day = Другой день:
page-party-organisation = организация
page-party-person = человек
page-past = Что было
page-past-by-timer = Срок истёк: { $timer }.
page-past-corrected = Сведения исправлены
page-past-earlier = Показать и более раннее
page-past-ground = Основание: { $ground }.
page-past-ground-corrected = Основание исправлено
page-past-handed-up = Открыто координатору
page-past-mediator = Медиатор: { $name }.
page-past-migrated = Порядок движения дела: версия { $from } сменилась на { $to }
page-past-step = Шаг: { $step }.
page-past-taken-back = Снова закрыто для координатора
page-past-timer = Срок истёк: { $timer }
page-past-timers-moved = Сроки пересчитаны
page-people-of-case = Люди
page-quoted = «{ $text }»
page-screened-excluded = отвечено; один ответ исключает медиацию
page-screened-nobody = пока никто не ответил
page-screened-passed = отвечено; препятствий нет
page-search-hint = Целые слова в любом написании. Находятся только дела, стороны которых вам видны.
page-search-name = Имя стороны
page-search-title = Найти по имени стороны
page-side = Сторона { $side }
page-sort-act = Сначала срочное
page-sort-newest = Новые
page-sort-number = По номеру
page-sort-oldest = Старые
page-sorts = Порядок
page-standing-act = Ваш ход
page-standing-done = Завершено
page-standing-late = Просрочено
page-standing-waiting = Ожидание
page-stored = За это время сохранено: { $value }
page-story = Что произошло
page-tenge = { $amount } тенге
page-term = Срок медиации
page-today = Сегодня
page-told = Кому сообщат
page-told-about = Каждый получит отдельное письмо. В нём нет ни сторон, ни предмета спора.
page-told-coordinator = Координатор
page-told-head = Руководитель кабинета
page-told-letter = Что написано в письме
page-told-mediator = Медиатор { $name }
page-told-nobody = Писем никому не отправят.
page-told-partner = Партнёр { $code }, если разрешает его меморандум
page-waits-for = Ждёт: { $who }.
page-way = Путь дела
page-way-alt = Порядок движения дела на рисунке. Дело стоит на шаге «{ $step }»; его путь описан ниже.
page-way-cases = Дела
page-way-home = Главная
page-way-show = Показать порядок работы картинкой
page-way-whole = Открыть рисунок отдельно
page-why-not = Что сейчас невозможно и почему?
page-wrong-title = Ошибка
page-year = Год
page-yes = Да
page-yesterday = Вчера
page-date-extended = { $count ->
    [one] Продлено на { $count } день: последним днём было { $was }, стороны согласились на { $until }.
    [few] Продлено на { $count } дня: последним днём было { $was }, стороны согласились на { $until }.
   *[other] Продлено на { $count } дней: последним днём было { $was }, стороны согласились на { $until }.
}
page-date-paused = { $count ->
    [one] Прибавлен { $count } день перерыва.
    [few] Прибавлено { $count } дня перерыва.
   *[other] Прибавлено { $count } дней перерыва.
}
page-home-more = { $count ->
    [one] И ещё { $count } дело
    [few] И ещё { $count } дела
   *[other] И ещё { $count } дел
}
page-home-open = { $count ->
    [one] Вам видно { $count } открытое дело.
    [few] Вам видно { $count } открытых дела.
   *[other] Вам видно { $count } открытых дел.
}
page-length-calendar-days = { $count ->
    [one] { $count } календарный день
    [few] { $count } календарных дня
   *[other] { $count } календарных дней
}
page-length-working-days = { $count ->
    [one] { $count } рабочий день
    [few] { $count } рабочих дня
   *[other] { $count } рабочих дней
}
page-length-hours = { $count ->
    [one] { $count } час
    [few] { $count } часа
   *[other] { $count } часов
}
page-days-left = { $count ->
    [0] сегодня
    [one] остался { $count } день
    [few] осталось { $count } дня
   *[other] осталось { $count } дней
}
page-days-over = { $count ->
    [one] просрочено на { $count } день
    [few] просрочено на { $count } дня
   *[other] просрочено на { $count } дней
}
