//! The interface over a real socket, on both databases.

mod case_life;
mod frame;
mod matrix;
mod registers;
