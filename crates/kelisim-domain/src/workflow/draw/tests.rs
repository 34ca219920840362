//! What the pictures promise, for every definition of the fixtures.

use super::{super::fixtures, *};
use crate::workflow::definition::Timer;
use std::sync::LazyLock;

fn meet(one: Rect, other: Rect) -> bool {
    one.x < other.right()
        && other.x < one.right()
        && one.y < other.bottom()
        && other.y < one.bottom()
}

fn inside(outer: Rect, inner: Rect) -> bool {
    outer.x <= inner.x
        && outer.y <= inner.y
        && inner.right() <= outer.right()
        && inner.bottom() <= outer.bottom()
}

/// Each definition with its layout in Russian, which has the longest words; made once.
fn laid_out() -> &'static [(Definition, Layout)] {
    static LAID_OUT: LazyLock<Vec<(Definition, Layout)>> = LazyLock::new(|| {
        let lay_out = |definition: Definition| {
            let layout = Layout::of(&definition, Language::Ru);
            (definition, layout)
        };
        fixtures::all().into_iter().map(lay_out).collect()
    });
    &LAID_OUT
}

/// Every card and every label.
fn boxes(layout: &Layout) -> Vec<Rect> {
    let labels = layout.routes().iter().map(|route| route.label);
    layout.placed.nodes.iter().copied().chain(labels).collect()
}

#[test]
fn no_two_boxes_meet_and_everything_lies_inside() {
    for (definition, layout) in laid_out() {
        let (width, height) = layout.size(false);
        let paper = Rect {
            width,
            height,
            ..Rect::default()
        };
        let boxes = boxes(layout);
        for (index, one) in boxes.iter().enumerate() {
            assert!(inside(paper, *one), "{}: {one:?}", definition.key);
            assert!(one.width > 0.0 && one.height > 0.0, "{one:?}");
            for other in &boxes[..index] {
                assert!(!meet(*one, *other), "{}: {one:?} {other:?}", definition.key);
            }
        }
        let points = layout.routes().iter().flat_map(|route| &route.points);
        for (x, y) in points {
            assert!((0.0..=width).contains(x) && (0.0..=height).contains(y));
        }
    }
}

#[test]
fn every_step_stands_in_the_band_of_its_stage_and_every_label_where_its_action_starts() {
    for (definition, layout) in laid_out() {
        let sketch = Sketch::of(definition);
        let lanes = layout.lanes();
        for (card, rect) in sketch.cards.iter().zip(layout.cards()) {
            assert!(inside(lanes[card.lane()], *rect), "{:?}", card.step.id);
        }
        for (arrow, route) in sketch.arrows.iter().zip(layout.routes()) {
            let lane = arrow.from.map_or(0, |from| sketch.cards[from].lane());
            assert!(inside(lanes[lane], route.label));
        }
        for pair in lanes.windows(2) {
            assert!(pair[0].bottom() <= pair[1].y);
        }
    }
}

#[test]
fn no_arrow_runs_through_a_box_that_is_not_its_own() {
    for (definition, layout) in laid_out() {
        let sketch = Sketch::of(definition);
        let first = usize::from(layout.starts);
        for (index, (arrow, route)) in sketch.arrows.iter().zip(layout.routes()).enumerate() {
            let own = [arrow.from.map_or(0, |from| from + first), arrow.to + first];
            let cards = layout.placed.nodes.iter().enumerate();
            let others = cards.filter(|(node, _)| !own.contains(node));
            let labels = layout.routes().iter().enumerate();
            let labels = labels.filter(|(other, _)| *other != index);
            let foreign: Vec<Rect> = others
                .map(|(_, rect)| *rect)
                .chain(labels.map(|(_, route)| route.label))
                .collect();
            for pair in route.points.windows(2) {
                let line = Rect {
                    x: pair[0].0.min(pair[1].0),
                    y: pair[0].1.min(pair[1].1),
                    width: (pair[0].0 - pair[1].0).abs(),
                    height: (pair[0].1 - pair[1].1).abs(),
                };
                for rect in &foreign {
                    assert!(!meet(line, *rect), "{}: {line:?} {rect:?}", definition.key);
                }
            }
        }
    }
}

/// What is written stays inside the box that was kept for it, in every language.
#[test]
fn every_text_fits_its_box() {
    for (definition, _) in laid_out() {
        let sketch = Sketch::of(definition);
        for language in Language::ALL {
            for arrow in &sketch.arrows {
                for (lines, _) in arrow.notes(language).cells {
                    assert!(
                        room(&lines).0 + 2.0 * sketch::LABEL_PADDING
                            <= arrow.size(language).0 + 0.01
                    );
                }
            }
            for card in &sketch.cards {
                for (lines, _) in card.remarks(language).cells {
                    let wide = room(&lines).0 + sketch::SIGN + 2.0 * sketch::CARD_PADDING;
                    assert!(wide <= card.size(language).0 + 0.01);
                }
            }
        }
    }
}

/// A picture is printed and shown on a page: one of the standard workflow may take two of A4, and not five.
#[test]
fn the_shipped_definitions_fit_a_page_in_every_language() {
    for text in [crate::workflow::BASIC, crate::workflow::MEDIATION] {
        let definition = crate::workflow::parse(text).unwrap();
        for language in Language::ALL {
            let (width, height) = Layout::of(&definition, language).size(false);
            let ratio = height / width;
            assert!(
                (0.5..=2.8).contains(&ratio),
                "{} {language}: {width} × {height}",
                definition.key
            );
        }
    }
}

fn picture(definition: &Definition, language: Language, walked: Option<&Walked>) -> String {
    svg(definition, &Layout::of(definition, language), walked)
}

fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

#[test]
fn a_picture_is_one_file_that_can_be_read_aloud() {
    let definition = fixtures::mediation();
    let picture = picture(&definition, Language::En, None);
    assert!(picture.starts_with("<svg ") && picture.contains("role=\"img\""));
    assert!(
        picture.contains(
            "<title id=\"kw-mediation_like-1-title\">Mediation &lt;standard&gt; &amp; more"
        )
    );
    assert!(picture.contains("<desc id="));
    for absent in [
        "<script",
        "http://www.w3.org/1999/xlink",
        "url(http",
        "@import",
        "<standard>",
    ] {
        assert!(!picture.contains(absent), "{absent}");
    }
}

#[test]
fn actions_are_solid_with_who_and_timers_dashed_with_their_length() {
    let definition = fixtures::mediation();
    let sketch = Sketch::of(&definition);
    let by_clock = sketch.arrows.iter().filter(|arrow| arrow.by_clock).count();
    // An answer to the proposal, to the offer, the term at two steps, and the late entry.
    assert_eq!(by_clock, 5);
    for (language, who, length) in [
        (Language::Kk, "кабинет басшысы", "жұмыс күні"),
        (Language::Ru, "руководитель", "2 рабочих дня"),
        (Language::En, "head of the office", "2 working days"),
    ] {
        let picture = picture(&definition, language, None);
        // One more of each in the legend.
        assert_eq!(count(&picture, "<path class=\"clock\""), by_clock + 1);
        assert_eq!(
            count(&picture, "<path class=\"hand\""),
            sketch.arrows.len() - by_clock + 1
        );
        for said in [who, length] {
            assert!(picture.contains(said), "{said}");
        }
    }
    let reminders = |timer: &&Timer| timer.fires.is_none();
    let places: usize = definition
        .timers
        .iter()
        .filter(reminders)
        .map(|timer| timer.at.len())
        .sum();
    let picture = picture(&definition, Language::En, None);
    assert_eq!(count(&picture, "class=\"bell\""), places + 1);
}

#[test]
fn a_case_is_shown_where_it_stands_with_the_way_it_took() {
    let definition = fixtures::mediation();
    let step = |id: &str| id.parse::<StepId>().unwrap();
    let taken = |(from, to, action, by_clock): (&str, &str, &str, bool)| Taken {
        from: step(from),
        to: step(to),
        action: action.parse().unwrap(),
        by_clock,
    };
    let way = [
        ("registered", "screening", "screen", false),
        ("screening", "ready", "confirm", false),
        ("ready", "offered", "offer", false),
        // Both a person and the clock can take it back; here the clock did.
        ("offered", "ready", "expire_offer", true),
        ("ready", "offered", "offer", false),
    ];
    let walked = Walked {
        here: step("offered"),
        way: way.map(taken).to_vec(),
    };
    let picture = picture(&definition, Language::Ru, Some(&walked));
    assert_eq!(count(&picture, "class=\"card here\""), 1);
    assert_eq!(count(&picture, "class=\"card been\""), 3);
    // The opening, three moves, and the legend.
    assert_eq!(count(&picture, "class=\"hand way\""), 5);
    assert_eq!(count(&picture, "class=\"clock way\""), 1);
    assert!(picture.contains("дело сейчас здесь: Предложено медиатору."));
}

#[test]
fn the_same_definition_gives_the_same_picture() {
    for (definition, layout) in laid_out() {
        assert_eq!(*layout, Layout::of(definition, Language::Ru));
    }
}

#[test]
fn a_definition_without_anything_has_a_picture() {
    let mut definition = fixtures::mediation();
    definition.steps.clear();
    assert!(picture(&definition, Language::Kk, None).ends_with("</svg>\n"));
    assert!(mermaid(&definition, Language::Kk).contains("flowchart TB"));
}

#[test]
fn mermaid_has_every_step_and_every_move() {
    let mut definition = fixtures::mediation();
    definition.steps[1].title.en = "Is it \"fit\"? #1 <b>".to_owned();
    let text = mermaid(&definition, Language::En);
    let sketch = Sketch::of(&definition);
    assert_eq!(count(&text, "subgraph "), 4);
    for card in &sketch.cards {
        assert!(text.contains(&format!("        step_{}", card.step.id)));
    }
    let remarks: usize = sketch.cards.iter().map(|card| card.remarks.len()).sum();
    assert_eq!(count(&text, "->|"), sketch.arrows.len() + remarks);
    assert!(text.contains("\"Is it #quot;fit#quot;? #35;1 #lt;b#gt;\""));
    assert!(text.contains("step_offered -.->|\"The mediator has not answered<br>2 working days after the mediator was asked<br>is told: head of the office, regional coordinator\"| step_ready"));
}
