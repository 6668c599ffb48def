//! Source files, and the paths in them.

use std::{fs, iter::Peekable, path::Path, slice};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One source file.
pub(crate) struct Source {
    /// Relative to the folder that was read: `call/mod.rs`.
    pub(crate) file: String,
    tokens: Vec<TokenTree>,
}

/// A path in a file.
#[derive(Debug, PartialEq)]
pub(crate) struct Named {
    /// The module that contains it, from the crate's root.
    pub(crate) module: Vec<String>,
    /// Its parts: `crate`, `call`, `Call`. The last may be `*`.
    pub(crate) path: Vec<String>,
}

/// The Rust files below `folder`, a path in this workspace.
pub(crate) fn read(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut sources = Vec::new();
    collect(&root, "", &mut sources);
    assert!(!sources.is_empty(), "there is no source in `{folder}`");
    sources
}

fn collect(folder: &Path, prefix: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), sources);
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("a readable file");
            sources.push(Source::new(&name, &text));
        }
    }
}

impl Source {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        Self { file: file.to_owned(), tokens: tokens.into_iter().collect() }
    }

    /// The module that the file is, from the crate's root.
    pub(crate) fn module(&self) -> Vec<String> {
        let path = self.file.trim_end_matches(".rs");
        let path = path.strip_suffix("mod").map_or(path, |path| path.trim_end_matches('/'));
        path.split('/').filter(|part| !part.is_empty() && *part != "lib").map(Into::into).collect()
    }

    /// All paths of two or more parts, wherever they are. Each import in braces is a path.
    pub(crate) fn paths(&self) -> Vec<Named> {
        let mut named = Vec::new();
        scan(&self.tokens, &self.module(), &mut named);
        named
    }

    /// The macros that the file defines.
    pub(crate) fn defined_macros(&self) -> Vec<String> {
        let name = |window: &[TokenTree]| match window {
            [TokenTree::Ident(keyword), _, TokenTree::Ident(name)] if keyword == "macro_rules" => {
                Some(name.to_string())
            }
            _ => None,
        };
        self.tokens.windows(3).filter_map(name).collect()
    }

    /// The macros that are called: `quote` for `quote! {}`.
    pub(crate) fn macros(&self) -> Vec<String> {
        let mut macros = Vec::new();
        scan_macros(&self.tokens, &mut macros);
        macros
    }
}

fn scan(tokens: &[TokenTree], module: &[String], named: &mut Vec<Named>) {
    let mut rest = tokens.iter().peekable();
    let mut previous: [Option<String>; 2] = [None, None];
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Ident(ident) => {
                let first = ident.to_string();
                if is_separator(&rest) {
                    let mut paths = Vec::new();
                    tail(&mut rest, vec![first.clone()], &mut paths);
                    named.extend(
                        paths.into_iter().map(|path| Named { module: module.into(), path }),
                    );
                }
                previous = [previous[1].take(), Some(first)];
            }
            TokenTree::Group(group) => {
                let tokens: Vec<_> = group.stream().into_iter().collect();
                match &previous {
                    [Some(keyword), Some(name)]
                        if keyword == "mod" && group.delimiter() == Delimiter::Brace =>
                    {
                        let module: Vec<_> = module.iter().chain([name]).cloned().collect();
                        scan(&tokens, &module, named);
                    }
                    _ => scan(&tokens, module, named),
                }
                previous = [None, None];
            }
            _ => previous = [None, None],
        }
    }
}

type Rest<'a> = Peekable<slice::Iter<'a, TokenTree>>;

/// Whether `::` comes next.
fn is_separator(rest: &Rest<'_>) -> bool {
    let mut rest = rest.clone();
    is_punct(rest.next(), ':') && is_punct(rest.next(), ':')
}

fn is_punct(token: Option<&TokenTree>, c: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

/// Reads the rest of a path that begins with `path`, and records it, or each of those in braces.
fn tail(rest: &mut Rest<'_>, path: Vec<String>, paths: &mut Vec<Vec<String>>) {
    if !is_separator(rest) {
        paths.push(path);
        return;
    }
    rest.next();
    rest.next();
    match rest.peek() {
        Some(TokenTree::Ident(ident)) => {
            let path = path.into_iter().chain([ident.to_string()]).collect();
            rest.next();
            tail(rest, path, paths);
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let tokens: Vec<_> = group.stream().into_iter().collect();
            for item in tokens.split(|token| is_punct(Some(token), ',')) {
                let mut item = item.iter().peekable();
                match item.next() {
                    Some(TokenTree::Ident(ident)) if ident == "self" => paths.push(path.clone()),
                    Some(TokenTree::Ident(ident)) => {
                        let path = path.iter().cloned().chain([ident.to_string()]).collect();
                        tail(&mut item, path, paths);
                    }
                    Some(_) => paths.push(path.iter().cloned().chain(["*".into()]).collect()),
                    None => {}
                }
            }
            rest.next();
        }
        Some(token) if is_punct(Some(token), '*') => {
            paths.push(path.into_iter().chain(["*".into()]).collect());
        }
        // Type arguments.
        _ => paths.push(path),
    }
}

fn scan_macros(tokens: &[TokenTree], macros: &mut Vec<String>) {
    for window in tokens.windows(3) {
        if let [TokenTree::Ident(name), mark, TokenTree::Group(_)] = window
            && is_punct(Some(mark), '!')
        {
            macros.push(name.to_string());
        }
    }
    for token in tokens {
        if let TokenTree::Group(group) = token {
            scan_macros(&group.stream().into_iter().collect::<Vec<_>>(), macros);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let named = Source::new("a/b.rs", text).paths();
        named.into_iter().map(|named| named.path.join("::")).collect()
    }

    #[test]
    fn paths_are_found_everywhere() {
        assert_eq!(paths("use crate::call::Call;"), ["crate::call::Call"]);
        assert_eq!(paths("fn f() -> crate::Call { g(crate::h()) }"), ["crate::Call", "crate::h"]);
        assert_eq!(paths("m! { x => $crate::call::<T>() }"), ["crate::call"]);
        assert_eq!(paths("pub(crate) fn f() {}"), [""; 0]);
    }

    #[test]
    fn nested_braces_are_a_path_each() {
        let text = "use crate::{\n    call::{self, Call as C, room::*},\n    seat::Seat,\n};";
        assert_eq!(
            paths(text),
            ["crate::call", "crate::call::Call", "crate::call::room::*", "crate::seat::Seat"]
        );
    }

    #[test]
    fn comments_and_strings_contain_no_paths() {
        let text =
            "// crate::a::B\n/// crate::a::B\nfn f() { g(\"crate::a::B\", r#\"crate::c\"#) }";
        assert_eq!(paths(text), [""; 0]);
    }

    #[test]
    fn the_module_is_that_of_the_file_and_of_the_block() {
        let named = Source::new("a/b.rs", "mod tests { use super::X; }").paths();
        assert_eq!(named[0].module, ["a", "b", "tests"]);
        assert_eq!(Source::new("a/mod.rs", "").module(), ["a"]);
        assert_eq!(Source::new("lib.rs", "").module(), [""; 0]);
    }
}
