//! What a process used: processor time and memory, read from /proc.

use std::fs;

/// Clock ticks of /proc in a second; it has been 100 on every Linux of the last twenty years.
const TICKS: f64 = 100.0;

/// User and system time of a process with all its threads, in seconds.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |stat| stat.own)
}

/// The time of a process, of its children, and of its children that have ended: PostgreSQL with its
/// backends, its log writer and all the rest.
pub(crate) fn cpu_seconds_of_family(parent: u32) -> f64 {
    let mut sum = stat(parent).map_or(0.0, |stat| stat.own + stat.ended_children);
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_string_lossy().parse::<u32>();
        if let Some(stat) = pid.ok().and_then(stat)
            && stat.parent == parent
        {
            sum += stat.own;
        }
    }
    sum
}

/// The parent of a process.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    stat(pid).map(|stat| stat.parent)
}

/// Proportional set size, in bytes: what the process adds to the memory in use.
pub(crate) fn pss_bytes(pid: u32) -> u64 {
    field(&format!("/proc/{pid}/smaps_rollup"), "Pss:")
}

/// The most that was ever resident, in bytes, shared pages included.
pub(crate) fn peak_resident_bytes(pid: u32) -> u64 {
    field(&format!("/proc/{pid}/status"), "VmHWM:")
}

struct Stat {
    parent: u32,
    own: f64,
    ended_children: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything; the fields are counted from behind it.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: (ticks(11)? + ticks(12)?) / TICKS,
        ended_children: (ticks(13)? + ticks(14)?) / TICKS,
    })
}

/// The first number behind a name, in kB there.
fn field(path: &str, name: &str) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1_024
}
