//! Macros, as far as their tokens tell what they do.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{
    Expr, Macro, Pat, Token,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use super::{
    super::{
        known,
        select::Select,
        step::{Arm, Branch, Closure, Jump, Refusal, Step, Wait},
        text::text,
    },
    Lower,
    capture::formatted_names,
    expr::awaits_in,
};

impl Lower {
    pub(super) fn macro_call(&mut self, call: &Macro) -> Step {
        let Some(last) = call.path.segments.last() else { return Step::Idle };
        let name = last.ident.to_string();
        if known::is_join(&name) {
            let caret = self.caret(&last.ident);
            return Step::Refused(Refusal::Join { name, caret });
        }
        if name == "select"
            && let Ok(select) = syn::parse2::<Select>(call.tokens.clone())
        {
            return self.inside_macro(|lower| lower.select(&select, &last.ident));
        }
        if awaits_in(call.tokens.clone()) {
            let caret = self.caret(&last.ident);
            return Step::Refused(Refusal::Hidden { name, caret });
        }
        let used = self.inside_macro(|lower| lower.macro_arguments(call));
        if known::diverges(&name) {
            return Step::Jump(Jump::Leave(Box::new(used)));
        }
        used
    }

    /// Lowers syntax that was parsed out of a macro's tokens, and is not in the tree.
    fn inside_macro<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.in_macro, true);
        let result = inside(self);
        self.in_macro = before;
        result
    }

    /// All futures are made, one wait, then one handler.
    fn select(&mut self, select: &Select, name: &syn::Ident) -> Step {
        let caret = self.caret(name);
        let mut futures = Vec::new();
        for branch in &select.branches {
            futures.extend(branch.condition.iter().map(|condition| self.expr(condition)));
            futures.push(self.future(&branch.future));
        }
        let wait = Wait {
            future: Box::new(Step::All(futures)),
            caret,
            text: format!("{name}!"),
            is_repeatable: false,
        };
        let mut arms: Vec<Arm> = Vec::new();
        for branch in &select.branches {
            arms.push(self.scope(|lower| {
                let binds = lower.bind(&branch.pattern, None, None);
                let gives = Some(text(&branch.future));
                Arm { binds, gives, ..Arm::plain(lower.expr(&branch.handler)) }
            }));
        }
        arms.extend(select.otherwise.iter().map(|otherwise| Arm::plain(self.expr(otherwise))));
        Step::Branch(Branch { on: Box::new(Step::Wait(wait)), arms })
    }

    fn macro_arguments(&mut self, call: &Macro) -> Step {
        let mut steps: Vec<Step> = Vec::new();
        for token in call.tokens.clone() {
            if let TokenTree::Literal(literal) = token {
                let names = formatted_names(&literal);
                steps.extend(names.into_iter().map(|name| self.expr(&Expr::Path(name))));
            }
        }
        let is_pin = call.path.segments.last().is_some_and(|last| last.ident == "pin");
        match arguments(call) {
            Some(arguments) => steps.extend(arguments.iter().map(|argument| match argument {
                // `println!("{x}", x = y)` assigns nothing.
                Expr::Assign(named) => self.expr(&named.right),
                argument if is_pin => self.future(argument),
                argument => self.expr(argument),
            })),
            None => {
                let captures = self.captures_in_tokens(call.tokens.clone());
                steps.push(Step::Closure(Closure { captures, changes: Vec::new() }));
            }
        }
        Step::All(steps)
    }
}

/// The expressions in `m!(a, b)`, `m![value; count]` and `matches!(value, PATTERN if guard)`.
fn arguments(call: &Macro) -> Option<Vec<Expr>> {
    let listed = |input: ParseStream<'_>| {
        let list = Punctuated::<Expr, Token![,]>::parse_terminated(input)?;
        Ok(list.into_iter().collect())
    };
    let repeated = |input: ParseStream<'_>| {
        let value = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(vec![value, input.parse()?])
    };
    let matched = |input: ParseStream<'_>| {
        let value = input.parse()?;
        input.parse::<Token![,]>()?;
        Pat::parse_multi_with_leading_vert(input)?;
        let mut found = vec![value];
        if input.parse::<Option<Token![if]>>()?.is_some() {
            found.push(input.parse()?);
        }
        input.parse::<Option<Token![,]>>()?;
        Ok(found)
    };
    let tokens = || call.tokens.to_token_stream();
    let is_match = call.path.segments.last().is_some_and(|last| last.ident == "matches");
    let first = if is_match { matched.parse2(tokens()) } else { listed.parse2(tokens()) };
    first.or_else(|_| repeated.parse2(tokens())).ok()
}
