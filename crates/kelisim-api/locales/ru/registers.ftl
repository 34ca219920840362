# Офисы, медиаторы, партнёры, меморандумы.

refusal-mediator-status-step = Реестр не допускает перехода из состояния «{ $from }» в состояние «{ $to }».
refusal-registrar-only = Избрание, приостановление и исключение медиаторов вносит регистратор.
refusal-memorandum-already-signed = Меморандум уже подписан.
refusal-memorandum-not-signed = Меморандум — проект; сначала его нужно подписать.
refusal-memorandum-already-terminated = Меморандум уже прекращён досрочно.
refusal-memorandum-already-expired = Срок меморандума истёк; прекращать больше нечего.

mediator-status-candidate = кандидат
mediator-status-active = действующий
mediator-status-suspended = приостановлен
mediator-status-removed = исключён

notices-held = Система восстановлена из резервной копии и приостановлена: ни одно сообщение не уходит, пока координатор или администратор не снимет задержку. Сообщения, которые были в пути в момент копирования, могли быть отправлены позже; их судьба неизвестна, причина — «restored».
