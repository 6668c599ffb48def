//! Writes the figures into the documents, between two marker comments.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{chart, results::Results, tables};

const BEGIN: &str = "<!-- benchmarks: begin -->";
const END: &str = "<!-- benchmarks: end -->";

/// Writes the short table to the README, all tables to `docs/performance.md`, and the chart.
///
/// # Errors
///
/// Returns an error if a document cannot be read or lacks the markers, in which case nothing is written, or if a
/// file cannot be written.
pub fn write(results: &Results) -> Result<Vec<PathBuf>, String> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("this package has no parent")?;
    let mut written = Vec::new();
    for (name, figures) in
        [("README.md", tables::short(results)), ("docs/performance.md", tables::all(results))]
    {
        let path = root.join(name);
        let document = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        let document = replaced(&document, &figures).map_err(|error| format!("{name}: {error}"))?;
        written.push((path, document));
    }
    written.push((root.join("docs/performance.svg"), chart::draw(results)?));
    let write = |(path, text): (PathBuf, String)| match fs::write(&path, text) {
        Ok(()) => Ok(path),
        Err(error) => Err(format!("{}: {error}", path.display())),
    };
    written.into_iter().map(write).collect()
}

/// Replaces the text between the markers.
fn replaced(document: &str, figures: &str) -> Result<String, String> {
    let missing = || format!("missing `{BEGIN}` followed by `{END}`");
    let (before, rest) = document.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", figures.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_between_the_markers_changes() {
        let document = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let new = replaced(&document, "| new |\n").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}\n\n| new |\n\n{END}\nafter\n"));
        assert_eq!(replaced(&new, "| new |").unwrap(), new);
    }

    #[test]
    fn a_document_without_markers_is_refused() {
        assert!(replaced("no comments", "x").unwrap_err().contains(BEGIN));
        assert!(replaced(&format!("{END} {BEGIN}"), "x").unwrap_err().contains(END));
    }
}
