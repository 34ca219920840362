//! The rules of the house, read from the sources: what a reviewer would otherwise have to notice.

mod arrows;
mod benchmarks;
mod described;
mod documents;
mod guarantees;
mod migrations;
mod source;
mod texts;
mod tree;
