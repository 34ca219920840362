//! The binary `kelisim`.

fn main() -> std::process::ExitCode {
    kelisim_api::cli::main()
}
