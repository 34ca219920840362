# Filing a case: a question after the other, and the confirmation.

page-filed-call = Кому звонить
page-filed-next = Что будет дальше
page-filed-number = Делу присвоен номер
page-filed-open = Открыть дело
page-filed-step = Дело стоит на шаге «{ $step }».
page-filed-title = Дело зарегистрировано
page-home-new = Новое дело
page-new-already = Это дело уже зарегистрировано
page-new-already-about = Оно уже было отправлено с другими ответами и второй раз не зарегистрировано. Оно есть в списке дел.
page-new-amount = Сумма спора, в тенге
page-new-amount-hint = Только если спор о деньгах.
page-new-asker-kind = Кто обращается?
page-new-asker-name = Имя того, кто обращается
page-new-asker-name-hint = Как в удостоверении личности.
page-new-asker-title = Кто просит о помощи?
page-new-back = Назад к предыдущему вопросу
page-new-category = Вид спора
page-new-check-title = Проверьте ответы
page-new-court = Занимается ли этим суд?
page-new-district = Район спора
page-new-kind-title = Какой это спор?
page-new-language = На каком языке будут говорить?
page-new-leave = Уйти без регистрации; ничего не сохранится
page-new-no-answer = нет ответа
page-new-number = (номер будет присвоен)
page-new-office = Какой кабинет?
page-new-office-code = Код кабинета
page-new-office-code-hint = Например ORL-01
page-new-other-kind = Кто это?
page-new-other-name = Имя другой стороны
page-new-other-name-hint = Оставьте пустым, если пока неизвестно.
page-new-other-title = Кто другая сторона?
page-new-partner = Код учреждения, которое направило
page-new-partner-hint = Только если направило учреждение с меморандумом.
page-new-phone = Телефон
page-new-phone-hint = Например 8 701 123 45 67
page-new-place-title = К какому месту относится спор?
page-new-reference = Номер, который дало учреждение
page-new-send = Зарегистрировать дело
page-new-settlement = Город или село
page-new-source = Как пришли?
page-new-step = Шаг { $number } из { $all }
page-new-story = Что произошло?
page-new-story-hint = Достаточно нескольких предложений. Можно диктовать; тогда речь может услышать изготовитель телефона. Читают только те, кто работает с делом.
page-new-story-title = Что произошло?
page-new-title = Новое дело

# What was typed when the session had ended.

page-kept-about = То, что вы ввели, сохранилось на этой странице. В деле ещё ничего не изменилось.
page-kept-sign-in = Сеанс закончился. Войдите снова: то, что вы ввели, сохранено на этой странице.
page-kept-title = Вы снова вошли
