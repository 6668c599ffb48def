//! Checks what `ARCHITECTURE.md` says about imports and names.
//!
//! Sources are read as tokens, so that comments and strings do not count, but code in macros does.

mod layers;
mod names;
mod sources;

use std::{fs, path::Path};

/// The layers of the runtime, from top to bottom, as the map lists them: `call/`, `sync.rs`.
fn layers_on_the_map() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let page = fs::read_to_string(file).expect("a readable page");
    let is_layer = |word: &&str| word.ends_with('/') || word.ends_with(".rs");
    let lines = page.lines().skip_while(|line| !line.starts_with("actor-runtime/src/")).skip(1);
    lines
        .take_while(|line| line.starts_with("  "))
        // The description of a layer continues further to the right.
        .filter(|line| !line.starts_with("   "))
        .flat_map(|line| line.split_whitespace().take_while(is_layer))
        .map(str::to_owned)
        .collect()
}

#[test]
fn imports_of_the_runtime_point_downward() {
    let layers = layers_on_the_map();
    let layers: Vec<_> = layers.iter().map(String::as_str).collect();
    assert!(layers.len() > 5, "ARCHITECTURE.md has no map of the runtime: {layers:?}");
    let mistakes = layers::mistakes(&layers, &sources::read("actor-runtime/src"));
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn names_stay_where_they_belong() {
    let mistakes = names::mistakes();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
