//! The results as Markdown.

use std::fmt::Write as _;

use crate::{
    flavor::Flavor,
    machine::version,
    memory::OPERATIONS,
    results::Results,
    roster::{Entrant, Group, ROSTER},
    rounds::Figures,
    workload::Row,
};

/// The placeholder for a missing figure.
const NONE: &str = "–";

/// The rows of the short table, with their headings.
const SHORT: [(Row, &str); 5] = [
    (Row::Call, "call"),
    (Row::Call64, "64 callers"),
    (Row::Cast, "cast"),
    (Row::Yield, "handler that waits"),
    (Row::SpawnStop, "start and stop"),
];

/// Returns the name of an entrant with its version, in Markdown.
#[must_use]
pub fn title(entrant: &Entrant) -> String {
    match entrant.package.and_then(version) {
        Some(version) => format!("{} {version}", entrant.title),
        None => entrant.title.to_owned(),
    }
}

/// Formats all tables (one per runtime, one for memory, one for `select!`) and the notes.
#[must_use]
pub fn all(results: &Results) -> String {
    let mut text = format!("Taken on {}. {}\n", results.machine.sentence(), rounds(results));
    if !results.timings.is_empty() {
        for flavor in Flavor::ALL {
            let heading = match flavor {
                Flavor::CurrentThread => "One thread",
                Flavor::TwoWorkers => "Two workers",
            };
            let rows: Vec<(Row, &str)> = Row::ALL
                .into_iter()
                .filter(|row| row.flavors().contains(&flavor))
                .map(|row| (row, row.name()))
                .collect();
            let table = timings(results, &rows, flavor, |_| true);
            write!(text, "\n### {heading}\n\n{table}").expect("writing to a string does not fail");
        }
    }
    if !results.weights.is_empty() {
        text += "\n### Memory\n\n";
        text += &weights(results);
    }
    if !results.comparisons.is_empty() {
        text += "\n### `select!`\n\n";
        text += &comparisons(results);
    }
    text + "\n" + &notes()
}

/// Formats the short table of the README, measured on one thread.
#[must_use]
pub fn short(results: &Results) -> String {
    let is_shown = |entrant: &Entrant| entrant.reference == "twin-1024";
    let mut table = timings(results, &SHORT, Flavor::CurrentThread, is_shown);
    write!(
        table,
        "\nCPU nanoseconds per operation, and in brackets the ratio to the hand-written actor in the \
         same run; `~` where it scatters. Taken on {}.\n",
        results.machine.sentence(),
    )
    .expect("writing to a string does not fail");
    table
}

fn rounds(results: &Results) -> String {
    let quick =
        if results.scale == 1 { "" } else { " This was a quick run: take no figure from it." };
    format!("{} rounds.{quick}", results.rounds)
}

/// Formats a line of a table.
fn line(cells: impl IntoIterator<Item = String>) -> String {
    cells.into_iter().fold("|".to_owned(), |line, cell| line + " " + &cell + " |") + "\n"
}

/// Formats the head of a table whose first column is text.
fn head<'a>(columns: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let names = line(std::iter::once("").chain(columns.clone()).map(str::to_owned));
    let rule = columns.into_iter().fold("|---|".to_owned(), |rule, _| rule + "---:|");
    names + &rule + "\n"
}

/// Formats one line per entrant and one column per timed row. Entrants without any figure are omitted.
fn timings(
    results: &Results,
    rows: &[(Row, &str)],
    flavor: Flavor,
    is_shown: impl Fn(&Entrant) -> bool,
) -> String {
    let mut table = head(rows.iter().map(|(_, name)| *name));
    for entrant in ROSTER.iter().filter(|entrant| is_shown(entrant)) {
        let figures: Vec<Option<&Figures>> =
            rows.iter().map(|(row, _)| results.figures(entrant.name, *row, flavor)).collect();
        if figures.iter().any(Option::is_some) {
            let cells = figures.into_iter().map(|figures| figures.map_or(NONE.to_owned(), cell));
            table += &line(std::iter::once(emphasized(entrant)).chain(cells));
        }
    }
    table
}

/// Formats the name of an entrant, in bold for generated actors.
fn emphasized(entrant: &Entrant) -> String {
    let title = title(entrant);
    if entrant.group == Group::Generated { format!("**{title}**") } else { title }
}

/// Formats nanoseconds, with the ratio in parentheses and a `~` if it scatters.
fn cell(figures: &Figures) -> String {
    let rough = if figures.is_rough() { "~" } else { "" };
    format!("{} ({rough}{})", digits(figures.median), digits(figures.ratio))
}

/// Formats a number with about three significant digits.
#[must_use]
pub fn digits(number: f64) -> String {
    match number {
        ..0.01 => format!("{number:.4}"),
        0.01..0.1 => format!("{number:.3}"),
        0.1..10.0 => format!("{number:.2}"),
        10.0..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

fn weights(results: &Results) -> String {
    let mut table = head([
        "allocations per call",
        "per cast",
        "per call that waits",
        "bytes when idle",
        "bytes of a handle",
    ]);
    for weight in &results.weights {
        let memory = &weight.memory;
        let each = |count: Option<u64>| count.map_or(NONE.to_owned(), per_operation);
        table += &line([
            emphasized(weight.entrant),
            per_operation(memory.calls),
            each(memory.casts),
            each(memory.waits),
            memory.idle_bytes.to_string(),
            memory.handle_bytes.to_string(),
        ]);
    }
    table
}

#[expect(clippy::cast_precision_loss, reason = "these are small numbers")]
fn per_operation(count: u64) -> String {
    let each = count as f64 / OPERATIONS as f64;
    if count.is_multiple_of(OPERATIONS) { format!("{each:.0}") } else { format!("{each:.2}") }
}

fn comparisons(results: &Results) -> String {
    let mut table = head(["`tokio::select!`", "`actor_runtime::select!`"]);
    for comparison in &results.comparisons {
        let name = comparison.case.name.to_owned();
        table += &line([name, digits(comparison.tokio.median), cell(&comparison.checked)]);
    }
    table
}

/// Formats the notes of entrants and the reasons for missing figures.
fn notes() -> String {
    let mut text = String::new();
    for entrant in ROSTER.iter().filter(|entrant| entrant.reference == "twin-1024") {
        let mut parts: Vec<String> = entrant.note.into_iter().map(str::to_owned).collect();
        let mut reasons: Vec<&str> =
            Row::ALL.into_iter().filter_map(|row| entrant.cannot(row)).collect();
        reasons.dedup();
        for reason in reasons {
            let rows = Row::ALL.into_iter().filter(|row| entrant.cannot(*row) == Some(reason));
            let names: Vec<String> = rows.map(|row| format!("`{row}`")).collect();
            parts.push(if names.len() > 4 {
                reason.to_owned()
            } else {
                format!("{reason} ({})", names.join(", "))
            });
        }
        if !parts.is_empty() {
            writeln!(text, "- {}: {}.", title(entrant), parts.join("; "))
                .expect("writing to a string does not fail");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::invented;

    #[test]
    fn numbers_have_three_significant_digits() {
        let numbers = [0.0573, 0.987_6, 1.0, 13.44, 234.5, 8994.2].map(digits);
        assert_eq!(numbers, ["0.057", "0.99", "1.00", "13.4", "234", "8994"]);
    }

    #[test]
    fn rough_figures_are_marked() {
        let table = timings(&invented(), &SHORT, Flavor::CurrentThread, |_| true);
        assert!(table.contains("| **`#[actor]`** | 13.4 (0.057) |"), "{table}");
        assert!(table.contains("| 117 (~0.50) |"), "{table}");
    }

    #[test]
    fn a_missing_figure_is_a_dash() {
        let table = timings(&invented(), &SHORT, Flavor::CurrentThread, |_| true);
        assert!(table.contains("| hand-written `mpsc` + `oneshot` | 234 (1.00) | – | – | – | – |"));
        assert!(!table.contains("tokio::sync::Mutex"), "{table}");
    }

    #[test]
    fn all_lines_of_a_table_have_the_same_number_of_cells() {
        for table in [
            timings(&invented(), &SHORT, Flavor::CurrentThread, |_| true),
            weights(&invented()),
            comparisons(&invented()),
        ] {
            let cells = |line: &str| line.matches('|').count();
            let first = cells(table.lines().next().unwrap());
            assert!(table.lines().all(|line| cells(line) == first), "{table}");
            assert!(table.lines().count() > 2, "{table}");
        }
    }

    #[test]
    fn whole_counts_have_no_fraction() {
        let table = weights(&invented());
        assert!(table.contains("| **`#[actor]`** | 1 | 0.01 | – | 1576 | 8 |"), "{table}");
    }

    #[test]
    fn every_dash_has_a_reason() {
        let notes = notes();
        let reason = "its guard must not be held over an `.await` (`ready`, `yield`)";
        assert_eq!(notes.matches(reason).count(), 2, "{notes}");
        assert!(all(&invented()).ends_with(&notes));
    }

    #[test]
    fn a_quick_run_is_marked() {
        let quick = Results { scale: 10, ..invented() };
        assert!(all(&quick).contains("quick run"));
        assert!(!all(&invented()).contains("quick run"));
        assert!(short(&invented()).contains("2026-01-31, 2 x Abacus"));
    }
}
