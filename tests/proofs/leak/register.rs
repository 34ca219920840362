//! The confidential halves of the registers, and a partner who is told less than the other.

use serde_json::json;

use super::walk::Walk;

/// The partner to whom its own number is not given back: its memorandum does not say so.
pub(super) const CLOSER: &str = "EDU2";
/// The address of that partner's contact.
pub const CLOSER_CONTACT: &str = "contact@closer.example.kz";

impl Walk<'_> {
    /// Whom letters go to, once for a house.
    pub(super) fn closer_partner(&self) {
        let coordinator = self.house.by("coordinator", self.server);
        let body = json!({
            "code": CLOSER, "kind": "education", "name_kk": "Білім бөлімі", "name_ru": "Отдел образования",
            "name_en": "Education division", "level": "region",
        });
        coordinator.post("partners", &body).expect(201);
        let body = json!({"name": "Contact Demo", "email": CLOSER_CONTACT, "language": "kk"});
        let contacts = format!("partners/{CLOSER}/contacts");
        let contact = coordinator.post(&contacts, &body).expect(201);
        let path = format!("{contacts}/{}", contact["id"].as_str().unwrap());
        coordinator
            .patch(&path, 1, &json!({"verified": true}))
            .expect(200);
        let body = json!({
            "number": "2/2020", "partner": CLOSER, "valid_from": "2020-01-01", "valid_to": "2099-12-31",
            "signatories": ["Demo Signer"], "categories": "all", "districts": "all",
            "events": ["received", "assigned", "started", "ended"], "data_level": "procedural",
        });
        let memorandum = coordinator.post("memoranda", &body).expect(201);
        let path = format!("memoranda/{}/sign", memorandum["id"].as_str().unwrap());
        let sign = coordinator.request("POST", &path).if_match(1);
        sign.json(&json!({"signed_on": "2020-01-05"}))
            .send()
            .expect(200);
    }

    /// A mediator's and a contact's.
    pub(super) fn register(&mut self) {
        self.new_mediator();
        let registrar = self.house.by("registrar", self.server);
        let id = self.house.mediators[1].clone();
        let before = registrar.get(&format!("mediators/{id}"));
        let patch = json!({
            "phone": format!("+{}", self.canaries.digits("mediator.phone", "7702", 7)),
            "affiliations": [{"kind": "employer", "name": self.canaries.word("mediator.affiliations")}],
        });
        let reply = registrar.patch(&format!("mediators/{id}"), before.version(), &patch);
        self.note(&reply);
        let body = json!({
            "name": self.canaries.word("contact.name"), "email": "unverified@edu.example.kz", "language": "ru",
            "phone": format!("+{}", self.canaries.digits("contact.phone", "7703", 7)),
        });
        let coordinator = self.house.by("coordinator", self.server);
        let reply = coordinator.post("partners/EDU/contacts", &body);
        assert_eq!(reply.status, 201, "{}", reply.text);
    }

    /// With a personal number, a day of birth and an address of their own; no case comes to them, so no letter does either.
    fn new_mediator(&mut self) {
        let place = format!("WK-9{}", self.workflow.len());
        let body = json!({
            "kind": "public", "name_kk": "Дана Демо", "name_ru": "Дана Демо", "language": "ru",
            "register_no": place, "languages": ["kk", "ru"], "specialisations": [],
            "home_settlement": "Oral", "offices": ["ORL-01"], "max_open_cases": 20,
            "iin": self.canaries.digits("mediator.iin", "3706", 8),
            "birth_date": self.canaries.day("mediator.birth_date"),
            "email": format!("{}@mediator.example.kz", self.canaries.word("mediator.email")), "status": "active",
            "protocol": {"number": "7", "on": "2020-01-15", "body": "Gathering"},
        });
        let registrar = self.house.by("registrar", self.server);
        let reply = registrar.post("mediators", &body);
        self.note(&reply);
        self.ids
            .insert(reply.json()["id"].as_str().unwrap().to_owned());
    }
}
