//! The names that a case shows, from the registers.

use crate::app::{AppError, Tx};
use kelisim_domain::{
    case::Case,
    code::PartnerCode,
    id::{MediatorId, PartnerId},
};
use kelisim_persistence::store::{case_list::Listed, mediator::MediatorName};
use std::collections::{BTreeMap, btree_map::Entry};

/// What a case's view needs from the registers, for one case or a page of them.
pub(crate) struct Lookup {
    pub(crate) mediators: BTreeMap<MediatorId, MediatorName>,
    pub(super) partners: BTreeMap<PartnerId, PartnerCode>,
}

impl Lookup {
    /// The names that came with a list, and those of mediators who are asked, of whom a page has few.
    pub(crate) fn listed(tx: &mut Tx<'_>, cases: &[Listed]) -> Result<Self, AppError> {
        let mediators = cases
            .iter()
            .filter_map(|one| one.case.mediator.zip(one.mediator.clone()));
        let partners = cases
            .iter()
            .filter_map(|one| one.case.partner.zip(one.partner.clone()));
        let mut lookup = Lookup {
            mediators: mediators.collect(),
            partners: partners.collect(),
        };
        let asked = cases.iter().filter_map(|one| one.case.course.asked);
        let mut asked: Vec<MediatorId> = asked.map(|asked| asked.mediator).collect();
        asked.sort();
        asked.dedup();
        asked.retain(|id| !lookup.mediators.contains_key(id));
        let named = tx.mediator_names(&asked)?;
        let found = asked.iter().filter_map(|id| named.get_key_value(id));
        lookup
            .mediators
            .extend(found.map(|(id, name)| (*id, name.clone())));
        Ok(lookup)
    }

    /// Looks up the names that these cases show.
    pub(super) fn of<'c>(
        tx: &mut Tx<'_>,
        cases: impl Iterator<Item = &'c Case> + Clone,
    ) -> Result<Self, AppError> {
        let mut mediators: Vec<MediatorId> = cases
            .clone()
            .flat_map(|case| {
                let asked = case.course.asked.map(|asked| asked.mediator);
                [case.mediator, asked].into_iter().flatten()
            })
            .collect();
        mediators.sort();
        mediators.dedup();
        let mut partners = BTreeMap::new();
        for id in cases.filter_map(|case| case.partner) {
            if let Entry::Vacant(entry) = partners.entry(id) {
                entry.insert(tx.partner_code(id)?);
            }
        }
        Ok(Lookup {
            mediators: tx.mediator_names(&mediators)?.clone(),
            partners,
        })
    }
}
