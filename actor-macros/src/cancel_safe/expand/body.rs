//! Rewrites a checked body, so that the compiler decides about awaited futures and about all that the check
//! left to it.
//!
//! Edits wrap expressions in place. The user's syntax keeps its spans, so errors point at it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Block, Expr, Item, Macro, Stmt,
    visit_mut::{self, VisitMut},
};

use super::{
    super::check::{Edit, Model, Opened, Select},
    lent,
};
use crate::{
    checked_select,
    select::{self, Ends},
    syntax,
};

pub(super) fn rewrite(
    block: &mut Block,
    model: Model,
    output: Option<&TokenStream>,
    krate: &TokenStream,
) {
    let mut rewrite = Rewrite { model, krate, output, elsewhere: 0, asked: Vec::new() };
    rewrite.visit_block_mut(block);
}

struct Rewrite<'a> {
    model: Model,
    krate: &'a TokenStream,
    /// The output type of the function, if it can be named.
    output: Option<&'a TokenStream>,
    /// The number of closures and async blocks around the current expression. What they await is not an
    /// await of this function.
    elsewhere: usize,
    /// The questions about locals of the current future.
    asked: Vec<TokenStream>,
}

impl VisitMut for Rewrite<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        // Before anything in `expr` moves, since a spot is an address.
        let edits = self.model.take(expr);
        let is_elsewhere = matches!(expr, Expr::Async(_) | Expr::Closure(_));
        self.elsewhere += usize::from(is_elsewhere);
        visit_mut::visit_expr_mut(self, expr);
        self.elsewhere -= usize::from(is_elsewhere);
        if let Expr::Await(wait) = expr {
            if self.elsewhere == 0 {
                *wait.base = Expr::Verbatim(select::awaited(&wait.base, self.krate));
                if !self.asked.is_empty() {
                    *expr = Expr::Verbatim(self.with_questions(quote!(#expr)));
                }
            }
        }
        if let Expr::Macro(call) = expr {
            if let Some(tokens) = self.macro_call(&mut call.mac) {
                *expr = Expr::Verbatim(quote!({ #tokens }));
            }
        }
        for edit in edits {
            self.apply(expr, edit);
        }
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        visit_mut::visit_stmt_mut(self, stmt);
        if let Stmt::Macro(call) = stmt {
            let semi = call.semi_token;
            if let Some(tokens) = self.macro_call(&mut call.mac) {
                *stmt = Stmt::Expr(Expr::Verbatim(tokens), semi);
            }
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

impl Rewrite<'_> {
    fn apply(&mut self, expr: &mut Expr, edit: Edit) {
        let krate = self.krate;
        let Ends { first, last } = Ends::of(&*expr);
        // What the borrow checker says of what stands around the expression is said there.
        let here = Span::call_site().located_at(first);
        let look = syntax::respanned(quote!(#krate::cancel_safe::look), here);
        let tokens = match edit {
            Edit::Look(words) => lent::looks(expr, &words, &look),
            Edit::Unguarded(words, places) => lent::unguarded(expr, &words, &places, &look),
            Edit::Freeze => lent_as_shared(first, expr),
            Edit::Copy => {
                let copied = quote_spanned!(first=> #look::copied);
                quote_spanned!(last=> #copied(&#expr))
            }
            Edit::Probe => {
                let probe =
                    quote_spanned!(here=> (&mut &mut &mut &mut &mut #look::Probe::new(#expr)));
                quote_spanned!(Span::call_site().located_at(last)=> #probe.seen())
            }
            Edit::Settled => {
                let settled = Ident::new("__settled", last);
                quote!(#expr.#settled())
            }
            Edit::Share => quote!(#look::shared(#expr)),
            Edit::AllOrNothing => {
                let takes = Ident::new("__all_or_nothing", last);
                quote!(#expr.#takes())
            }
            Edit::Ask => {
                let asked = select::awaited(expr, krate);
                self.with_questions(asked)
            }
            Edit::Asked => {
                quote!(#krate::cancel_safe::assume_cancel_safe("asked where it was made", #expr))
            }
            Edit::Outlives(local) => {
                self.asked.push(lent::outlives(&local, &look));
                return;
            }
            Edit::Outliving => lent::outliving(expr, &look),
            Edit::Frozen(local) => {
                let lent = Ident::new("Lent", first);
                let asked = quote_spanned!(last=> (& &#lent::new(&#local)).frozen());
                self.asked.push(quote!({ use #look::Lent as #lent; let _ = #asked; }));
                return;
            }
            Edit::Word => {
                if let Expr::Call(call) = lent::bare_mut(expr) {
                    if let Some(inner) = call.args.pop() {
                        *expr = Expr::Paren(syn::ExprParen {
                            attrs: Vec::new(),
                            paren_token: Default::default(),
                            expr: Box::new(inner),
                        });
                    }
                }
                return;
            }
            Edit::FreezeNames(_) | Edit::NoAwait => return,
        };
        *expr = Expr::Verbatim(tokens);
    }

    /// An expression, with the questions that were noted since the last call before it.
    fn with_questions(&mut self, expr: TokenStream) -> TokenStream {
        match std::mem::take(&mut self.asked) {
            asked if asked.is_empty() => expr,
            asked => quote!(((#(#asked,)*), #expr).1),
        }
    }

    /// The replacement for a macro call; `None` if its tokens are unchanged or were changed in place.
    fn macro_call(&mut self, mac: &mut Macro) -> Option<TokenStream> {
        let edits = self.model.take(mac);
        if let Some(mut opened) = self.model.macros.take(mac) {
            if let Opened::Select(select) = &mut opened {
                self.select(select);
                let tokens = select_tokens(select);
                return Some(checked_select::invocation(mac, &tokens, self.krate));
            }
            self.opened(&mut opened);
            mac.tokens = opened_tokens(&opened);
        }
        let mut is_twice = false;
        for edit in edits {
            match edit {
                Edit::FreezeNames(names) => mac.tokens = frozen(mac.tokens.clone(), &names),
                Edit::NoAwait => is_twice = true,
                _ => {}
            }
        }
        is_twice.then(|| self.without_await(mac))
    }

    fn opened(&mut self, opened: &mut Opened) {
        match opened {
            Opened::Select(select) => self.select(select),
            Opened::Pin(future) => self.visit_expr_mut(future),
            Opened::List(list) => list.iter_mut().for_each(|expr| self.visit_expr_mut(expr)),
            Opened::Fields(fields) => {
                fields.iter_mut().for_each(|(_, value)| self.visit_expr_mut(value));
            }
            Opened::Match(value, _, guard) => {
                self.visit_expr_mut(value);
                guard.iter_mut().for_each(|guard| self.visit_expr_mut(guard));
            }
            Opened::Repeat(value, count) => {
                self.visit_expr_mut(value);
                self.visit_expr_mut(count);
            }
        }
    }

    fn select(&mut self, select: &mut Select) {
        for branch in &mut select.branches {
            branch.condition.iter_mut().for_each(|condition| self.visit_expr_mut(condition));
            self.visit_expr_mut(&mut branch.future);
            let asked = std::mem::take(&mut self.asked);
            if !asked.is_empty() {
                let condition = branch.condition.as_ref().map_or(quote!(true), |it| quote!(#it));
                branch.condition =
                    Some(Expr::Verbatim(quote!({ let _ = (#(#asked,)*); #condition })));
            }
            self.visit_expr_mut(&mut branch.handler);
        }
        select.otherwise.iter_mut().for_each(|otherwise| self.visit_expr_mut(otherwise));
    }

    // Input:
    //     log_it!(self.count)
    // Output:
    //     if false { let _ = || -> Output { log_it!(self.count); loop {} }; loop {} }
    //     log_it!(self.count)
    /// Makes an `.await` in the expansion of a macro an error. The closure still allows `?` and `return`.
    fn without_await(&self, mac: &Macro) -> TokenStream {
        let output = self.output.map(|output| quote!(-> #output));
        let body = quote!({ #mac; loop {} });
        quote! {
            #[allow(unreachable_code, unused)]
            if false {
                let _ = || #output #body;
                loop {}
            }
            #mac
        }
    }
}

fn select_tokens(select: &Select) -> TokenStream {
    let Select { biased, branches, otherwise } = select;
    let biased = biased.as_ref().map(|biased| quote!(#biased;));
    let branches = branches.iter().map(|branch| {
        let (pattern, future, handler) = (&branch.pattern, &branch.future, &branch.handler);
        let condition = branch.condition.as_ref().map(|condition| quote!(, if #condition));
        quote!(#pattern = #future #condition => #handler,)
    });
    let otherwise = otherwise.as_ref().map(|otherwise| quote!(else => #otherwise));
    quote!(#biased #(#branches)* #otherwise)
}

fn opened_tokens(opened: &Opened) -> TokenStream {
    match opened {
        Opened::Select(select) => select_tokens(select),
        Opened::Pin(future) => quote!(#future),
        Opened::List(list) => quote!(#list),
        Opened::Fields(fields) => {
            let fields = fields.iter().map(|(before, value)| quote!(#before #value,));
            quote!(#(#fields)*)
        }
        Opened::Match(value, pattern, guard) => {
            let guard = guard.as_ref().map(|guard| quote!(if #guard));
            quote!(#value, #pattern #guard)
        }
        Opened::Repeat(value, count) => quote!(#value; #count),
    }
}

/// What `lent` is, borrowed as shared.
fn lent_as_shared(span: Span, lent: &impl ToTokens) -> TokenStream {
    // Not of the user's context, in which clippy advises against `*&`.
    let ours = Span::mixed_site().located_at(span);
    let (star, reference) = (quote_spanned!(ours=> *), quote_spanned!(span=> &));
    quote_spanned!(span=> (#star (#reference #lent)))
}

/// The tokens, with the variables `names` borrowed as shared.
fn frozen(tokens: TokenStream, names: &[String]) -> TokenStream {
    let mut after_dot = false;
    let rewritten = tokens.into_iter().map(|token| {
        let is_field = std::mem::take(&mut after_dot);
        match token {
            TokenTree::Ident(ident) if !is_field && names.iter().any(|name| ident == name) => {
                lent_as_shared(ident.span(), &ident)
            }
            TokenTree::Group(group) => {
                let inner = frozen(group.stream(), names);
                let mut copy = proc_macro2::Group::new(group.delimiter(), inner);
                copy.set_span(group.span());
                copy.into_token_stream()
            }
            token => {
                after_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
                token.into()
            }
        }
    });
    rewritten.collect()
}
