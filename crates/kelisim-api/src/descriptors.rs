//! How many files and connections this process may have open at once.
//!
//! A server that takes more connections than the system lets it open can open nothing else either, no database and no
//! letter; so it asks for all that it may have, and takes no more connections than fit beside its own files.

/// What the process opens beside the connections of clients: databases, letters, mail, metrics, its log.
const OWN_MOST: usize = 256;

/// Asks the system for as many open files as it grants, and gives how many connections each of some threads may hold of
/// those that were wished for.
pub(crate) fn connections(wished: usize, threads: usize) -> usize {
    let files = raise();
    let fit = fitting(wished, threads, files);
    if fit < wished {
        tracing::warn!(
            files,
            wished,
            fit,
            "the system lets this process open fewer files than limits.connections needs"
        );
    }
    fit
}

/// The connections for each thread that leave room for our own files; at least one.
fn fitting(wished: usize, threads: usize, files: usize) -> usize {
    let left = files.saturating_sub(OWN_MOST).max(files / 2);
    wished.min(left / threads.max(1)).max(1)
}

#[cfg(unix)]
fn raise() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let number = |limit: Option<u64>| {
        limit.map_or(usize::MAX, |limit| {
            usize::try_from(limit).unwrap_or(usize::MAX)
        })
    };
    let found = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: found.maximum,
        ..found
    };
    match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => number(found.maximum),
        Err(_) => number(found.current),
    }
}

#[cfg(not(unix))]
fn raise() -> usize {
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r31_connections_leave_room_for_the_files_of_the_process() {
        assert_eq!(fitting(4_096, 2, usize::MAX), 4_096);
        assert_eq!(fitting(4_096, 2, 1_024), 384);
        assert_eq!(fitting(4_096, 2, 100), 25);
        assert_eq!(fitting(4_096, 64, 10), 1);
    }
}
