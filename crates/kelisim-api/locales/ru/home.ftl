# What the first page tells a partner of its memorandum, and the registrar of the register.

page-agreed = Меморандум { $number }
page-agreed-count-only = только сколько дел вы направили и чем они закончились
page-agreed-ended = Прекращён
page-agreed-events = Сеть пишет вам об этих шагах дел, которые вы направили:
page-agreed-from = Действует с
page-agreed-level = Что вам сообщают
page-agreed-open = срок не ограничен
page-agreed-procedural = шаги дела с их днями и чем оно закончилось
page-agreed-procedural-with-ref = шаги дела с их днями, чем оно закончилось, и ваш номер
page-agreed-status-draft = готовится
page-agreed-status-expired = срок истёк
page-agreed-status-expiring = действует, скоро закончится
page-agreed-status-in-force = действует
page-agreed-status-signed = подписан, ещё не действует
page-agreed-status-terminated = прекращён досрочно
page-agreed-until = Последний день
page-mediators = Реестр медиаторов
page-mediators-active = могут брать дела
page-mediators-candidate = внесены, ещё не избраны и не аттестованы
page-mediators-removed = исключены
page-mediators-suspended = приостановлены
