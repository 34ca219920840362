//! The program as a service runs it: killed, stopped, beside a second process, over a foreign mail server.

#![cfg(test)]

mod crash;
mod house;
mod journal;
mod log;
mod program;
mod stop;
mod walk;
mod worker;
