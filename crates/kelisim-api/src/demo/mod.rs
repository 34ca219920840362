//! `kelisim demo`: a network with an invented year, and one case walked from filed to closed.

mod data;
mod dice;
mod names;
mod network;
mod plan;
mod year;
