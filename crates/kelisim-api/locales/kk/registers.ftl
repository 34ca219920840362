# Кеңселер, медиаторлар, серіктестер, меморандумдар.

refusal-mediator-status-step = Тізілім «{ $from }» күйінен «{ $to }» күйіне өтуге жол бермейді.
refusal-registrar-only = Медиаторларды сайлауды, тоқтата тұруды және шығаруды тіркеуші енгізеді.
refusal-memorandum-already-signed = Меморандумға қол қойылып қойған.
refusal-memorandum-not-signed = Меморандум әзірге жоба; алдымен оған қол қою керек.
refusal-memorandum-already-terminated = Меморандум мерзімінен бұрын тоқтатылып қойған.
refusal-memorandum-already-expired = Меморандумның мерзімі өтіп кеткен; тоқтататын ештеңе жоқ.

mediator-status-candidate = үміткер
mediator-status-active = белсенді
mediator-status-suspended = тоқтатыла тұрған
mediator-status-removed = шығарылған

notices-held = Жүйе сақтық көшірмеден қалпына келтірілді және тоқтатып қойылды: үйлестіруші немесе әкімші рұқсат бермейінше ешбір хабарлама жіберілмейді. Көшірме жасалған сәтте жолда болған хабарламалар кейін жіберілген болуы мүмкін; олардың жағдайы белгісіз, себебі — «restored».
