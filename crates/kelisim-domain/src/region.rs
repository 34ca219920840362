//! A region and its lists: districts, kinds of dispute, sources of cases.

use crate::{
    calendar::Zone,
    code::{CategoryCode, DistrictCode, RegionCode, SourceCode},
    id::RegionId,
    language::{Language, Names},
};

/// One network of offices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// Its id, which every row carries.
    pub id: RegionId,
    /// Its code, such as `WKR`.
    pub code: RegionCode,
    /// Its name.
    pub names: Names,
    /// The time zone in which its days are counted (D15).
    pub zone: Zone,
    /// The languages of its people, the first of them first.
    pub languages: Vec<Language>,
}

/// A district or city of a region.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct District {
    /// Its code, such as `ORL`.
    pub code: DistrictCode,
    /// Its name.
    pub names: Names,
    /// The settlement where its administration sits.
    pub centre: String,
}

/// A kind of dispute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Category {
    /// Its code, such as `family`.
    pub code: CategoryCode,
    /// Its name.
    pub names: Names,
}

/// Where cases come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Its code, such as `councils`.
    pub code: SourceCode,
    /// Its name.
    pub names: Names,
}
