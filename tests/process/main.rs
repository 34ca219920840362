//! The program as a service runs it: killed, stopped, beside a second process, over a foreign mail server.

#![cfg(test)]

mod audit;
mod bench;
mod drill;
mod log;
mod moving;
mod stop;
mod walk;
mod worker;
