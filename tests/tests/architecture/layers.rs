//! Whether imports point downward.
//!
//! If every import points downward, no circle of modules is larger than one layer. So there is no
//! search for circles here.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{Named, Source};

/// What is wrong with `sources`, if a layer may use itself and those after it in `layers` only. A layer
/// is a folder, `call/`, or a file, `sync.rs`.
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

/// The path from the crate's root, if it is one within the crate that says so.
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

/// Which file a path leads to.
struct Modules {
    files: BTreeMap<Vec<String>, String>,
    /// What the root gives another path to: `Call` for `call::Call`.
    at_root: BTreeMap<String, Vec<String>>,
    /// Where the names of the root come from that are in no module: macros, and other crates.
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

    /// The file of the innermost module that `path` names, and not the root's unless nothing else is.
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

    /// What is wrong if `text` is in `file`, in a house of three layers.
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
    fn downward_passes() {
        let text = "use crate::{queue::Queue, sync::{self, Lock as L}}; fn f() { self::room::g() }";
        assert_eq!(mistakes_of("call/mod.rs", text), [""; 0]);
        assert_eq!(mistakes_of("queue/mod.rs", "use crate::queue::Queue; use self::a;"), [""; 0]);
    }

    #[test]
    fn upward_is_a_mistake() {
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
    fn upward_in_nested_braces_is_a_mistake() {
        let text = "use crate::{\n    sync::Lock,\n    call::{room::{Room as R}},\n};";
        let expected = "queue/mod.rs uses call/room.rs (Room): queue/ is below call/";
        assert_eq!(mistakes_of("queue/mod.rs", text), [expected]);
    }

    #[test]
    fn macros_are_where_they_are_defined() {
        let text = "macro_rules! mine { () => {} } pub use crate::mine; ";
        assert_eq!(mistakes_of("queue/mod.rs", text), [""; 0]);
        let expected = "sync.rs uses lib.rs (theirs): sync.rs is below lib.rs";
        let root = Source::new("lib.rs", "mod sync; pub use other_crate::{theirs};");
        let sync = Source::new("sync.rs", "use crate::theirs;");
        assert_eq!(mistakes(&["lib.rs", "sync.rs"], &[root, sync]), [expected]);
    }

    #[test]
    fn upward_by_a_name_of_the_root_is_a_mistake() {
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
