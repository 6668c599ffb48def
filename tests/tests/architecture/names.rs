//! Names that only some files may contain.

use crate::sources::{self, Source};

/// Of the files in `folder`, only those in `allowed` may contain what `finds` finds.
struct Rule {
    folder: &'static str,
    allowed: &'static [&'static str],
    finds: fn(&Source) -> Option<String>,
}

const RULES: &[Rule] = &[
    // Only these files name the executor: those that start tasks or use a runtime.
    Rule {
        folder: "actor-runtime/src",
        allowed: &[
            "life/builder.rs",
            "life/launch.rs",
            "thread/block_on.rs",
            "thread/home.rs",
            "thread/worker.rs",
        ],
        finds: executor,
    },
    // Only `expand` generates code: see `quote`.
    Rule { folder: "actor-macros/src", allowed: &[], finds: quote },
    // Only `diagnostics` creates errors.
    Rule { folder: "actor-macros/src", allowed: &["diagnostics.rs"], finds: error },
    // Everything else can run in a test.
    Rule { folder: "actor-macros/src", allowed: &["lib.rs"], finds: proc_macro },
];

/// The files that contain a name without being allowed to.
pub(crate) fn mistakes() -> Vec<String> {
    let mut mistakes = Vec::new();
    for rule in RULES {
        for source in sources::read(rule.folder) {
            let is_allowed = rule.allowed.iter().any(|file| source.file == *file);
            if let Some(name) = (rule.finds)(&source).filter(|_| !is_allowed) {
                mistakes.push(format!("{}/{} contains `{name}`", rule.folder, source.file));
            }
        }
    }
    mistakes
}

fn executor(source: &Source) -> Option<String> {
    let of_tasks =
        ["spawn", "spawn_local", "spawn_blocking", "block_in_place", "LocalSet", "Builder"];
    let is_executor = |path: &&[String]| match path {
        [krate, name, ..] if krate == "tokio" && (name == "spawn" || name == "runtime") => true,
        [krate, module, name, ..] if krate == "tokio" && module == "task" => {
            of_tasks.contains(&name.as_str())
        }
        _ => false,
    };
    first_path(source, is_executor)
}

fn quote(source: &Source) -> Option<String> {
    let may_write = |part: &str| part.starts_with("expand") || part == "tests";
    if source.file.split('/').any(may_write) {
        return None;
    }
    source.macros().into_iter().find(|name| name == "quote" || name == "quote_spanned")
}

fn error(source: &Source) -> Option<String> {
    let is_new = |name: &String| name == "new" || name == "new_spanned";
    first_path(source, |path| matches!(path, [.., error, name] if error == "Error" && is_new(name)))
}

fn proc_macro(source: &Source) -> Option<String> {
    first_path(source, |path| path[0] == "proc_macro")
}

fn first_path(source: &Source, is_it: impl Fn(&&[String]) -> bool) -> Option<String> {
    let mut paths = source.paths().into_iter().map(|named| named.path);
    paths.find(|path| is_it(&path.as_slice())).map(|path| path.join("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found() {
        let source = |text| Source::new("a.rs", text);
        let found = |text, name: &str| assert_eq!(executor(&source(text)).as_deref(), Some(name));
        found("fn f() { tokio::spawn(g()) }", "tokio::spawn");
        found("use tokio::{time, runtime::Handle};", "tokio::runtime::Handle");
        found("use tokio::task::{JoinSet, spawn_local};", "tokio::task::spawn_local");
        assert_eq!(executor(&source("use tokio::task::JoinSet;")), None);
        assert_eq!(quote(&source("fn f() { quote! { x } }")).as_deref(), Some("quote"));
        assert_eq!(quote(&Source::new("expand/a.rs", "fn f() { quote! { x } }")), None);
        let error = error(&source("fn f() { syn::Error::new_spanned(a, b) }"));
        assert_eq!(error.as_deref(), Some("syn::Error::new_spanned"));
        assert!(proc_macro(&source("use proc_macro::TokenStream;")).is_some());
        assert_eq!(proc_macro(&source("use proc_macro2::TokenStream;")), None);
    }
}
