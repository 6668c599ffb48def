//! Results as tables.

use postgres_actor::{Error, SimpleResult};

/// Prints a result: as a table, or one line for each column.
pub(crate) fn result(result: &SimpleResult, is_expanded: bool) {
    if result.columns().is_empty() {
        return println!("{}", result.tag());
    }
    match is_expanded {
        true => expanded(result),
        false => table(result),
    }
}

fn cell(result: &SimpleResult, row: usize, column: usize) -> &str {
    result.rows()[row].get(column).unwrap_or("∅")
}

fn table(result: &SimpleResult) {
    let widths: Vec<usize> = (0..result.columns().len())
        .map(|column| {
            let cells =
                (0..result.rows().len()).map(|row| cell(result, row, column).chars().count());
            cells.chain([result.columns()[column].chars().count()]).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells.zip(&widths).map(|(cell, width)| format!(" {cell:<width$} "));
        println!("{}", cells.collect::<Vec<_>>().join("|").trim_end());
    };
    line(&mut result.columns().iter().map(String::as_str));
    println!("{}", widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("+"));
    for row in 0..result.rows().len() {
        line(&mut (0..widths.len()).map(|column| cell(result, row, column)));
    }
    let count = result.rows().len();
    println!("({count} row{})", if count == 1 { "" } else { "s" });
}

fn expanded(result: &SimpleResult) {
    let width = result.columns().iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for row in 0..result.rows().len() {
        println!("-[ {} ]-", row + 1);
        for (column, name) in result.columns().iter().enumerate() {
            println!("{name:<width$} | {}", cell(result, row, column));
        }
    }
}

/// Prints an error, with a mark under the place in the statement.
pub(crate) fn error(error: &Error, statement: &str) {
    println!("{error}");
    let position = error.server().and_then(|error| error.position()?.parse::<usize>().ok());
    let Some(mut position) = position else { return };
    for line in statement.lines() {
        let length = line.chars().count() + 1;
        if position <= length {
            println!("{line}\n{}^", " ".repeat(position - 1));
            return;
        }
        position -= length;
    }
}
