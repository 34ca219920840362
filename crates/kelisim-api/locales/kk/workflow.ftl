# Екі нұсқаның арасында не өзгерді, іс неге өз нұсқасында қалады және жариялауға не кедергі.

change-title = «{ $what }» атауы өзгерді.
change-statutory = Бұдан былай онда заң шарттары тұруы керек.
change-not-statutory = Заң шарттары енді міндетті емес.
change-ground-added = «{ $what }» негізін қолдануға болады.
change-ground-removed = «{ $what }» негізі енді қолданылмайды.
change-step-added = Жаңа қадам: «{ $what }».
change-step-removed = «{ $what }» қадамы енді жоқ: онда тұрған істерге басқа қадам керек.
change-step-stage = «{ $what }» қадамы енді «{ $was }» емес, «{ $is }» кезеңіне жатады.
change-step-class = «{ $what }» қадамының сыныбы { $was } еді, енді { $is }.
change-action-added = Жаңа әрекет: «{ $what }»; басталатын қадамдары: { $was }.
change-action-removed = «{ $what }» әрекеті енді жоқ; басталған қадамдары: { $was }.
change-action-changed = «{ $what }» әрекеті, { $part }: { $was } еді, енді { $is }.
change-field-added = «{ $what }» әрекеті енді «{ $is }» сұрайды.
change-field-removed = «{ $what }» әрекеті енді «{ $is }» сұрамайды.
change-field-changed = «{ $what }» әрекеті «{ $is }» дегенді басқаша сұрайды.
change-timer-added = Жаңа мерзім: «{ $what }».
change-timer-removed = «{ $what }» мерзімі енді жоқ.
change-timer-changed = «{ $what }» мерзімі, { $part }: { $was } еді, енді { $is }.
change-notice-added = { $was } болғанда «{ $what }» хабарын { $is } алады.
change-notice-removed = { $was } болғанда «{ $what }» хабарын { $is } енді алмайды.
change-profile-version = { $is } күнінен бастап профильдің { $what }-нұсқасы қолданылады.
change-day-named = { $what }: { $is }.

day-holiday = мереке
day-moved-day-off = ауыстырылған демалыс күні
day-moved-working-day = демалыстағы жұмыс күні

part-from = басталатын қадамдары
part-to = апаратын қадамы
part-who = кім жасай алады
part-guards = шарттары
part-effects = не істейді
part-at = жүретін қадамдары
part-starts = неден бастап саналады
part-runs = ұзақтығы
part-pauses = медиация мерзімімен бірге тоқтайды
part-fires = жасайтын әрекеті
part-check = қай тексеруді еске салады
part-tells = кімге хабарлайды
part-nothing = ештеңе

needed-mediator = медиатор
needed-offer = сұралған медиатор
needed-screening = ерекше жағдай сұрақтарының жауаптары
needed-contract = шарт
needed-agreement = келісім
needed-ground = негіз

stays-closed = Іс жабылған.
stays-other-workflow = Іс «{ $about }» тәртібімен жүреді.
stays-no-target = Картада «{ $step }» қадамына орын жоқ.
stays-other-stage = «{ $step }» қадамы «{ $about }» кезеңіне өтер еді; кезеңді карта емес, адамдардың әрекеті өзгертеді.
stays-lacks = «{ $step }» қадамындағы әр істе { $about } бар, ал мұнда жоқ.
stays-ground-gone = Жаңа нұсқа бұл істің «{ $about }» негізін қолданбайды.
stays-offer-open = Медиатор сұралған, ал «{ $step }» қадамында ешкім жауап бере алмас еді.
stays-paused = Мерзім тоқтатылған, ал жаңа нұсқада оны жалғастыратын әрекет жоқ.
stays-gone-on = Көшірілгеннен кейін іс әрі қарай жүрді; ол «{ $step }» қадамында тұр.

refusal-published-with-other-text = { $version }-нұсқа басқа мәтінмен жарияланған, ал жарияланған нұсқа өзгермейді. Келесі нөмірді алыңыз.
refusal-not-the-newest = { $version }-нұсқа жарияланған, жаңа істер ең жаңасымен жүреді. Үлкенірек нөмір алыңыз.
refusal-published-version-changed = Профильдің { $version }-нұсқасы жарияланған және жаңа мәтінде сөзбе-сөз тұруы керек.
refusal-profile-begins-too-early = Профильдің { $version }-нұсқасы бүгіннен немесе өткен күннен бастап күшіне еніп, сол күндер үшін есептелгенді өзгертер еді. Ол ертеңнен немесе одан кейін күшіне енсін.
refusal-is-retired = Бұл нұсқа қолданыстан алынған. Мәтінді тек келесі нөмірмен қайтаруға болады.
refusal-last-workflow = Жаңа істерде тәртіп қалмас еді. Алдымен басқа нұсқаны жариялаңыз.
refusal-pass-runs = Бұл тәртіптің істері көшіріліп жатыр. Аяқталғанша күтіңіз.
refusal-other-map = Бұл нұсқаға көшіру басқа картамен басталған және сол картамен жалғасады.
refusal-no-such-step = Бұл тәртіптің бұрынғы нұсқаларының ешқайсысында карта бастайтын «{ $step }» қадамы жоқ.
refusal-nothing-to-undo = Бұл тәртіптің бірде-бір ісі көшірілмеген.
refusal-not-rehearsed = { $version }-нұсқаға дәл осы мәтінмен және осы картамен сынама көшіру жасалмаған. Алдымен сынама көшіру жасаңыз.
refusal-rehearsal-too-old = { $version }-нұсқаға сынама көшіру жасалғанына бір аптадан асты. Оны қайта жасаңыз.
refusal-rehearsal-overtaken = { $version }-нұсқаға сынама көшіруден кейін демалыс күндері немесе құқықтық профиль жарияланды не қолданыстан алынды. Сынама көшіруді қайта жасаңыз.
