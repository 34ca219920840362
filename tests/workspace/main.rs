//! The rules of the house, read from the sources: what a reviewer would otherwise have to notice.

mod arrows;
mod asvs;
mod benchmarks;
mod described;
mod documents;
mod guarantees;
mod migrations;
mod security;
mod source;
mod texts;
mod tree;
