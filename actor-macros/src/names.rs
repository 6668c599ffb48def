//! Names for generated items and variables.
//!
//! They are unique by their text and not only by hygiene, so that an expansion which is printed and
//! pasted back as source still compiles.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::{Path, PathSegment, Token, ext::IdentExt, spanned::Spanned};

/// The text of an identifier, without `r#`.
pub(crate) fn text(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The variant for a handler: `set_level` becomes `SetLevel`.
pub(crate) fn variant(method: &Ident) -> Ident {
    let mut name = String::new();
    for word in text(method).split('_') {
        let mut letters = word.chars();
        name.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(letters.as_str());
    }
    // An underscore makes an identifier of what `_`, `_1` and `self_` would become.
    if name.is_empty() || name.starts_with(char::is_numeric) {
        name.insert(0, '_');
    }
    if name == "_" || name == "Self" {
        name.push('_');
    }
    Ident::new(&name, method.span())
}

/// The name of a generated type: `Counter` and `Handle` give `CounterHandle`.
pub(crate) fn suffixed(actor: &Ident, suffix: &str) -> Ident {
    // Located at the actor, but resolved as written by the macro: then rustc makes no suggestions
    // about its definition.
    let span = Span::call_site().located_at(actor.span());
    format_ident!("{}{suffix}", actor.unraw(), span = span)
}

/// Gives out names with different texts.
#[derive(Default)]
pub(crate) struct Namer {
    taken: HashSet<String>,
}

impl Namer {
    /// Returns `ident`, or a numbered name if its text is taken.
    pub(crate) fn claim(&mut self, ident: &Ident) -> Ident {
        let text = text(ident);
        if self.taken.insert(text.clone()) {
            return ident.clone();
        }
        self.numbered(&text, ident.span())
    }

    /// Marks a name as taken.
    pub(crate) fn take(&mut self, ident: &Ident) {
        self.taken.insert(text(ident));
    }

    /// Returns `text` as a name, or a numbered one if it is taken.
    pub(crate) fn fresh(&mut self, text: &str) -> Ident {
        self.claim(&Ident::new(text, Span::call_site()))
    }

    fn numbered(&mut self, text: &str, span: Span) -> Ident {
        let name = (2_usize..)
            .map(|number| format!("{text}_{number}"))
            .find(|name| !self.taken.contains(name));
        let name = name.unwrap_or_default();
        self.taken.insert(name.clone());
        Ident::new(&name, span)
    }
}

/// `::actor_runtime`, the default of the option `crate`.
pub(crate) fn runtime() -> Path {
    absolute_path(&["actor_runtime"])
}

pub(crate) fn absolute_path(words: &[&str]) -> Path {
    let word = |word: &&str| PathSegment::from(Ident::new(word, Span::call_site()));
    Path {
        leading_colon: Some(Token![::](Span::call_site())),
        segments: words.iter().map(word).collect(),
    }
}

/// Drops the leading underscores of an argument that the body does not use.
///
/// Callers do use it, and lints complain about uses of `_path`. A name that is not an identifier without
/// them stays as it is.
pub(crate) fn without_leading_underscores(ident: &Ident) -> Ident {
    let text = text(ident);
    let shorter = text.trim_start_matches('_');
    let shorter =
        syn::parse_str::<Ident>(shorter).or_else(|_| syn::parse_str(&format!("r#{shorter}")));
    match shorter {
        Ok(mut shorter) => {
            shorter.set_span(ident.span());
            shorter
        }
        Err(_) => ident.clone(),
    }
}

/// Whether all names begin or all names end with the same word, as `GetName`, `GetAge` and `GetSize` do.
pub(crate) fn share_a_word(names: &[String]) -> bool {
    let is_shared = |word: fn(&str) -> &str| {
        let mut words = names.iter().map(|name| word(name));
        words.next().is_some_and(|first| words.all(|other| other == first))
    };
    names.len() > 1 && (is_shared(first_word) || is_shared(last_word))
}

fn first_word(name: &str) -> &str {
    let is_start = |(index, letter): &(usize, char)| *index > 0 && letter.is_uppercase();
    let end = name.char_indices().find(is_start).map_or(name.len(), |(index, _)| index);
    &name[..end]
}

fn last_word(name: &str) -> &str {
    &name[name.rfind(char::is_uppercase).unwrap_or(0)..]
}

/// A name for the argument at `position`, which has a pattern instead of one.
pub(crate) fn argument(position: usize, pattern: &impl Spanned) -> Ident {
    format_ident!("argument_{position}", span = pattern.span())
}

/// The candidate that `text` probably misspells.
pub(crate) fn misspelled(text: &str, candidates: &[&'static str]) -> Option<&'static str> {
    let is_close = |candidate: &&&str| {
        let distance = edit_distance(text, candidate);
        0 < distance && distance <= 2
    };
    candidates.iter().find(is_close).copied()
}

/// The number of letters to add, drop or replace to turn one word into the other.
fn edit_distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}
