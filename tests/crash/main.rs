//! The program is killed in the middle of its work, and nothing that it acknowledged is lost.

#![cfg(test)]

mod kill;
mod program;
