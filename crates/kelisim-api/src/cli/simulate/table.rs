//! A simulation for people: aligned, with bars where cases wait, and two definitions side by side.

use super::super::{
    arguments::SimulateOptions,
    style::{Brush, Look},
};
use kelisim_domain::{
    case::Stage,
    workflow::simulate::{Load, Outcome, StepFigures},
};

/// How wide a title may be, and the longest bar, in characters.
const TITLE: usize = 28;
const BAR: usize = 16;

/// Everything, for the terminal.
pub(super) fn of(options: &SimulateOptions, outcomes: &[Outcome], brush: Brush) -> String {
    let sheet = Sheet { options, brush };
    match outcomes {
        [one, other] => sheet.two(outcomes, one, other),
        _ => outcomes.iter().map(|one| sheet.one(one)).collect(),
    }
}

/// What the definitions are called: by key and version, and where these are the same, by file.
pub(super) fn names(outcomes: &[Outcome]) -> Vec<String> {
    let name = |one: &Outcome| format!("{} version {}", one.key, one.version);
    let mut names: Vec<String> = outcomes.iter().map(name).collect();
    if let [one, other] = names.as_mut_slice()
        && one == other
    {
        one.push_str(" (first file)");
        other.push_str(" (--with)");
    }
    names
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

struct Sheet<'a> {
    options: &'a SimulateOptions,
    brush: Brush,
}

impl Sheet<'_> {
    fn head(&self, outcomes: &[Outcome]) -> String {
        let names = names(outcomes).join("  →  ");
        let [Outcome { from, until, .. }, ..] = outcomes else {
            return names;
        };
        let what = format!(
            "{} cases, {} a year, from {from} to {until}; seed {}",
            grouped(self.options.cases),
            grouped(self.options.filed_a_year),
            self.options.seed,
        );
        let note = "People and their delays are invented: read differences, not promises.";
        let name = self.brush.paint(Look::Strong, names);
        format!("{name}\n{}\n", self.dim(&format!("{what}\n{note}")))
    }

    fn dim(&self, text: &str) -> String {
        let lines = text.lines().map(|line| self.brush.paint(Look::Dim, line));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn section(&self, title: &str, columns: &str) -> String {
        let title = self.brush.paint(Look::Strong, format!("{title:<TITLE$}"));
        format!("\n{title}{}\n", self.dim(columns))
    }

    /// The head of a comparison: what is measured, and which column is which.
    fn measured(&self, title: &str, measures: &[&str]) -> String {
        let names: String = measures.iter().map(|one| format!("{one:>23}")).collect();
        let columns =
            format!("{:>8}{:>8}{:>7}", "before", "after", "change").repeat(measures.len());
        let columns = format!("{:TITLE$}{columns}", "");
        format!("{}{}\n", self.section(title, &names), self.dim(&columns))
    }

    fn title(&self, step: &StepFigures) -> String {
        fit(step.title.get(self.options.language))
    }

    fn one(&self, outcome: &Outcome) -> String {
        let mut text = self.head(std::slice::from_ref(outcome));
        text += &self.waits(outcome);
        text += &self.section("Timers", "   fired");
        for timer in &outcome.timers {
            let title = fit(timer.title.get(self.options.language));
            text += &format!("{title}{:>8}\n", grouped(timer.fired));
        }
        let columns = "   cases    of filed  of accepted  of mediated";
        text += &self.section("How far they came", columns);
        for (title, count) in shares(outcome) {
            let rates = rates(outcome, count);
            text += &format!("{title:<TITLE$}{:>8}{rates}\n", grouped(count));
        }
        text += &self.section("How they ended", "   cases");
        for (ground, count) in &outcome.grounds {
            text += &format!("{:<TITLE$}{:>8}\n", ground.code(), grouped(*count));
        }
        text += &self.section("Load", "  people     mean     p90    most");
        for (title, load) in loads(outcome) {
            let Load {
                people,
                mean,
                p90,
                most,
            } = load;
            text += &format!("{title:<TITLE$}{people:>8}{mean:>9.2}{p90:>8}{most:>8}\n");
        }
        text += &self.section("Besides", "   times");
        for (title, count) in besides(outcome) {
            text += &format!("{title:<TITLE$}{:>8}\n", grouped(count));
        }
        text
    }

    fn waits(&self, outcome: &Outcome) -> String {
        let columns = "    came  overdue   stand     days  median     p90";
        let mut text = self.section("Where cases wait", columns);
        let open = open_steps(outcome);
        let longest = open.iter().map(|step| step.waited.mean).fold(0.0, f64::max);
        for step in open {
            let waited = step.waited;
            let days = |days: f64| match waited.count {
                0 => "–".to_owned(),
                _ => format!("{days:.1}"),
            };
            let mut line = format!(
                "{}{:>8}{:>9}{:>8}{:>9}{:>8}{:>8}",
                self.title(step),
                grouped(step.came),
                grouped(step.overdue),
                grouped(step.stand),
                days(waited.mean),
                days(waited.median),
                days(waited.p90),
            );
            let bar = bar(waited.mean, longest);
            if !bar.is_empty() {
                line = format!("{line}  {}", self.brush.paint(Look::Mark, bar));
            }
            text += &format!("{line}\n");
        }
        let note = "days: working days for which a case stood there; overdue: a timer escalated";
        text + &format!("{}\n", self.dim(note))
    }

    fn two(&self, outcomes: &[Outcome], one: &Outcome, other: &Outcome) -> String {
        let mut text = self.head(outcomes);
        let measures = ["overdue", "working days, mean", "stand at the end"];
        text += &self.measured("Where cases wait", &measures);
        for (was, is) in paired(&open_steps(one), &open_steps(other), |step| {
            step.id.as_str()
        }) {
            let Some(step) = is.or(was) else { continue };
            let pair = |of: fn(&StepFigures) -> f64, decimals| {
                self.pair(was.map(of), is.map(of), decimals)
            };
            let cells = [
                pair(|step| f64::from(step.overdue), 0),
                pair(|step| step.waited.mean, 1),
                pair(|step| f64::from(step.stand), 0),
            ];
            text += &format!("{}{}\n", self.title(step), cells.concat());
        }
        let timers = [one, other].map(|one| one.timers.iter().collect::<Vec<_>>());
        text += &self.measured("Timers", &["fired"]);
        for (was, is) in paired(&timers[0], &timers[1], |timer| timer.name.as_str()) {
            let Some(timer) = is.or(was) else { continue };
            let title = fit(timer.title.get(self.options.language));
            let [was, is] = [was, is].map(|one| one.map(|one| f64::from(one.fired)));
            text += &format!("{title}{}\n", self.pair(was, is, 0));
        }
        text += &self.measured("How far they came", &["cases"]);
        for ((title, was), (_, is)) in shares(one).into_iter().zip(shares(other)) {
            let pair = self.pair(Some(f64::from(was)), Some(f64::from(is)), 0);
            let rates = rates(other, is);
            text += &format!("{title:<TITLE$}{pair}{rates}\n");
        }
        text += &self.measured("Load", &["mean", "most"]);
        for ((title, was), (_, is)) in loads(one).into_iter().zip(loads(other)) {
            let mean = self.pair(Some(was.mean), Some(is.mean), 2);
            let most = self.pair(Some(f64::from(was.most)), Some(f64::from(is.most)), 0);
            text += &format!("{title:<TITLE$}{mean}{most}\n");
        }
        text += &self.measured("Besides", &["times"]);
        for ((title, was), (_, is)) in besides(one).into_iter().zip(besides(other)) {
            let pair = self.pair(Some(f64::from(was)), Some(f64::from(is)), 0);
            text += &format!("{title:<TITLE$}{pair}\n");
        }
        text
    }

    /// Both values, and the difference where there is one; what only one of the definitions has is a dash in the other.
    fn pair(&self, was: Option<f64>, is: Option<f64>, decimals: usize) -> String {
        let cell = |value: Option<f64>| match value {
            Some(value) if decimals == 0 => grouped(value as u32),
            Some(value) => format!("{value:.decimals$}"),
            None => "–".to_owned(),
        };
        let difference = was.zip(is).map(|(was, is)| is - was);
        let least = 0.5 / 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
        let mark = match difference.filter(|by| by.abs() >= least) {
            Some(by) => format!("{by:+.decimals$}").replace('-', "−"),
            None => "·".to_owned(),
        };
        let look = if mark == "·" { Look::Dim } else { Look::Mark };
        let mark = self.brush.paint(look, format!("{mark:>7}"));
        format!("{:>8}{:>8}{mark}", cell(was), cell(is))
    }
}

/// Where a case can wait: whatever is not closed.
pub(super) fn open_steps(outcome: &Outcome) -> Vec<&StepFigures> {
    let steps = outcome.steps.iter();
    steps.filter(|step| step.stage != Stage::Closed).collect()
}

/// What two definitions have under the same name, in the order of the second; what only the first has comes last.
pub(super) fn paired<'a, T>(
    one: &[&'a T],
    other: &[&'a T],
    name: impl Fn(&T) -> &str,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let find = |among: &[&'a T], wanted: &T| {
        let mut among = among.iter().copied();
        among.find(|this| name(this) == name(wanted))
    };
    let there = other.iter().map(|is| (find(one, is), Some(*is)));
    let gone = one.iter().filter(|was| find(other, was).is_none());
    there.chain(gone.map(|was| (Some(*was), None))).collect()
}

fn shares(outcome: &Outcome) -> [(&'static str, u32); 6] {
    let shares = outcome.shares;
    [
        ("filed", shares.filed),
        ("accepted by a mediator", shares.accepted),
        ("with a contract", shares.mediated),
        ("settled", shares.settled),
        ("settled in part", shares.partly_settled),
        ("still open at the end", shares.filed - shares.closed),
    ]
}

/// Always by all three denominators, side by side.
fn rates(outcome: &Outcome, count: u32) -> String {
    let shares = outcome.shares;
    let rate = |whole: u32| match whole {
        0 => "–".to_owned(),
        _ if count > whole => String::new(),
        _ => format!("{:.1} %", 100.0 * f64::from(count) / f64::from(whole)),
    };
    let [filed, accepted, mediated] = [shares.filed, shares.accepted, shares.mediated].map(rate);
    format!("{filed:>12}{accepted:>13}{mediated:>13}")
        .trim_end()
        .to_owned()
}

fn loads(outcome: &Outcome) -> [(&'static str, Load); 3] {
    [
        ("acts of a head in a week", outcome.heads),
        ("acts of the coordinator", outcome.coordinator),
        ("cases of a mediator", outcome.mediators),
    ]
}

fn besides(outcome: &Outcome) -> [(&'static str, u32); 3] {
    [
        ("no mediator was free", outcome.nobody_free),
        ("put off to the next morning", outcome.put_off),
        ("refused by the rules", outcome.refused),
    ]
}

/// A title in its column.
fn fit(title: &str) -> String {
    let most = TITLE - 1;
    if title.chars().count() <= most {
        return format!("{title:<TITLE$}");
    }
    let short: String = title.chars().take(most - 1).collect();
    format!("{:<TITLE$}", format!("{short}…"))
}

fn bar(value: f64, longest: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if longest <= 0.0 {
        return String::new();
    }
    let eighths = (value / longest * (BAR * 8) as f64).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn a_title_keeps_its_column_in_every_alphabet() {
        for title in ["Ready", "Медиатордың жауабын күтуде, ұзақ атау болса да"]
        {
            assert_eq!(fit(title).chars().count(), TITLE);
        }
    }

    #[test]
    fn the_longest_wait_has_the_longest_bar() {
        assert_eq!(bar(3.0, 3.0).chars().count(), BAR);
        assert_eq!(
            (bar(0.0, 3.0), bar(0.0, 0.0)),
            (String::new(), String::new())
        );
    }

    #[test]
    fn what_one_definition_has_alone_is_shown_beside_nothing() {
        let pairs = paired(&[&"a", &"b"], &[&"b", &"c"], |name| name);
        assert_eq!(
            pairs,
            [
                (Some(&"b"), Some(&"b")),
                (None, Some(&"c")),
                (Some(&"a"), None)
            ]
        );
    }
}
