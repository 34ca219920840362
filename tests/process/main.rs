//! The program as a service runs it: killed, stopped, beside a second process, over a foreign mail server.

#![cfg(test)]

mod audit;
mod bench;
mod drill;
mod erasing;
mod log;
mod moving;
mod rotation;
mod stop;
mod walk;
mod worker;
