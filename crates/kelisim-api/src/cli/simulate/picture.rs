//! A simulation as a picture (SVG): where cases wait, and how many are overdue there.

use super::table::{grouped, names, open_steps, paired};
use kelisim_domain::{
    language::Language,
    workflow::simulate::{Outcome, StepFigures},
};
use std::fmt::Write;

/// All lengths are in pixels.
const WIDTH: f64 = 960.0;
const LABEL: f64 = 230.0;
const PANEL: f64 = 280.0;
const GAP: f64 = 80.0;
const BAR: f64 = 13.0;
const TOP: f64 = 92.0;

/// Told apart without colour too: the second is darker.
const COLOURS: [&str; 2] = ["#7fb3d5", "#1f4e79"];

/// The picture of one definition, or of two side by side.
pub(super) fn draw(outcomes: &[Outcome], language: Language) -> String {
    let rows = rows(outcomes);
    let height = BAR * outcomes.len() as f64 + 12.0;
    let total = TOP + height * rows.len() as f64 + 28.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{total}\" viewBox=\"0 0 {WIDTH} {total}\" \
         font-family=\"system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif\" font-size=\"13\" fill=\"#222\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    heading(&mut svg, outcomes);
    let days = |step: &StepFigures| step.waited.mean;
    let overdue = |step: &StepFigures| f64::from(step.overdue);
    let widest = |of: &dyn Fn(&StepFigures) -> f64| {
        let all = rows.iter().flatten().flatten();
        all.map(|step| of(step)).fold(0.0, f64::max)
    };
    let (longest, most) = (widest(&days), widest(&overdue));
    for (place, row) in rows.iter().enumerate() {
        let y = TOP + height * place as f64;
        if let Some(step) = row.iter().flatten().last() {
            let middle = y + (height - 12.0) / 2.0;
            let title = short(step.title.get(language));
            text(&mut svg, LABEL - 10.0, middle, "end", &title);
        }
        for (number, step) in row.iter().enumerate() {
            let Some(step) = step else { continue };
            let (y, colour) = (y + BAR * number as f64, COLOURS[number % 2]);
            let (days, overdue) = (days(step) / longest, overdue(step) / most);
            bar(&mut svg, (LABEL, y), days, colour, &days_label(step));
            let x = LABEL + PANEL + GAP;
            bar(&mut svg, (x, y), overdue, colour, &overdue_label(step));
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn days_label(step: &StepFigures) -> String {
    match step.waited.count {
        0 => "–".to_owned(),
        _ => format!("{:.1}", step.waited.mean),
    }
}

fn overdue_label(step: &StepFigures) -> String {
    let share = f64::from(step.overdue) / f64::from(step.came.max(1)) * 100.0;
    match step.overdue {
        0 => "0".to_owned(),
        count if share < 1.0 => format!("{} (< 1 %)", grouped(count)),
        count => format!("{} ({share:.0} %)", grouped(count)),
    }
}

/// For each step what it is in each definition.
fn rows(outcomes: &[Outcome]) -> Vec<Vec<Option<&StepFigures>>> {
    match outcomes {
        [one, other] => {
            let pairs = paired(&open_steps(one), &open_steps(other), |step| {
                step.id.as_str()
            });
            pairs.into_iter().map(|(was, is)| vec![was, is]).collect()
        }
        _ => {
            let steps = outcomes.iter().flat_map(open_steps);
            steps.map(|step| vec![Some(step)]).collect()
        }
    }
}

fn heading(svg: &mut String, outcomes: &[Outcome]) {
    let mut x = 20.0;
    for (number, name) in names(outcomes).iter().enumerate() {
        let colour = COLOURS[number % 2];
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"18\" width=\"14\" height=\"14\" fill=\"{colour}\"/>"
        );
        text(svg, x + 20.0, 25.0, "start", name);
        x += 320.0;
    }
    if let Some(one) = outcomes.first() {
        let filed = grouped(one.shares.filed);
        let what = format!("{filed} invented cases, {} to {}", one.from, one.until);
        text(svg, WIDTH - 20.0, 25.0, "end", &what);
    }
    let heads = [
        (LABEL, "Where cases wait: working days, mean"),
        (
            LABEL + PANEL + GAP,
            "Overdue: cases, share of those that came",
        ),
    ];
    for (x, title) in heads {
        let y = TOP - 26.0;
        let _ = write!(svg, "<g font-weight=\"600\">");
        text(svg, x, y, "start", title);
        let _ = writeln!(svg, "</g>");
    }
}

fn bar(svg: &mut String, (x, y): (f64, f64), share: f64, colour: &str, label: &str) {
    // Where nothing is anywhere, the share is no number.
    let width = if share.is_finite() {
        share * (PANEL - 70.0)
    } else {
        0.0
    };
    let _ = writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width:.1}\" height=\"{}\" fill=\"{colour}\"/>",
        BAR - 2.0
    );
    let _ = write!(svg, "<g font-size=\"11\">");
    text(svg, x + width + 5.0, y + BAR / 2.0 - 1.0, "start", label);
    let _ = writeln!(svg, "</g>");
}

/// As much of a title as fits beside the bars.
fn short(title: &str) -> String {
    const MOST: usize = 30;
    if title.chars().count() <= MOST {
        return title.to_owned();
    }
    let begin: String = title.chars().take(MOST - 1).collect();
    format!("{begin}…")
}

/// A text whose middle is at a height.
fn text(svg: &mut String, x: f64, middle: f64, anchor: &str, text: &str) {
    let y = middle + 4.5;
    let text = escaped(text);
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kelisim_domain::workflow::{
        BASIC, examine,
        simulate::{Assumptions, simulate},
    };

    #[test]
    fn a_title_cannot_break_the_picture() {
        let named = "title = { kk = \"А & Б\", ru = \"<b>\", en = \"A very long title of a step that nobody needs\" }";
        let plain = "title = { kk = \"Тіркелді\", ru = \"Зарегистрировано\", en = \"Filed\" }";
        let definition = examine(&BASIC.replacen(plain, named, 1)).expect("sound");
        let assumed = Assumptions::demo_year();
        let played = simulate(&definition, &assumed, 20, 1, &mut |_| {}).expect("played");
        let drawn = |language| draw(std::slice::from_ref(&played), language);
        assert!(drawn(Language::Kk).contains("А &amp; Б</text>"));
        assert!(drawn(Language::Ru).contains("&lt;b&gt;</text>"));
        assert!(drawn(Language::En).contains("A very long title of a step t…</text>"));
    }
}
