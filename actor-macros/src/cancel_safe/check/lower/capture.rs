//! What a closure or an async block uses of the locals around it.

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    BinOp, Block, Expr, ExprAssign, ExprBinary, ExprMethodCall, ExprPath, ExprReference, Macro,
    Pat, PatIdent,
    visit::{self, Visit},
};

use super::{
    super::{
        known::Manner,
        place::{Place, Root},
        step::Closure,
    },
    Lower,
    pattern::names_in,
};

impl Lower {
    pub(super) fn captures<'a>(
        &mut self,
        inputs: impl Iterator<Item = &'a Pat>,
        body: impl FnOnce(&mut Search),
    ) -> Closure {
        let mut search = Search::default();
        for input in inputs {
            search.own.extend(names_in(input).into_iter().map(|name| name.text));
        }
        body(&mut search);
        let Search { own, found } = search;
        let mut closure = Closure { captures: Vec::new(), changes: Vec::new() };
        for (path, is_changed) in found {
            let is_own = path.path.get_ident().is_none_or(|ident| own.contains(&ident.to_string()));
            let places = if is_changed { &mut closure.changes } else { &mut closure.captures };
            places.extend(self.captured(path).filter(|_| !is_own));
        }
        closure
    }

    pub(super) fn captures_in_tokens(&mut self, tokens: TokenStream) -> Vec<Place> {
        let mut search = Search::default();
        search.tokens(tokens);
        search.found.into_iter().filter_map(|(path, _)| self.captured(path)).collect()
    }

    /// The place around the closure that `path` names.
    fn captured(&mut self, path: ExprPath) -> Option<Place> {
        let path = Expr::Path(path);
        match self.place_of(&path)? {
            (root @ (Root::Local(_) | Root::Outside(_)), lends) => {
                Some(Place { root, caret: self.caret(&path), lends, is_future: false })
            }
            (Root::Static, _) => None,
        }
    }
}

#[derive(Default)]
pub(super) struct Search {
    /// Names that the closure binds itself.
    own: HashSet<String>,
    /// What is named, in source order, and whether it is changed there.
    found: Vec<(ExprPath, bool)>,
}

impl Search {
    pub(super) fn expr(&mut self, expr: &Expr) {
        self.visit_expr(expr);
    }

    pub(super) fn block(&mut self, block: &Block) {
        self.visit_block(block);
    }

    fn change(&mut self, place: &Expr) {
        match place {
            Expr::Path(path) => self.found.push((path.clone(), true)),
            Expr::Field(field) => self.change(&field.base),
            Expr::Index(index) => self.change(&index.expr),
            Expr::Unary(unary) => self.change(&unary.expr),
            Expr::Paren(paren) => self.change(&paren.expr),
            _ => {}
        }
    }

    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    let path = syn::Path::from(ident);
                    self.found.push((ExprPath { attrs: Vec::new(), qself: None, path }, false));
                }
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    let names = formatted_names(&literal);
                    self.found.extend(names.into_iter().map(|name| (name, false)));
                }
                TokenTree::Punct(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Search {
    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        self.found.push((path.clone(), false));
    }

    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.own.insert(pattern.ident.to_string());
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_expr_assign(&mut self, assign: &'ast ExprAssign) {
        self.change(&assign.left);
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        if is_assignment(&binary.op) {
            self.change(&binary.left);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let manner = Manner::of_method(&call.method.to_string());
        if matches!(manner, Manner::Add | Manner::Reset | Manner::Settle) {
            self.change(&call.receiver);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_reference(&mut self, reference: &'ast ExprReference) {
        if reference.mutability.is_some() {
            self.change(&reference.expr);
        }
        visit::visit_expr_reference(self, reference);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.tokens(call.tokens.clone());
    }
}

fn is_assignment(operator: &BinOp) -> bool {
    operator.to_token_stream().to_string().ends_with('=')
        && !matches!(operator, BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Le(_) | BinOp::Ge(_))
}

/// The names in a literal like `"{name}: {count:?}"`, with the literal's span.
pub(super) fn formatted_names(literal: &proc_macro2::Literal) -> Vec<ExprPath> {
    let text = literal.to_string();
    if !text.starts_with('"') {
        return Vec::new();
    }
    let mut names = Vec::new();
    for part in text.replace("{{", "").split('{').skip(1) {
        let end = part.find(|letter: char| letter != '_' && !letter.is_alphanumeric());
        let name = &part[..end.unwrap_or(part.len())];
        if let Ok(mut ident) = syn::parse_str::<syn::Ident>(name) {
            ident.set_span(literal.span());
            let path = syn::Path::from(ident);
            names.push(ExprPath { attrs: Vec::new(), qself: None, path });
        }
    }
    names
}
