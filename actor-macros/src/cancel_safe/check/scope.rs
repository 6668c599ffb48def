//! The variables of a body, and what each stands for.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Expr, ExprMethodCall, Pat, Type,
    spanned::Spanned,
    visit::{self, Visit},
};

use super::{macros, model::NamedPlace, names, place};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A place that outlives the call and may be changed by it.
    Outside,
    /// What a shared reference or a handle gives, or what was looked at.
    Looked,
    /// Made of nothing that is outside.
    Fresh,
    /// A future, which was asked where it was made.
    Future,
}

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Var {
    pub(super) name: String,
    pub(super) is_mutable: bool,
    /// The turn in which it was made.
    pub(super) turn: usize,
    pub(super) made: Made,
    /// The place it was made from that has changed since.
    pub(super) stale: Option<String>,
}

impl Var {
    /// Whether it can be changed by `&mut`, or what it lends.
    pub(super) fn may_change(&self) -> bool {
        self.is_mutable || self.made.lends_local
    }
}

/// What a variable was made of.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) kind: Kind,
    /// The place that it stands for.
    pub(super) path: Option<String>,
    /// The places that it was made from.
    pub(super) from: Vec<String>,
    /// Whether it lends a local of the call by `&mut`.
    pub(super) lends_local: bool,
    /// Whether it may be a guard, through which others see what is changed.
    pub(super) may_be_guard: bool,
    /// Whether it is what a closure was given, by what others have, too.
    pub(super) is_given: bool,
    /// Whether a cell or a channel was made for it, which can be changed through `&`.
    pub(super) holds_cell: bool,
}

impl Made {
    pub(super) fn of(kind: Kind) -> Self {
        Self {
            kind,
            path: None,
            from: Vec::new(),
            lends_local: false,
            may_be_guard: false,
            is_given: false,
            holds_cell: kind == Kind::Fresh,
        }
    }

    /// Adds what is put into a variable later.
    fn join(&mut self, other: Self) {
        if self.kind == Kind::Fresh {
            self.kind = other.kind;
            self.path = other.path;
        }
        self.from.extend(other.from);
        self.lends_local |= other.lends_local;
        self.may_be_guard |= other.may_be_guard;
        self.holds_cell |= other.holds_cell;
    }
}

#[derive(Default)]
pub(super) struct Scope {
    vars: Vec<Var>,
}

impl Scope {
    pub(super) fn len(&self) -> usize {
        self.vars.len()
    }

    pub(super) fn leave(&mut self, len: usize) {
        self.vars.truncate(len);
    }

    pub(super) fn add(&mut self, name: &str, is_mutable: bool, turn: usize, made: Made) {
        self.vars.push(Var { name: name.to_owned(), is_mutable, turn, made, stale: None });
    }

    /// Something else is put into a variable.
    pub(super) fn assign(&mut self, name: &str, made: Made) {
        if let Some(var) = self.vars.iter_mut().rev().find(|var| var.name == name) {
            var.made.join(made);
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<&Var> {
        self.vars.iter().rev().find(|var| var.name == name)
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Var> {
        self.vars.iter_mut()
    }

    /// The variable that a place starts from.
    pub(super) fn of(&self, expr: &Expr) -> Option<&Var> {
        self.find(&place::root(expr)?.to_string())
    }

    pub(super) fn is(&self, expr: &Expr, kind: Kind) -> bool {
        self.of(expr).is_some_and(|var| var.made.kind == kind)
    }

    pub(super) fn is_outside(&self, expr: &Expr) -> bool {
        self.is(expr, Kind::Outside)
    }

    /// A place of the call that was there before this turn.
    pub(super) fn is_carried(&self, expr: &Expr, turn: usize) -> bool {
        let is_own = |var: &Var| var.made.kind != Kind::Outside || self.is_own_variable(expr);
        self.of(expr).is_some_and(|var| var.turn < turn && is_own(var))
    }

    /// A variable by itself, which is of the call also if it refers to what is outside.
    pub(super) fn is_own_variable(&self, expr: &Expr) -> bool {
        matches!(place::bare(expr), Expr::Path(_)) && self.of(expr).is_some_and(|it| it.is_mutable)
    }

    /// The place with what its variable stands for: `self.queue` for `*queue`.
    pub(super) fn path(&self, expr: &Expr) -> Option<String> {
        let expr = lent(expr);
        let var = self.of(expr)?;
        let base = var.made.path.as_ref().unwrap_or(&var.name);
        Some(format!("{base}{}", place::fields(expr)))
    }

    /// Whether `expr` gives a `&mut` into what is outside, or is such a place.
    pub(super) fn is_view(&self, expr: &Expr) -> bool {
        match place::bare(expr) {
            Expr::Try(it) => self.is_view(&it.expr),
            Expr::Await(it) => gives_guard(&it.base),
            Expr::Reference(it) => self.is_view(&it.expr),
            Expr::MethodCall(it) => {
                let method = it.method.to_string();
                let is_part = names::VIEWS.has(&method)
                    || names::THROUGH.has(&method)
                    || names::SETTLED_VIEWS.has(&method);
                names::GUARDS.has(&method) && !self.is(&it.receiver, Kind::Fresh)
                    || is_part && self.is_view(&it.receiver)
            }
            Expr::If(it) => {
                place::tail(&it.then_branch).is_some_and(|tail| self.is_view(tail))
                    || it.else_branch.as_ref().is_some_and(|(_, other)| self.is_view(other))
            }
            Expr::Match(it) => it.arms.iter().any(|arm| self.is_view(&arm.body)),
            Expr::Block(it) => place::tail(&it.block).is_some_and(|tail| self.is_view(tail)),
            Expr::Tuple(it) => it.elems.iter().any(|elem| self.is_view(elem)),
            expr => self.is_outside(expr),
        }
    }

    /// Whether it is in what a call gives, which may be a guard: `queue.lock().unwrap().items`.
    pub(super) fn is_shared_temporary(&self, expr: &Expr) -> bool {
        match place::base(expr) {
            Expr::MethodCall(it) => match place::root(&it.receiver) {
                Some(_) => !self.is(&it.receiver, Kind::Fresh),
                None => self.is_shared_temporary(&it.receiver),
            },
            Expr::Await(_) => true,
            Expr::Try(it) => self.is_shared_temporary(&it.expr),
            Expr::Call(it) => !names::is_constructor(&it.func),
            _ => false,
        }
    }

    /// Whether others may have what `expr` stands for, too. A local that is `mut` is of this call.
    pub(super) fn is_shared(&self, expr: &Expr) -> bool {
        let is_static = || place::root(expr).is_some_and(names::is_constant);
        match place::base(lent(expr)) {
            path @ Expr::Path(_) => match self.of(path) {
                Some(var) if var.made.kind == Kind::Looked => {
                    !var.is_mutable && !var.made.lends_local
                }
                Some(var) => var.made.kind == Kind::Outside,
                None => is_static(),
            },
            Expr::MethodCall(it) => {
                let is_part = !names::ADAPTERS.has(&it.method)
                    || names::THROUGH.has(&it.method) && place::is_guard(&it.receiver);
                is_part && self.is_shared(&it.receiver)
            }
            _ => false,
        }
    }

    /// Whether an assignment to `left` goes through a guard or a view: `*queue.lock().unwrap() = x`.
    pub(super) fn changes_through(&self, left: &Expr) -> bool {
        match place::base(left) {
            path @ Expr::Path(_) => self.of(path).is_none(),
            base => {
                self.mentions(base.to_token_stream(), &|var| var.made.kind != Kind::Fresh)
                    || self.is_shared_temporary(base)
            }
        }
    }

    /// The places that a call changes, also behind shared references.
    pub(super) fn changed_by(&self, call: &ExprMethodCall) -> Vec<String> {
        let name = call.method.to_string();
        let receiver = &*call.receiver;
        if names::only_looks(&name) {
            return Vec::new();
        }
        if self.is_outside(receiver) {
            return self.path(receiver).into_iter().collect();
        }
        let arguments = call.args.len();
        match place::guarded(receiver).filter(|_| !names::ADAPTERS.has(&name)) {
            Some(place) => self.shared_paths(place),
            None if names::is_act(&name, Some(arguments))
                || names::is_shared_act(&name, arguments) && self.is_shared(receiver) =>
            {
                self.shared_paths(receiver)
            }
            None => Vec::new(),
        }
    }

    /// The places that are changed if `place` is, which may be a handle.
    pub(super) fn shared_paths(&self, place: &Expr) -> Vec<String> {
        match self.of(lent(place)) {
            Some(var) if var.made.kind != Kind::Outside && var.name != "self" => {
                var.made.from.clone()
            }
            _ => self.path(place).into_iter().collect(),
        }
    }

    /// The place that a view looks into.
    fn viewed(&self, expr: &Expr) -> Option<String> {
        match place::bare(expr) {
            Expr::Try(it) => self.viewed(&it.expr),
            Expr::Reference(it) => self.viewed(&it.expr),
            Expr::MethodCall(it) => self.viewed(&it.receiver),
            expr => self.path(expr),
        }
    }

    /// What a variable is made of that gets the value of `expr`.
    pub(super) fn made_plainly(&self, expr: &Expr) -> Made {
        self.made_of(expr, true, false)
    }

    /// What the variables of `pattern` are made of, if it takes `expr` apart.
    pub(super) fn made(&self, expr: &Expr, pattern: &Pat) -> Made {
        let is_plain = matches!(pattern, Pat::Ident(it) if it.by_ref.is_none());
        let is_lent = matches!(pattern, Pat::Type(it) if is_mutable_reference(&it.ty));
        self.made_of(expr, is_plain, is_lent)
    }

    fn made_of(&self, expr: &Expr, is_plain: bool, is_lent: bool) -> Made {
        let is_place =
            matches!(place::bare(expr), Expr::Field(_) | Expr::Index(_) | Expr::Unary(_));
        let holds_lent = self
            .mentions(expr.to_token_stream(), &|var| var.made.kind == Kind::Outside)
            && lends_mutably(expr);
        let kind = if self.is_view(expr) && (!is_plain || !is_place) || is_lent || holds_lent {
            Kind::Outside
        } else if self.mentions(expr.to_token_stream(), &|var| var.made.kind != Kind::Fresh)
            || may_be_shared(expr)
        {
            Kind::Looked
        } else {
            Kind::Fresh
        };
        Made {
            kind,
            path: (kind == Kind::Outside).then(|| self.viewed(expr)).flatten(),
            from: if kind == Kind::Outside { Vec::new() } else { self.read_in(expr) },
            lends_local: kind != Kind::Outside && lends_mutably(expr),
            may_be_guard: kind == Kind::Looked && self.may_give_guard(expr),
            is_given: false,
            holds_cell: kind == Kind::Fresh
                || makes_cell(expr.to_token_stream())
                || self.alias(expr).is_some_and(|var| var.made.holds_cell),
        }
    }

    /// The variable that `expr` is another name of: `&cell`, `shared.clone()`, `Arc::clone(&shared)`.
    pub(super) fn alias(&self, expr: &Expr) -> Option<&Var> {
        match place::bare(expr) {
            Expr::Reference(it) => self.alias(&it.expr),
            Expr::MethodCall(it) if it.method == "clone" => self.alias(&it.receiver),
            Expr::Call(it) if names::function(&it.func) == "clone" => {
                it.args.first().and_then(|arg| self.alias(arg))
            }
            expr => self.of(expr),
        }
    }

    /// Whether the call that gives a value may give a guard.
    pub(super) fn may_be_guard(&self, value: &Expr) -> bool {
        match place::bare(value) {
            Expr::MethodCall(call) => {
                // On `self`, it is a method of one's own.
                let is_own = matches!(place::bare(&call.receiver), Expr::Path(it)
                    if it.path.is_ident("self"));
                !self.is_fresh(&call.receiver) && (is_own || !names::ADAPTERS.has(&call.method))
            }
            Expr::Call(call) => {
                !names::is_constructor(&call.func) && names::function(&call.func) != "requeue"
            }
            Expr::Await(_) | Expr::Try(_) => true,
            _ => false,
        }
    }

    /// Whether there is such a call in `value`.
    fn may_give_guard(&self, value: &Expr) -> bool {
        struct Gives<'a>(&'a Scope, bool);
        impl<'ast> Visit<'ast> for Gives<'_> {
            fn visit_expr(&mut self, expr: &'ast Expr) {
                self.1 |= self.0.may_be_guard(expr);
                visit::visit_expr(self, expr);
            }

            fn visit_macro(&mut self, mac: &'ast syn::Macro) {
                let Some(opened) = macros::open(mac) else { return };
                self.1 |= opened.exprs().into_iter().any(|expr| self.0.may_give_guard(expr));
            }

            fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
        }
        let mut gives = Gives(self, false);
        gives.visit_expr(value);
        gives.1
    }

    /// Whether nothing of it comes from outside.
    pub(super) fn is_fresh(&self, expr: &Expr) -> bool {
        match place::bare(expr) {
            Expr::MethodCall(it) => self.is_fresh(&it.receiver),
            expr => self.is(expr, Kind::Fresh),
        }
    }

    /// The places from `place` to its variable, if that may be a guard.
    pub(super) fn guarding(&self, place: &Expr) -> Vec<NamedPlace> {
        let Some(Made { may_be_guard: true, is_given, .. }) = self.of(place).map(|it| &it.made)
        else {
            return Vec::new();
        };
        let mut places = Vec::new();
        let mut rest = place::bare(place);
        loop {
            places.push(NamedPlace { place: rest.to_token_stream(), is_given: *is_given });
            rest = place::bare(match rest {
                Expr::Field(it) => &it.base,
                Expr::Index(it) => &it.expr,
                Expr::Unary(it) => &it.expr,
                _ => return places,
            });
        }
    }

    /// The locals in an argument that may be cells.
    pub(super) fn cells_in(&self, arg: &Expr) -> Vec<TokenStream> {
        let is_cell = |expr: &Expr| self.of(expr).is_some_and(|var| var.made.holds_cell);
        if let Expr::Reference(it) = place::bare(arg) {
            if place::root(&it.expr).is_some() {
                return if is_cell(&it.expr) {
                    vec![it.expr.to_token_stream()]
                } else {
                    Vec::new()
                };
            }
        }
        let mut found: Vec<&Var> = Vec::new();
        self.mentioned(arg.to_token_stream(), &mut found);
        found.retain(|var| var.made.holds_cell);
        found.dedup_by_key(|var| &var.name);
        found.iter().map(|var| Ident::new(&var.name, arg.span()).into_token_stream()).collect()
    }

    /// The variables that tokens name.
    fn mentioned<'a>(&'a self, tokens: TokenStream, found: &mut Vec<&'a Var>) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => found.extend(self.find(&ident.to_string())),
                TokenTree::Group(group) => self.mentioned(group.stream(), found),
                _ => {}
            }
        }
    }

    /// Whether tokens name a variable of which `holds` is true.
    pub(super) fn mentions(&self, tokens: TokenStream, holds: &dyn Fn(&Var) -> bool) -> bool {
        let mut found = Vec::new();
        self.mentioned(tokens, &mut found);
        found.into_iter().any(holds)
    }

    /// The places outside that are named in `expr`, and those that its variables were made from.
    pub(super) fn read_in(&self, expr: &Expr) -> Vec<String> {
        struct Read<'a>(&'a Scope, Vec<String>);
        impl<'ast> Visit<'ast> for Read<'_> {
            fn visit_expr(&mut self, expr: &'ast Expr) {
                match self.0.of(expr) {
                    Some(var) if var.made.kind == Kind::Outside || var.name == "self" => {
                        self.1.extend(self.0.path(expr));
                    }
                    Some(var) => self.1.extend(var.made.from.iter().cloned()),
                    None => visit::visit_expr(self, expr),
                }
            }

            fn visit_macro(&mut self, mac: &'ast syn::Macro) {
                let Some(opened) = macros::open(mac) else { return };
                let captured = opened.captured();
                let mut read = Read(self.0, Vec::new());
                opened.exprs().into_iter().chain(&captured).for_each(|expr| read.visit_expr(expr));
                self.1.extend(read.1);
            }
        }
        let mut read = Read(self, Vec::new());
        read.visit_expr(expr);
        read.1
    }
}

/// The names that a pattern gives, and whether each is `mut`.
pub(super) fn names_in(pattern: &Pat) -> Vec<(String, bool)> {
    struct Names(Vec<(String, bool)>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
            if place::is_variable(&pattern.ident) {
                let is_mutable = pattern.mutability.is_some() && pattern.by_ref.is_none();
                self.0.push((pattern.ident.to_string(), is_mutable));
            }
            visit::visit_pat_ident(self, pattern);
        }

        fn visit_expr(&mut self, _: &'ast Expr) {}
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pattern);
    names.0
}

/// `x` of `&mut x`.
fn lent(expr: &Expr) -> &Expr {
    match place::bare(expr) {
        Expr::Reference(it) => lent(&it.expr),
        expr => expr,
    }
}

fn is_mutable_reference(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if reference.mutability.is_some())
}

/// Whether there is a `&mut place` or a view of a place in it.
fn lends_mutably(expr: &Expr) -> bool {
    struct Lends(bool);
    impl<'ast> Visit<'ast> for Lends {
        fn visit_expr_reference(&mut self, it: &'ast syn::ExprReference) {
            self.0 |= it.mutability.is_some();
            visit::visit_expr_reference(self, it);
        }

        fn visit_expr_method_call(&mut self, it: &'ast syn::ExprMethodCall) {
            self.0 |= names::gives_mutable(&it.method) && place::root(&it.receiver).is_some();
            visit::visit_expr_method_call(self, it);
        }

        fn visit_expr_await(&mut self, _: &'ast syn::ExprAwait) {}

        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    }
    let mut lends = Lends(false);
    lends.visit_expr(expr);
    lends.0
}

/// Whether a cell or a channel is made in it.
fn makes_cell(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names::is_cell(&ident.to_string()),
        TokenTree::Group(group) => makes_cell(group.stream()),
        _ => false,
    })
}

/// Whether a function or a `static` in it may give something that others have too.
fn may_be_shared(expr: &Expr) -> bool {
    struct Shared(bool);
    impl<'ast> Visit<'ast> for Shared {
        fn visit_expr_call(&mut self, it: &'ast syn::ExprCall) {
            self.0 |= !names::is_constructor(&it.func);
            visit::visit_expr_call(self, it);
        }

        fn visit_expr_path(&mut self, it: &'ast syn::ExprPath) {
            self.0 |= it.path.segments.last().is_some_and(|last| names::is_constant(&last.ident));
        }

        fn visit_macro(&mut self, mac: &'ast syn::Macro) {
            self.0 |= !names::QUIET.has(&names::last(&mac.path));
        }

        fn visit_expr_await(&mut self, _: &'ast syn::ExprAwait) {
            self.0 = true;
        }
    }
    let mut shared = Shared(false);
    shared.visit_expr(expr);
    shared.0
}

/// Whether an expression gives a guard, or a future of one.
pub(super) fn gives_guard(expr: &Expr) -> bool {
    match place::bare(expr) {
        Expr::Call(it) if names::function(&it.func) == "repeatable" => {
            it.args.first().is_some_and(gives_guard)
        }
        Expr::MethodCall(it) => names::GUARDS.has(&it.method),
        _ => false,
    }
}
