//! Calls of methods and functions, and what of them is the future of an `.await`.

use syn::{Expr, ExprCall, ExprMethodCall};

use super::{
    super::{
        known::{self, Manner},
        place::{Place, Root, Spot},
        step::{Call, Step},
        text::text,
    },
    Lower,
};

impl Lower {
    /// An expression that makes a future: the outermost call has not run yet when it is dropped.
    pub(super) fn future(&mut self, expr: &Expr) -> Step {
        match expr {
            Expr::MethodCall(call) => self.method(call, is_future(call)),
            Expr::Call(call) => self.function(call, true),
            Expr::Paren(paren) => self.future(&paren.expr),
            Expr::Group(group) => self.future(&group.expr),
            _ => {
                let mut step = self.expr(expr);
                if let Step::Read(place) = &mut step {
                    place.is_future = true;
                }
                step
            }
        }
    }

    pub(super) fn method(&mut self, call: &ExprMethodCall, is_future: bool) -> Step {
        let name = call.method.to_string();
        let place = self.place_of(&call.receiver);
        let wraps = is_future && known::wraps_futures(&name);
        let mut receiver =
            if wraps { self.future(&call.receiver) } else { self.expr(&call.receiver) };
        // To call a method of `self` is not to hand `self` out.
        if let Step::Read(place) = &mut receiver {
            place.lends = false;
        }
        let caret = self.caret(&call.method);
        let arguments = self.arguments(call.args.iter(), is_future, wraps);
        Step::Call(Call {
            receiver: Some(Box::new(receiver)),
            place: place.map(|(root, lends)| Place {
                root,
                caret: caret.clone(),
                lends,
                is_future: false,
            }),
            arguments,
            manner: Manner::of_method(&name),
            text: text(call),
            caret,
            spot: (!self.in_macro).then(|| Spot::of(call)),
            is_future,
        })
    }

    pub(super) fn function(&mut self, call: &ExprCall, is_future: bool) -> Step {
        let name = match &*call.func {
            Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        let name = name.unwrap_or_default();
        // A closure that was stored is a local like any other.
        let callee = self.expr(&call.func);
        let caret = self.caret(&call.func);
        let place = self.lent_place(call);
        let is_future = is_future || known::makes_future(&name);
        let wraps = is_future && known::wraps_futures(&name);
        let arguments = self.arguments(call.args.iter(), is_future, wraps);
        Step::Call(Call {
            receiver: Some(Box::new(callee)),
            place,
            arguments,
            manner: if is_constructor(&call.func) {
                Manner::Adapt
            } else {
                Manner::of_function(&name)
            },
            text: text(call),
            caret,
            spot: None,
            is_future,
        })
    }

    fn arguments<'a>(
        &mut self,
        arguments: impl Iterator<Item = &'a Expr>,
        is_future: bool,
        wraps: bool,
    ) -> Vec<Step> {
        let lower = |argument: &Expr| match argument {
            _ if wraps => self.future(argument),
            Expr::MethodCall(call)
                if is_future && known::may_be_future(&call.method.to_string()) =>
            {
                self.method(call, true)
            }
            _ => self.expr(argument),
        };
        arguments.map(lower).collect()
    }

    /// The place outside of the call that a function may change: its first `&mut` argument.
    fn lent_place(&mut self, call: &ExprCall) -> Option<Place> {
        let (root, _) = call.args.iter().find_map(|argument| {
            let (root, lends) = self.place_of(argument)?;
            let may_change = matches!(&root, Root::Outside(path) if path.is_mutable);
            (lends && may_change).then_some((root, lends))
        })?;
        Some(Place { root, caret: self.caret(&call.func), lends: true, is_future: false })
    }
}

/// `Some(..)`, `Wrapper::new(..)`: what is lent to these is kept in the result, and not taken apart.
fn is_constructor(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    let mut names = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let is_type = |name: String| name.starts_with(char::is_uppercase);
    match names.next() {
        Some(name) if name == "new" || name == "from" || name.starts_with("with_") => {
            names.next().is_some_and(is_type)
        }
        name => name.is_some_and(is_type),
    }
}

/// Whether the outermost call of an awaited expression makes the future. `queue.pop()` does not: it
/// takes a future out that was made before.
fn is_future(call: &ExprMethodCall) -> bool {
    let name = call.method.to_string();
    let takes = matches!(Manner::of_method(&name), Manner::Take | Manner::TakeAll);
    !takes || known::may_be_future(&name)
}
