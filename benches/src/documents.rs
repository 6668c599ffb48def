//! Puts the figures into the documents, between two comments, so that no person copies a number.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{chart, results::Results, tables};

const BEGIN: &str = "<!-- benchmarks: begin -->";
const END: &str = "<!-- benchmarks: end -->";

/// Writes the short table into the README, all tables into `docs/performance.md`, and the picture.
///
/// # Errors
///
/// If a document cannot be read or written, or lacks the comments. Nothing is written then.
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

/// The document with other figures between its comments.
fn replaced(document: &str, figures: &str) -> Result<String, String> {
    let missing = || format!("it needs `{BEGIN}` and, behind it, `{END}`");
    let (before, rest) = document.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", figures.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_comments_changes() {
        let document = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let new = replaced(&document, "| new |\n").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}\n\n| new |\n\n{END}\nafter\n"));
        assert_eq!(replaced(&new, "| new |").unwrap(), new);
    }

    #[test]
    fn a_document_without_comments_is_refused() {
        assert!(replaced("no comments", "x").unwrap_err().contains(BEGIN));
        assert!(replaced(&format!("{END} {BEGIN}"), "x").unwrap_err().contains(END));
    }
}
