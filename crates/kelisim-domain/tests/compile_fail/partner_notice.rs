//! A message to a partner has no place that takes a confidential value.

use chrono::NaiveDate;
use kelisim_domain::confidential::Confidential;
use kelisim_domain::notice::{
    DataLevel, Disclosure, PartnerEvent, PartnerNotice, PartnerReference, ReceiptCode,
};

fn secret() -> Confidential<String> {
    Confidential::new(String::from("a party"))
}

fn main() {
    let disclosure = Disclosure {
        level: DataLevel::ProceduralWithRef,
        may_name_mediator: true,
    };
    let (event, on, maybe) = (PartnerEvent::Ended, NaiveDate::MIN, Some(secret()));
    let code = ReceiptCode::from_random([0; 26]);
    // In the place of the receipt code, the reference, the outcome and the mediator's name.
    PartnerNotice::build(disclosure, event, on, secret(), None, None, None);
    PartnerNotice::build(disclosure, event, on, code.clone(), maybe.clone(), None, None);
    PartnerNotice::build(disclosure, event, on, code.clone(), None, maybe.clone(), None);
    PartnerNotice::build(disclosure, event, on, code, None, None, maybe);
    // Nor does a reference or a receipt code take one in for it.
    PartnerReference::parse(&secret());
    ReceiptCode::from_stored(secret());
}
