//! `demo`.
use super::{Failure, arguments::DemoOptions};
pub(super) fn run(_o: &DemoOptions) -> Result<(), Failure> {
    Ok(())
}
