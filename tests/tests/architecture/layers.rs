//! Checks that imports point downward.
//!
//! If they do, every cycle of modules is within one layer, so there is no search for cycles here.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{Named, Source};

/// The violations in `sources`, if a layer may only use itself and those after it in `layers`. A layer is a
/// folder, `call/`, or a file, `sync.rs`.
pub(crate) fn mistakes(layers: &[&str], sources: &[Source]) -> Vec<String> {
    let mut mistakes = BTreeSet::new();
    let position = |file: &str| layers.iter().position(|layer| is_in(file, layer));
    for layer in layers {
        if !sources.iter().any(|source| is_in(&source.file, layer)) {
            mistakes.insert(format!("{layer} is a layer without files"));
        }
    }
    let modules = Modules::of(sources);
    for source in sources {
        let Some(user) = position(&source.file) else {
            mistakes.insert(format!("{} is in no layer", source.file));
            continue;
        };
        for named in source.paths() {
            let Some(path) = from_root(&named) else { continue };
            let name = path.last().map_or("the root", String::as_str);
            match modules.file(&path) {
                None => {
                    let path = path.join("::");
                    mistakes.insert(format!("{} uses `crate::{path}`: where is it?", source.file));
                }
                Some(used) => {
                    if let Some(used_layer) = position(used).filter(|layer| *layer < user) {
                        mistakes.insert(format!(
                            "{} uses {used} ({name}): {} is below {}",
                            source.file, layers[user], layers[used_layer],
                        ));
                    }
                }
            }
        }
    }
    mistakes.into_iter().collect()
}

fn is_in(file: &str, layer: &str) -> bool {
    file == layer || layer.ends_with('/') && file.starts_with(layer)
}

/// The path from the crate's root, if it begins with a keyword that says so.
fn from_root(named: &Named) -> Option<Vec<String>> {
    let (first, rest) = named.path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([&*named.module, rest].concat()),
        "super" => {
            let supers = named.path.iter().take_while(|part| *part == "super").count();
            let outer = &named.module[..named.module.len().checked_sub(supers)?];
            Some([outer, &named.path[supers..]].concat())
        }
        _ => None,
    }
}

/// Resolves paths to files.
struct Modules {
    files: BTreeMap<Vec<String>, String>,
    /// The names that the root re-exports, with their paths: `Call` for `call::Call`.
    at_root: BTreeMap<String, Vec<String>>,
    /// The sources of names of the root that are in no module: macros, and other crates.
    others: BTreeMap<String, String>,
}

impl Modules {
    fn of(sources: &[Source]) -> Self {
        let files = sources.iter().map(|source| (source.module(), source.file.clone())).collect();
        let root = sources.iter().filter(|source| source.module().is_empty());
        let at_root = root
            .flat_map(Source::paths)
            .filter(|named| named.module.is_empty())
            .filter_map(|named| Some((named.path.last()?.clone(), from_root(&named)?)))
            .filter(|(_, path)| path.len() > 1)
            .collect();
        let foreign = sources
            .iter()
            .filter(|source| source.module().is_empty())
            .flat_map(|root| root.paths().into_iter().map(|named| (named, root.file.clone())))
            .filter(|(named, _)| named.module.is_empty() && from_root(named).is_none())
            .filter_map(|(named, file)| Some((named.path.last()?.clone(), file)));
        let macros = sources.iter().flat_map(|source| {
            source.defined_macros().into_iter().map(|name| (name, source.file.clone()))
        });
        let others = foreign.chain(macros).collect();
        Self { files, at_root, others }
    }

    /// The file of the innermost module in `path`; the root's if there is none.
    fn file(&self, path: &[String]) -> Option<&str> {
        let module = (1..=path.len()).rev().find_map(|end| self.files.get(&path[..end]));
        match (module, path) {
            (Some(file), _) => Some(file),
            (None, [first, ..]) => match self.at_root.get(first) {
                Some(path) => self.file(path),
                None => self.others.get(first).map(String::as_str),
            },
            (None, []) => self.files.get(path).map(String::as_str),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The violations if `file` contains `text`, in a crate with three layers.
    fn mistakes_of(file: &str, text: &str) -> Vec<String> {
        let files = [
            ("lib.rs", "mod call; mod queue; mod sync; pub use crate::{call::{Call, room::Room}};"),
            ("call/mod.rs", "pub struct Call;"),
            ("call/room.rs", "pub struct Room;"),
            ("queue/mod.rs", "pub struct Queue;"),
            ("sync.rs", "pub struct Lock;"),
        ];
        let mut sources: Vec<_> =
            files.iter().map(|(file, text)| Source::new(file, text)).collect();
        sources.retain(|source| source.file != file);
        sources.push(Source::new(file, text));
        mistakes(&["lib.rs", "call/", "queue/", "sync.rs"], &sources)
    }

    #[test]
    fn downward_imports_pass() {
        let text = "use crate::{queue::Queue, sync::{self, Lock as L}}; fn f() { self::room::g() }";
        assert_eq!(mistakes_of("call/mod.rs", text), [""; 0]);
        assert_eq!(mistakes_of("queue/mod.rs", "use crate::queue::Queue; use self::a;"), [""; 0]);
    }

    #[test]
    fn an_upward_import_is_reported() {
        let expected = "queue/mod.rs uses call/mod.rs (Call): queue/ is below call/";
        assert_eq!(mistakes_of("queue/mod.rs", "use crate::call::Call;"), [expected]);
        assert_eq!(mistakes_of("queue/mod.rs", "fn f(call: &crate::call::Call) {}"), [expected]);
        assert_eq!(mistakes_of("queue/mod.rs", "use super::call::Call;"), [expected]);
        assert_eq!(
            mistakes_of("queue/next.rs", "mod a { use super::super::super::call::Call; }").len(),
            1
        );
    }

    #[test]
    fn an_upward_import_in_nested_braces_is_reported() {
        let text = "use crate::{\n    sync::Lock,\n    call::{room::{Room as R}},\n};";
        let expected = "queue/mod.rs uses call/room.rs (Room): queue/ is below call/";
        assert_eq!(mistakes_of("queue/mod.rs", text), [expected]);
    }

    #[test]
    fn macros_are_in_the_file_that_defines_them() {
        let text = "macro_rules! mine { () => {} } pub use crate::mine; ";
        assert_eq!(mistakes_of("queue/mod.rs", text), [""; 0]);
        let expected = "sync.rs uses lib.rs (theirs): sync.rs is below lib.rs";
        let root = Source::new("lib.rs", "mod sync; pub use other_crate::{theirs};");
        let sync = Source::new("sync.rs", "use crate::theirs;");
        assert_eq!(mistakes(&["lib.rs", "sync.rs"], &[root, sync]), [expected]);
    }

    #[test]
    fn an_upward_import_through_the_root_is_reported() {
        let expected = "sync.rs uses call/room.rs (Room): sync.rs is below call/";
        assert_eq!(mistakes_of("sync.rs", "use crate::Room;"), [expected]);
        let expected = "sync.rs uses `crate::Unknown`: where is it?";
        assert_eq!(mistakes_of("sync.rs", "use crate::Unknown;"), [expected]);
    }

    #[test]
    fn each_file_is_in_a_layer_and_each_layer_has_files() {
        assert_eq!(mistakes_of("seat.rs", ""), ["seat.rs is in no layer"]);
        let sources = [Source::new("lib.rs", "")];
        assert_eq!(mistakes(&["lib.rs", "call/"], &sources), ["call/ is a layer without files"]);
    }
}
