# Что изменилось между двумя версиями, почему дело остаётся на своей версии и что мешает публикации.

change-title = У «{ $what }» другое название.
change-statutory = Отныне в нём должны стоять условия закона.
change-not-statutory = Условия закона больше не обязательны.
change-ground-added = Можно применять основание «{ $what }».
change-ground-removed = Основание «{ $what }» больше не применяется.
change-step-added = Новый шаг «{ $what }».
change-step-removed = Шага «{ $what }» больше нет: делам, которые там стоят, нужен другой.
change-step-stage = Шаг «{ $what }» относится к этапу «{ $is }», а не к «{ $was }».
change-step-class = Класс шага «{ $what }»: был { $was }, стал { $is }.
change-action-added = Новое действие «{ $what }»; начинается с: { $was }.
change-action-removed = Действия «{ $what }» больше нет; оно начиналось с: { $was }.
change-action-changed = Действие «{ $what }», { $part }: было { $was }, стало { $is }.
change-field-added = Действие «{ $what }» спрашивает «{ $is }».
change-field-removed = Действие «{ $what }» больше не спрашивает «{ $is }».
change-field-changed = Действие «{ $what }» спрашивает «{ $is }» по-другому.
change-timer-added = Новый срок «{ $what }».
change-timer-removed = Срока «{ $what }» больше нет.
change-timer-changed = Срок «{ $what }», { $part }: было { $was }, стало { $is }.
change-notice-added = При { $was } сообщение «{ $what }» получает { $is }.
change-notice-removed = При { $was } сообщение «{ $what }» больше не получает { $is }.
change-profile-version = С { $is } действует версия { $what } профиля.
change-day-named = { $what }: { $is }.

day-holiday = праздник
day-moved-day-off = перенесённый выходной
day-moved-working-day = рабочий день в выходной

part-from = начинается с
part-to = ведёт к
part-who = кто может
part-guards = условия
part-effects = что делает
part-at = идёт на шагах
part-starts = считается от
part-runs = длится
part-pauses = стоит вместе со сроком медиации
part-fires = совершает действие
part-check = напоминает о проверке
part-tells = сообщает
part-nothing = ничего

needed-mediator = медиатор
needed-offer = спрошенный медиатор
needed-screening = ответы на вопросы об исключениях
needed-contract = договор
needed-agreement = соглашение
needed-ground = основание

stays-closed = Дело закрыто.
stays-other-workflow = Дело идёт по порядку «{ $about }».
stays-no-target = В карте нет места для шага «{ $step }».
stays-other-stage = Шаг «{ $step }» перешёл бы на этап «{ $about }»; этап меняют люди своими действиями, а не карта.
stays-lacks = У каждого дела на шаге «{ $step }» есть { $about }, а у этого нет.
stays-ground-gone = Новая версия не знает основания этого дела, «{ $about }».
stays-offer-open = Медиатор спрошен, а на шаге «{ $step }» никто не мог бы ответить.
stays-paused = Срок приостановлен, а в новой версии нет действия, которое его возобновляет.
stays-gone-on = После переноса дело пошло дальше; оно на шаге «{ $step }».
stays-unreadable = Дело не читается: часть сохранённого о нём повреждена. Сообщите тому, кто обслуживает систему.
stays-unreadable-history = История дела не читается: часть сохранённого в ней повреждена. Сообщите тому, кто обслуживает систему.
stays-unreadable-workflow = Порядка, по которому идёт дело, нет, или он не читается. Сообщите тому, кто обслуживает систему.
stays-at-odds = Сохранённое о деле противоречит само себе: сроки или события в нём не те, что оно называет. Сообщите тому, кто обслуживает систему.

refusal-published-with-other-text = Версия { $version } опубликована с другим текстом, а опубликованная версия не меняется. Возьмите следующий номер.
refusal-not-the-newest = Опубликована версия { $version }, и новые дела следуют самой новой. Возьмите больший номер.
refusal-published-version-changed = Версия { $version } профиля опубликована и должна стоять в новом тексте слово в слово.
refusal-profile-begins-too-early = Версия { $version } профиля действовала бы с сегодняшнего или уже прошедшего дня и изменила бы рассчитанное на эти дни. Пусть она действует с завтрашнего дня или позже.
refusal-is-retired = Эта версия снята. Текст можно вернуть только под следующим номером.
refusal-last-workflow = У новых дел не осталось бы порядка. Сначала опубликуйте другую версию.
refusal-pass-runs = Дела этого порядка сейчас переносятся. Подождите, пока это закончится.
refusal-other-map = Перенос на эту версию начат с другой картой и продолжается с ней.
refusal-no-such-step = Ни в одной прежней версии этого порядка нет шага «{ $step }», с которого ведёт карта.
refusal-nothing-to-undo = Ни одно дело этого порядка не переносили.
refusal-not-rehearsed = Перенос на версию { $version } именно с этим текстом и этой картой ещё не опробован. Сначала проведите пробный перенос.
refusal-rehearsal-too-old = Пробный перенос на версию { $version } проведён больше недели назад. Проведите его ещё раз.
refusal-rehearsal-overtaken = После пробного переноса на версию { $version } были опубликованы или сняты выходные дни либо правовой профиль. Проведите его ещё раз.
