//! The binary `kelisim`.

// A fifth of the program's CPU under load was the system's allocator (ADR 0021).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    kelisim_api::cli::main()
}
