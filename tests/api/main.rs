//! The interface over a real socket, on both databases.

mod accounts;
mod audit;
mod bad_input;
mod busy;
mod canaries;
mod case_life;
mod checked;
mod conditions;
mod frame;
mod laws;
mod lost_mediator;
mod lost_race;
mod matrix;
mod mediation;
mod notices;
mod pages;
mod passes;
mod publishing;
mod races;
mod registers;
mod reminders;
mod scope;
mod shipped;
mod sign_in;
mod sign_in_limits;
mod timers;
