### Что пошло не так: для тех, кто читает ответы программы. Коды не меняются, эти фразы могут.

problem-unauthenticated-title = Нужно войти
problem-unauthenticated = Пришлите действующий токен: его нет, он неизвестен, истёк или отозван.
problem-unauthenticated-about = Каждый запрос к /api/v1 несёт токен в заголовке Authorization: Bearer klsm_….
problem-not-found-title = Не найдено
problem-not-found = Здесь ничего нет или нет ничего, что вам можно видеть.
problem-not-found-about = Адрес ничего не называет, или называет то, что ваши роли видеть не позволяют. Эти случаи намеренно выглядят одинаково.
problem-not-permitted-title = Не разрешено
problem-not-permitted = Вы можете это видеть, но не можете это сделать.
problem-not-permitted-about = Ваши роли позволяют видеть, но не менять это таким образом. В отказах сказано, кто может.
problem-refused-title = Сейчас нельзя
problem-refused = Правила сейчас этого не позволяют; каждая причина указана.
problem-refused-about = Дело в его нынешнем положении не допускает этого действия. Каждый отказ называет правило и того, кто может его снять.
problem-invalid-title = Некоторые поля нужно поправить
problem-invalid = Ничего не сохранено. Указано каждое поле с ошибкой.
problem-invalid-about = В одном или нескольких полях значение, которое здесь не подходит. Все ошибки указаны сразу, каждая со своим местом.
problem-malformed-title = Не читается
problem-malformed = Текст запроса не JSON: посмотрите строку { $line }, позицию { $column }.
problem-malformed-about = Тело запроса не является текстом JSON, в одном объекте поле названо дважды или вложенность больше 32 уровней.
problem-bad-header-title = Заголовок не читается
problem-bad-header = Заголовок { $name } имеет непонятный вид.
problem-bad-header-about = Один из заголовков запроса имеет непонятный вид.
problem-too-large-title = Слишком много
problem-too-large = Тело запроса может занимать не более { $most } КБ.
problem-too-large-about = Тело запроса больше предела.
problem-not-http-title = Это не запрос
problem-not-http = Пришло не то, что можно прочитать как запрос HTTP. Соединение закрыто.
problem-not-http-about = Первые строки запроса или части его тела не следуют правилам HTTP. Ничего из него не рассматривалось.
problem-too-slow-title = Слишком медленно
problem-too-slow = Запрос не пришёл вовремя. Соединение закрыто.
problem-too-slow-about = Заголовок запроса должен прийти за десять секунд, тело за минуту. Ничего не изменено.
problem-head-too-large-title = Слишком много перед телом
problem-head-too-large = Адрес и заголовки вместе больше предела.
problem-head-too-large-about = Адрес и заголовки запроса могут занимать не более 32 КБ, и заголовков не более 96.
problem-media-type-title = Нужен другой тип данных
problem-media-type = Пришлите тело как application/json.
problem-media-type-about = Тело читается как application/json; для PATCH также как application/merge-patch+json.
problem-stale-title = Уже изменено
problem-stale = Кто-то изменил это после того, как вы прочли. Прочтите ещё раз и решите.
problem-stale-about = Заголовок If-Match называет прежнюю версию. Ничего не перезаписано.
problem-precondition-required-title = Какая версия?
problem-precondition-required = Пришлите в заголовке If-Match версию, которую вы прочли.
problem-precondition-required-about = Изменение называет версию, на которой оно основано, чтобы ничья работа не пропала незаметно.
problem-not-retried-title = Повторно не отправлено
problem-not-retried = Состояние сообщения: «{ $state }». Повторить можно только неудачное, неясное или задержанное.
problem-not-retried-about = Повторно можно отправить только сообщение, которое не удалось отправить, чья доставка неясна или которое задержано для человека.
problem-key-reused-title = Ключ уже использован
problem-key-reused = Этот Idempotency-Key принадлежит другому запросу. Возьмите новый.
problem-key-reused-about = Тот же Idempotency-Key пришёл с другим телом или адресом.
problem-key-running-title = Ещё выполняется
problem-key-running = Первый запрос с этим ключом ещё выполняется. Спросите через мгновение.
problem-key-running-about = Два запроса с одним Idempotency-Key пришли одновременно; первый ещё выполняется.
problem-too-many-title = Слишком много попыток
problem-too-many = Было слишком много попыток. Подождите { $minutes } мин. и попробуйте снова.
problem-too-many-about = Чтобы никто не мог подобрать пароль, за час принимается лишь несколько попыток. Когда будет следующая, говорит Retry-After.
problem-searched-too-often-title = Слишком много поисков
problem-searched-too-often = Вы искали слишком много имён. Подождите { $minutes } мин. и продолжайте.
problem-searched-too-often-about = Чтобы никто не мог перебрать список имён, один человек ищет по имени не более 180 раз в час и 60 раз подряд. Когда возможен следующий поиск, говорит Retry-After.
problem-busy-title = Слишком много работы
problem-busy = Ждёт слишком много изменений. Повторите через мгновение.
problem-busy-about = Очередь изменений заполнена. Заголовок Retry-After говорит, когда повторить.
problem-unavailable-title = Сейчас недоступно
problem-unavailable = База данных недоступна. Повторите запрос с тем же Idempotency-Key.
problem-unavailable-about = База данных недоступна, или неизвестно, сохранено ли изменение. Повтор с тем же ключом безопасен.
problem-method-not-allowed-title = Здесь так нельзя
problem-method-not-allowed = Этот адрес не знает такого метода.
problem-method-not-allowed-about = Адрес существует, но не с этим методом.
problem-internal-title = Ошибка на нашей стороне
problem-internal = Ничего не изменено. Сообщите администратору номер этого запроса.
problem-internal-about = Ошибка программы. Номер запроса поможет найти её в журнале.

fault-missing = Это нужно указать.
fault-unknown-field = Такого поля нет.
fault-unknown-field-nearest = Такого поля нет; ближайшее: «{ $nearest }».
fault-wrong-type = Здесь нужно: { $expected }.
fault-empty = Поле не может быть пустым.
fault-too-long = Не более { $most } { $most ->
    [one] знака
   *[other] знаков
}.
fault-too-short = Не менее { $least } { $least ->
    [one] знака
   *[other] знаков
}.
fault-common-password = Этот пароль есть у многих. Выберите другой: подойдут несколько своих слов.
fault-easy-to-guess = Этот пароль легко угадать. Выберите несколько слов, не связанных между собой.
fault-too-many = Не более { $most } { $most ->
    [one] записи
   *[other] записей
}.
fault-too-few = Не менее { $fewest }.
fault-out-of-range = От { $least } до { $most }.
fault-control-character = В тексте есть невидимый управляющий знак.
fault-bad-form = Вид не тот; пример: { $example }.
fault-not-a-date = Такого дня в календаре нет.
fault-unknown-code = Такой код неизвестен.
fault-unknown-code-list = Такой код неизвестен. Известны: { $known }.
fault-duplicate = Это указано дважды.
fault-too-early = Не раньше { $earliest }.
fault-too-late = Не позже { $latest }.
fault-frozen = Это уже нельзя изменить.
fault-must-be-yes = Здесь нужен ответ «да».
fault-not-here = Здесь этому не место.
fault-taken = Это уже занято другой записью.

type-text = текст
type-number = целое число
type-yes-no = true или false
type-list = список
type-object = объект
type-date = день, например 2026-11-22
type-id = идентификатор

refusal-roles-do-not-combine = Эти роли нельзя совмещать в одной учётной записи: кто ведёт учётные записи или читает журнал, не участвует в делах.
refusal-second-factor-needed = Ваша роль требует второго шага при входе, поэтому убрать его нельзя. Можно настроить другой.
refusal-last-administrator = Тогда вести учётные записи будет некому. Сначала назначьте другого администратора.
refusal-case-closed = Дело закрыто, и это окончательно.
refusal-is-handed-up = Это дело координатору уже открыто.
refusal-is-not-handed-up = Это дело координатору не передано.
refusal-is-kept = Срок хранения закрытых дел не задан, поэтому они хранятся. Сначала задайте срок.
refusal-nothing-due = Удалять нечего.
refusal-case-is-open = Дело открыто: оно нужно тем, кто его ведёт.
refusal-look-is-old = С просмотра прошло больше недели. Просмотрите ещё раз.
refusal-retention-changed = После просмотра задан другой срок. Просмотрите ещё раз.
refusal-is-confirmed = Это удаление уже подтверждено.
refusal-no-list = Список удалённого, который не даёт восстановлению вернуть удалённое, не задан или недоступен, поэтому ничего не удаляется. Тот, кто обслуживает систему, задаёт encryption.erasure_list или возвращает список на место.
refusal-consent-is-given = Эта сторона такое согласие уже дала, и оно действует.
refusal-consent-is-withdrawn = Это согласие уже отозвано.
refusal-not-from-here = На нынешнем шаге дела это невозможно.
refusal-unknown-action = В порядке ведения дела нет действия «{ $action }».
refusal-not-yours = Это может: { $who }.
# Instead of roles, for what no person can do: it stands in place of $who above.
only-the-clock = срок, сам собой, когда он наступит
refusal-mediator-not-active = Медиатор не числится действующим в реестре.
refusal-mediator-documents-expired = Документы медиатора действовали до { $day }.
refusal-mediator-language = Медиатор не работает на языке дела ({ $language }).
refusal-mediator-at-limit = Открытых дел у медиатора: { $open }, предел: { $most }. С указанием причины предел можно превысить.
refusal-mediator-unavailable = Медиатор сегодня отсутствует.
refusal-mediator-of-other-office = Медиатор работает в другом кабинете; направить его может только координатор.
refusal-mediator-has-it = Дело уже у этого медиатора.
refusal-mediator-unknown = Такого медиатора в реестре нет.
refusal-mediator-recused = Медиатор взял самоотвод по этому делу, снова его не спрашивают.
refusal-not-screened = На вопросы об исключениях ещё не ответили.
refusal-excluded = Один из ответов исключает медиацию. Если он ошибочен, ответьте на вопросы ещё раз; если нет, дело можно только закрыть как неподходящее.
refusal-no-law-on-day = На { $day } не действовала ни одна известная Kelisim редакция закона.
refusal-answer-time-over = Срок ответа на предложение истёк { $day }. Если обе стороны согласились не позже этого дня, запишите это; если нет, пригласите снова.
refusal-must-refuse = При такой связи вести медиацию нельзя. Пожалуйста, возьмите самоотвод.
refusal-waiver-missing = Медиатор сообщил о связи, и не все стороны письменно с ней согласились.
refusal-before-waiver = Стороны согласились со связью { $day }, а документ датирован раньше.
refusal-before-acceptance = Медиатор принял дело { $day }, а документ датирован раньше.
refusal-annex-missing = Этот медиатор ещё не назван в приложении к договору. Сначала нужно подписать приложение.
refusal-not-all-signed = Договор действует, когда его подписали все стороны и медиатор.
refusal-elements-missing = В документе нет того, что требует закон: { $missing }.
refusal-no-term = Договора ещё нет, поэтому срок не идёт.
refusal-request-after-term = Просьба датирована позже последнего дня срока, { $day }.
refusal-agreement-after-term = Соглашение датировано позже последнего дня срока, { $day }.
refusal-extension-not-longer = Новый конец срока должен быть позже его последнего дня, { $day }.
refusal-extension-past-total = По закону медиация может длиться самое позднее до { $day }.
refusal-pause-not-allowed = Закон не позволяет приостановить срок.
refusal-term-is-paused = Срок уже приостановлен.
refusal-term-not-paused = Срок не приостановлен.
refusal-pauses-overlap = Срок возобновлён { $day }: день до этого нельзя приостановить ещё раз.
refusal-pause-after-term = Срок истёк { $day }, приостановить его уже нельзя.
refusal-has-mediator = У дела есть медиатор, и ведёт его он.
refusal-no-last-check = Проверка через 180 дней после соглашения ещё не проведена.
refusal-nobody-asked = По этому делу никому из медиаторов сейчас не предложено его взять.
refusal-offer-is-open = Дело уже предложено другому медиатору. Сначала отзовите это предложение или дождитесь ответа.
refusal-ground-not-from-here = «{ $ground }»: по этому основанию нельзя закрыть дело на стадии «{ $stage }».
refusal-ground-not-in-workflow = Порядок ведения дела не знает основания «{ $ground }».
refusal-ground-is-set = Основание уже записано: «{ $ground }». При закрытии его можно повторить, но не изменить.

role-mediator = медиатор
role-office-head = руководитель кабинета
role-registrar = регистратор
role-coordinator = региональный координатор
role-partner = партнёр
role-auditor = аудитор
role-administrator = администратор

language-kk = казахский
language-ru = русский
language-en = английский

stage-filed = зарегистрировано
stage-assigned = назначено
stage-reconciled = примирены
stage-closed = закрыто

ground-settled = урегулировано
ground-partly-settled = урегулировано частично
ground-mediation-impossible = медиация невозможна
ground-both-refused = обе стороны отказались
ground-one-refused = одна сторона отказалась
ground-term-expired = срок истёк
ground-proposal-rejected = предложение отклонено
ground-not-suitable = не подходит для медиации
ground-withdrawn = отозвано заявителем
ground-transferred = передано в другой кабинет
ground-duplicate = уже зарегистрировано
ground-consultation-only = только консультация

element-date = дата
element-place = место
element-sides = стороны
element-powers = полномочия представителей
element-subject = предмет спора
element-mediator = медиатор
element-costs = расходы
element-language = язык
element-confidentiality = конфиденциальность
element-liability = ответственность
element-side-details = реквизиты сторон
element-term = срок
element-order-of-conduct = порядок проведения
element-terms = условия
element-ways-of-performance = способы исполнения
element-dates-of-performance = сроки исполнения
element-consequences = последствия неисполнения
element-signatures = подписи

## What data are kept for.

purpose-case = Чтобы вести медиацию, а потом подтвердить, о чём договорились и что правила соблюдены.
purpose-answer = Чтобы на повторный запрос ответить так же, как в первый раз.
purpose-mediator = Чтобы вести реестр медиаторов и связываться с ними.
purpose-contact = Чтобы сообщать партнёру, как идут дела по его направлениям.
purpose-danger_report = Чтобы подтвердить, что орган опеки извещён об опасности для ребёнка.
purpose-audit = Чтобы подтвердить, кто что сделал, когда и почему.
## A case whose term stands still.
term-paused = Срок приостановлен с { $since }. Его последний день неизвестен, пока срок не возобновится: тогда к { $without } прибавятся дни перерыва, и день может сдвинуться через выходные (D17).
