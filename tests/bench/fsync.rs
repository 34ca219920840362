//! How long this disk takes to keep a page: beside every ratio, for a commit is little else.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

const WRITES: usize = 200;
const PAGE: usize = 8_192;

/// The median of 200 times of `write 8 KiB, fdatasync` in a folder, in microseconds.
pub(crate) fn median_micros(folder: &Path) -> f64 {
    let path = folder.join("fsync");
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(&path)
        .unwrap();
    let page = [0x5a; PAGE];
    // Inside a file that has its size already, as in a log that is written again.
    for at in 0..WRITES {
        file.write_all_at(&page, (at * PAGE) as u64).unwrap();
    }
    file.sync_all().unwrap();
    let mut times: Vec<f64> = (0..WRITES)
        .map(|at| {
            let started = Instant::now();
            file.write_all_at(&page, (at * PAGE) as u64).unwrap();
            file.sync_data().unwrap();
            started.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    std::fs::remove_file(&path).unwrap();
    times.sort_by(f64::total_cmp);
    times[WRITES / 2]
}
