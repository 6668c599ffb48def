//! The chart of the README: the cost of a call per entrant, as bars on a logarithmic scale.
//!
//! The SVG has its own background and colors for light and dark mode, and columns wide enough for any font.

use std::iter::successors;

use crate::{
    flavor::Flavor,
    results::Results,
    roster::{Group, ROSTER},
    tables::{digits, title},
    workload::Row,
};

const WIDTH: f64 = 760.0;
/// The left end of the bars. Names are to the left of it.
const LEFT: f64 = 262.0;
/// The right end of the scale. The figures of the longest bars are to the right of it.
const RIGHT: f64 = 680.0;
/// The top of the first bar. The heading is above it.
const TOP: f64 = 64.0;
/// The distance between bars.
const STEP: f64 = 27.0;
/// The thickness of a bar.
const BAR: f64 = 17.0;

const STYLE: &str = "\
    text { font-family: system-ui, sans-serif; font-size: 13px; fill: #1f2328 }
    .heading { font-size: 15px; font-weight: 600 }
    .small { font-size: 11px; fill: #59636e }
    .ground { fill: #ffffff; stroke: #d1d9e0 }
    .grid { stroke: #d1d9e0 }
    .generated { fill: #0969da }
    .twin { fill: #59636e }
    .peer { fill: #9aa4af }
    .lock { fill: #c8a02c }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .small { fill: #9198a1 }
      .ground { fill: #0d1117; stroke: #3d444d }
      .grid { stroke: #3d444d }
      .generated { fill: #4493f8 }
      .twin { fill: #b1bac4 }
      .peer { fill: #6e7681 }
      .lock { fill: #d2a83a }
    }";

/// The bar of one entrant.
struct Bar {
    name: String,
    group: Group,
    nanos: f64,
}

/// A logarithmic scale from one nanosecond to the first power of ten that fits the longest bar.
struct Scale {
    powers: f64,
}

impl Scale {
    fn to(nanos: f64) -> Self {
        Self { powers: nanos.log10().ceil().max(1.0) }
    }

    /// Returns the x coordinate of a value. Values below 1 ns are at the left end.
    fn at(&self, nanos: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * (nanos.log10() / self.powers).clamp(0.0, 1.0)
    }

    /// Returns the powers of ten.
    fn lines(&self) -> impl Iterator<Item = f64> {
        let end = 10_f64.powf(self.powers + 0.5);
        successors(Some(1.0), |power| Some(power * 10.0)).take_while(move |power| *power < end)
    }
}

/// Draws the cost of a call on one thread, the cheapest first.
///
/// # Errors
///
/// Returns an error if no calls were measured.
pub fn draw(results: &Results) -> Result<String, String> {
    let bars = bars(results);
    let longest = bars.last().ok_or("the picture needs the row call on current_thread")?.nanos;
    let scale = Scale::to(longest);
    let mut bottom = TOP;
    let mut drawn = String::new();
    for bar in &bars {
        drawn += &draw_bar(bar, &scale, bottom);
        bottom += STEP;
    }
    let grid: String = scale.lines().map(|nanos| draw_line(nanos, &scale, bottom)).collect();
    Ok(frame(&bars, bottom + 28.0, &(grid + &drawn), &results.machine.sentence()))
}

/// Returns the bars of all shared entrants with the same mailbox capacity.
fn bars(results: &Results) -> Vec<Bar> {
    let mut bars: Vec<Bar> = ROSTER
        .iter()
        .filter(|entrant| entrant.reference == "twin-1024" && entrant.is_shared())
        .filter_map(|entrant| {
            let figures = results.figures(entrant.name, Row::Call, Flavor::CurrentThread)?;
            let name = title(entrant).replace('`', "");
            Some(Bar { name, group: entrant.group, nanos: figures.median })
        })
        .collect();
    bars.sort_by(|one, other| one.nanos.total_cmp(&other.nanos));
    bars
}

fn frame(bars: &[Bar], height: f64, inside: &str, taken_on: &str) -> String {
    let figures: Vec<String> =
        bars.iter().map(|bar| format!("{} {} ns", bar.name, digits(bar.nanos))).collect();
    let description = escaped(&figures.join(", "));
    let taken_on = escaped(taken_on);
    let (right, bottom) = (WIDTH - 1.0, height - 1.0);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title description">
  <title id="title">What a call costs</title>
  <desc id="description">CPU time of a call and its answer: {description}. Taken on {taken_on}.</desc>
  <style>
{STYLE}
  </style>
  <rect class="ground" x="0.5" y="0.5" width="{right}" height="{bottom}" rx="6"/>
  <text class="heading" x="20" y="29">What a call costs</text>
  <text class="small" x="20" y="48">CPU time of a call and its answer, on a logarithmic scale: shorter is better</text>
{inside}</svg>
"#
    )
}

fn draw_line(nanos: f64, scale: &Scale, bottom: f64) -> String {
    let (x, y) = (scale.at(nanos), bottom + 16.0);
    format!(
        r#"  <line class="grid" x1="{x:.1}" x2="{x:.1}" y1="{TOP}" y2="{bottom}"/>
  <text class="small" x="{x:.1}" y="{y}" text-anchor="middle">{nanos} ns</text>
"#
    )
}

fn draw_bar(bar: &Bar, scale: &Scale, top: f64) -> String {
    let class = match bar.group {
        Group::Generated => "generated",
        Group::Twin => "twin",
        Group::Peer => "peer",
        Group::Lock => "lock",
    };
    let (name, nanos) = (escaped(&bar.name), digits(bar.nanos));
    let end = scale.at(bar.nanos);
    let (y, width) = (top + (STEP - BAR) / 2.0, end - LEFT);
    let (text, before, after) = (top + 18.0, LEFT - 10.0, end + 7.0);
    format!(
        r#"  <text x="{before}" y="{text}" text-anchor="end">{name}</text>
  <rect class="{class}" x="{LEFT}" y="{y}" width="{width:.1}" height="{BAR}" rx="2"/>
  <text x="{after:.1}" y="{text}">{nanos}</text>
"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::invented;

    #[test]
    fn bars_are_sorted_by_cost() {
        let svg = draw(&invented()).unwrap();
        let at = |name: &str| svg.find(&format!(">{name}")).unwrap();
        assert!(at("Arc&lt;parking_lot") < at("#[actor]<"));
        assert!(at("#[actor]<") < at("#[actor], always queued"));
        assert!(at("#[actor], always queued") < at("hand-written"));
        assert_eq!(svg.matches("<rect class=\"generated\"").count(), 2);
    }

    #[test]
    fn the_scale_is_logarithmic() {
        let scale = Scale::to(234.0);
        assert_eq!(scale.lines().collect::<Vec<_>>(), [1.0, 10.0, 100.0, 1000.0]);
        let step = (RIGHT - LEFT) / 3.0;
        for (nanos, steps) in [(0.5, 0.0), (1.0, 0.0), (10.0, 1.0), (100.0, 2.0), (1000.0, 3.0)] {
            assert!((scale.at(nanos) - LEFT - steps * step).abs() < 1e-6);
        }
    }

    #[test]
    fn the_chart_has_a_text_description() {
        let svg = draw(&invented()).unwrap();
        assert!(svg.contains("#[actor] 13.4 ns"));
        assert!(svg.contains("<title id=\"title\">") && svg.contains("aria-labelledby=\"title"));
        assert!(svg.contains("2026-01-31"));
    }

    #[test]
    fn every_element_is_closed() {
        let svg = draw(&invented()).unwrap();
        for element in ["svg", "title", "desc", "style", "text"] {
            let opened = svg.matches(&format!("<{element} ")).count()
                + svg.matches(&format!("<{element}>")).count();
            assert_eq!(opened, svg.matches(&format!("</{element}>")).count(), "{element}");
        }
        assert!(!svg.contains("NaN"));
    }

    #[test]
    fn a_chart_without_calls_is_an_error() {
        let nothing = Results { timings: Vec::new(), ..invented() };
        assert!(draw(&nothing).unwrap_err().contains("call"));
    }
}
