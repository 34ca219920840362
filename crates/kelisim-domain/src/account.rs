//! Accounts and grants as somebody asks for them.

use crate::{
    fault::{Fault, FaultKind, Faults},
    id::MediatorId,
    input::{Input, id},
    language::Language,
    policy::{Role, Standing},
    register::{Known, OfficeRef, PartnerRef, language},
    text::{EmailAddress, Name},
};
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

/// What whoever keeps the accounts says of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountWish {
    /// The address it signs in with.
    pub email: EmailAddress,
    /// The person's name.
    pub name: Name,
    /// The person's language.
    pub language: Language,
    /// Whether it may act at all.
    pub active: bool,
}

impl AccountWish {
    /// Reads the fields of an account out of a body; what else stands there is for the caller.
    pub fn read(input: &mut Input<'_>) -> Option<Self> {
        let email = input.text("email", EmailAddress::parse);
        let name = input.text("name", Name::parse);
        let language = input.text_if("language", language);
        let active = input.yes_no("active", true);
        Some(AccountWish {
            email: email?,
            name: name?,
            language: language?.unwrap_or_default(),
            active: active?,
        })
    }

    /// Parses the body of a change.
    ///
    /// # Errors
    /// Every fault.
    pub fn parse(body: &Map<String, Value>) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new();
        let mut input = Input::new(body, &mut faults);
        let wish = AccountWish::read(&mut input);
        input.finish();
        faults.finish(wish)
    }

    /// The fields as a body has them, for a merge patch and for the audit log.
    pub fn form(&self) -> Map<String, Value> {
        let form = json!({
            "email": self.email,
            "name": self.name,
            "language": self.language,
            "active": self.active,
        });
        form.as_object().cloned().unwrap_or_default()
    }
}

/// A role that somebody shall have, with its scope and days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrantWish {
    /// The role.
    pub role: Role,
    /// The office of a head or a mediator.
    pub office: Option<OfficeRef>,
    /// The mediator's entry in the register.
    pub mediator: Option<MediatorId>,
    /// The agency of a contact.
    pub partner: Option<PartnerRef>,
    /// The first day; today, when nobody says.
    pub from: NaiveDate,
    /// The last day; none for an open end.
    pub to: Option<NaiveDate>,
}

impl GrantWish {
    /// Reads the fields of a grant out of a body: each role takes the scope that belongs to it, and no other.
    pub fn read(input: &mut Input<'_>, known: &Known, today: NaiveDate) -> Option<Self> {
        let role = input.text("role", role);
        let office = input.text_if("office", |text| known.office(text));
        let mediator = input.text_if("mediator", id::<MediatorId>);
        let partner = input.text_if("partner", |text| known.partner(text));
        let from = input.date_if("from");
        let to = input.date_if("to");
        let (role, office, mediator, partner) = (role?, office?, mediator?, partner?);
        let wants = match role {
            Role::Mediator => (true, true, false),
            Role::OfficeHead => (true, false, false),
            Role::Partner => (false, false, true),
            Role::Registrar | Role::Coordinator | Role::Auditor | Role::Administrator => {
                (false, false, false)
            }
        };
        let mut sound = true;
        for (name, is_there, is_wanted) in [
            ("office", office.is_some(), wants.0),
            ("mediator", mediator.is_some(), wants.1),
            ("partner", partner.is_some(), wants.2),
        ] {
            match (is_there, is_wanted) {
                (false, true) => input.fault(name, FaultKind::Missing),
                (true, false) => input.fault(name, FaultKind::NotHere),
                _ => continue,
            }
            sound = false;
        }
        let from = from?.unwrap_or(today);
        // A day that is over was not one on which somebody held it.
        if from < today {
            input.fault("from", FaultKind::TooEarly { earliest: today });
            sound = false;
        }
        let to = to?;
        if to.is_some_and(|to| to < from) {
            input.fault("to", FaultKind::TooEarly { earliest: from });
            sound = false;
        }
        sound.then_some(GrantWish {
            role,
            office,
            mediator,
            partner,
            from,
            to,
        })
    }

    /// Parses the body of a new grant.
    ///
    /// # Errors
    /// Every fault.
    pub fn parse(
        body: &Map<String, Value>,
        known: &Known,
        today: NaiveDate,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new();
        let mut input = Input::new(body, &mut faults);
        let wish = GrantWish::read(&mut input, known, today);
        input.finish();
        faults.finish(wish)
    }

    /// Role and scope; none when the scope does not fit, which [`GrantWish::read`] lets nobody write.
    pub fn standing(&self) -> Option<Standing> {
        let office = self.office.as_ref().map(|office| office.id);
        Some(match self.role {
            Role::Mediator => Standing::Mediator {
                office: office?,
                mediator: self.mediator?,
            },
            Role::OfficeHead => Standing::OfficeHead { office: office? },
            Role::Partner => Standing::Partner {
                partner: self.partner.as_ref()?.id,
            },
            Role::Registrar => Standing::Registrar,
            Role::Coordinator => Standing::Coordinator,
            Role::Auditor => Standing::Auditor,
            Role::Administrator => Standing::Administrator,
        })
    }
}

/// A role by its code.
///
/// # Errors
/// Another word.
pub fn role(text: &str) -> Result<Role, FaultKind> {
    text.parse().map_err(|_| FaultKind::UnknownCode {
        known: Role::ALL.map(|role| role.code().to_owned()).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::{OfficeCode, PartnerCode};
    use crate::id::{OfficeId, PartnerId};
    use uuid::Uuid;

    fn known() -> Known {
        Known {
            offices: [(
                OfficeCode::parse("ORL-01").unwrap(),
                OfficeId(Uuid::from_u128(1)),
            )]
            .into(),
            partners: [(
                PartnerCode::parse("EDU").unwrap(),
                PartnerId(Uuid::from_u128(2)),
            )]
            .into(),
            ..Known::default()
        }
    }

    fn grant(body: Value) -> Result<GrantWish, Vec<String>> {
        let today = "2026-11-22".parse().unwrap();
        GrantWish::parse(body.as_object().unwrap(), &known(), today)
            .map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn each_role_takes_the_scope_that_belongs_to_it_and_no_other() {
        let mediator = "0193c6f0-7c1e-7a2b-9b1d-2f6a3c4d5e6f";
        for good in [
            json!({"role": "office_head", "office": "ORL-01"}),
            json!({"role": "mediator", "office": "ORL-01", "mediator": mediator}),
            json!({"role": "partner", "partner": "EDU", "to": "2026-11-22"}),
            json!({"role": "coordinator", "from": "2026-12-01"}),
        ] {
            assert!(grant(good.clone()).unwrap().standing().is_some(), "{good}");
        }
        for (bad, faults) in [
            (json!({}), &["/role: missing"][..]),
            (json!({"role": "chief"}), &["/role: unknown_code"]),
            (json!({"role": "office_head"}), &["/office: missing"]),
            (
                json!({"role": "auditor", "office": "ORL-01"}),
                &["/office: not_here"],
            ),
            (
                json!({"role": "mediator", "partner": "EDU"}),
                &[
                    "/office: missing",
                    "/mediator: missing",
                    "/partner: not_here",
                ],
            ),
            (
                json!({"role": "office_head", "office": "ORL-99"}),
                &["/office: unknown_code"],
            ),
            (
                json!({"role": "auditor", "from": "2026-11-21"}),
                &["/from: too_early"],
            ),
            (
                json!({"role": "auditor", "to": "2026-11-21"}),
                &["/to: too_early"],
            ),
            (
                json!({"role": "auditor", "rol": 1}),
                &["/rol: unknown_field"],
            ),
        ] {
            assert_eq!(grant(bad.clone()).unwrap_err(), faults, "{bad}");
        }
    }

    #[test]
    fn an_account_comes_back_from_its_own_form() {
        let body = json!({"email": "a@example.kz", "name": "Әсел"});
        let wish = AccountWish::parse(body.as_object().unwrap()).unwrap();
        assert_eq!((wish.language, wish.active), (Language::Kk, true));
        assert_eq!(AccountWish::parse(&wish.form()), Ok(wish));
        let faults = AccountWish::parse(&Map::new()).unwrap_err();
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, ["/email: missing", "/name: missing"]);
    }
}
