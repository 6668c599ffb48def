//! Macros: those that wait, those that only format, and those of which nothing is known.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Macro, Path};

use super::{
    look::Look,
    macros::{self, Opened},
    model::Edit,
    names, place, report,
    scope::Kind,
};

impl Look<'_> {
    pub(super) fn macro_call(&mut self, mac: &Macro) {
        let name = names::last(&mac.path);
        match self.macros.get(mac) {
            Some(Opened::Select(select)) if self.elsewhere > 0 => self.values(select.exprs()),
            Some(Opened::Select(select)) => {
                if name == "select" && is_known_select(&mac.path) {
                    self.select(mac, select);
                } else {
                    self.refuse(&mac.path, report::hides(&name));
                }
            }
            Some(Opened::Pin(future)) if self.elsewhere == 0 => {
                self.awaited(future);
                self.model.add(future, Edit::Ask);
            }
            _ if names::is_join(&name) => self.refuse(&mac.path, report::joins(&name)),
            _ if name == "pin" || name == "pin_mut" => {
                self.refuse(&mac.path, report::pins(&name));
            }
            _ if awaits_in(mac.tokens.clone()) => {
                self.refuse(&mac.path, report::hides_await(&name));
            }
            opened => self.arguments(mac, opened, &name),
        }
        if names::diverges(&mac.path) {
            self.flow.is_dead = true;
        }
    }

    fn arguments(&mut self, mac: &Macro, opened: Option<&Opened>, name: &str) {
        let is_quiet = names::QUIET.has(name);
        let macros = self.macros;
        macros.captured(mac).iter().for_each(|name| self.place(name));
        for arg in opened.map(Opened::exprs).unwrap_or_default() {
            let arg = macros::value_of_named(arg);
            if place::root(arg).is_none() {
                self.value(arg);
                continue;
            }
            self.place(arg);
            let is_carried = self.scope.is_carried(arg, self.turn);
            let is_lent = self.is_look(arg) && self.scope.is_outside(arg) || is_carried;
            if is_quiet || self.scope.is(arg, Kind::Future) {
                continue;
            }
            if is_lent {
                self.model.add(arg, Edit::Freeze);
            } else if self.scope.of(arg).is_some_and(|var| var.is_mutable) {
                self.unguarded(arg, arg, report::lends(None, arg));
            }
        }
        if opened.is_none() {
            self.model.add(mac, Edit::FreezeNames(self.lent_names(mac.tokens.clone())));
        }
        if !is_quiet && self.elsewhere == 0 && self.trusted == 0 {
            self.model.add(mac, Edit::NoAwait);
        }
    }

    /// The variables in tokens of which nothing is known, that must not be changed.
    fn lent_names(&self, tokens: TokenStream) -> Vec<String> {
        let mut found = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    let var = self.scope.find(&name);
                    if var.is_some_and(|it| it.made.kind == Kind::Outside || it.turn < self.turn) {
                        found.push(name);
                    }
                }
                TokenTree::Group(group) => found.extend(self.lent_names(group.stream())),
                _ => {}
            }
        }
        found
    }
}

/// `select!` of tokio or of this crate, by its path; a plain name is rewritten to the latter.
fn is_known_select(path: &Path) -> bool {
    let first = path.segments.first().map(|first| first.ident.to_string()).unwrap_or_default();
    path.segments.len() == 1
        || path.segments.len() == 2 && matches!(first.as_str(), "tokio" | "actor_runtime")
}

/// Whether an `.await` stands in tokens.
fn awaits_in(tokens: TokenStream) -> bool {
    let mut after_dot = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => std::mem::take(&mut after_dot) && ident == "await",
        TokenTree::Group(group) => {
            after_dot = false;
            awaits_in(group.stream())
        }
        TokenTree::Punct(punct) => {
            after_dot = punct.as_char() == '.';
            false
        }
        TokenTree::Literal(_) => {
            after_dot = false;
            false
        }
    })
}
