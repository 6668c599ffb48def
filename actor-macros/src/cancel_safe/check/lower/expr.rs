//! Expressions that only evaluate their parts, and the way to all others.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{BinOp, Expr, ExprBinary};

use super::{
    super::{
        place::{Place, Root},
        step::{Arm, Branch, Closure, Refusal, Step, Wait, Write},
        text::text,
    },
    DEEPEST, Lower,
};

impl Lower {
    pub(super) fn expr(&mut self, expr: &Expr) -> Step {
        if self.depth == DEEPEST {
            return self.unreadable(expr);
        }
        self.depth += 1;
        let step = self.expr_of_any_kind(expr);
        self.depth -= 1;
        step
    }

    fn expr_of_any_kind(&mut self, expr: &Expr) -> Step {
        match expr {
            Expr::Path(_) | Expr::Field(_) | Expr::Index(_) | Expr::Unary(_) => self.operand(expr),
            Expr::Reference(reference) => self.reference(reference),
            Expr::RawAddr(address) => self.expr(&address.expr),
            Expr::Paren(paren) => self.expr(&paren.expr),
            Expr::Group(group) => self.expr(&group.expr),
            Expr::Cast(cast) => self.expr(&cast.expr),
            Expr::Try(question) => self.expr(&question.expr),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Assign(assign) => self.assign(assign),
            Expr::MethodCall(call) => self.method(call, false),
            Expr::Call(call) => self.function(call, false),
            Expr::Macro(call) => self.macro_call(&call.mac),
            Expr::Await(wait) => self.wait(wait),
            Expr::Array(array) => self.all(&array.elems),
            Expr::Tuple(tuple) => self.all(&tuple.elems),
            Expr::Repeat(repeat) => self.all([&*repeat.expr, &*repeat.len]),
            Expr::Range(range) => {
                let ends = [range.start.as_deref(), range.end.as_deref()];
                self.all(ends.into_iter().flatten())
            }
            Expr::Struct(literal) => {
                let fields = literal.fields.iter().map(|field| &field.expr);
                self.all(fields.chain(literal.rest.as_deref()))
            }
            Expr::Closure(closure) => {
                let (inputs, body) = (closure.inputs.iter(), &closure.body);
                Step::Closure(self.captures(inputs, |search| search.expr(body)))
            }
            Expr::Async(block) => {
                let none = std::iter::empty();
                Step::Closure(self.captures(none, |search| search.block(&block.block)))
            }
            Expr::Const(_) | Expr::Infer(_) | Expr::Lit(_) => Step::Idle,
            _ => self.control(expr),
        }
    }

    pub(super) fn all<'a>(&mut self, parts: impl IntoIterator<Item = &'a Expr>) -> Step {
        Step::All(parts.into_iter().map(|part| self.expr(part)).collect())
    }

    /// A place, or what reads one.
    fn operand(&mut self, expr: &Expr) -> Step {
        if let Some(place) = self.place_of(expr) {
            // An index and what is dereferenced may be more than names.
            let inner = self.parts_of_place(expr);
            let read = self.read(place, expr);
            return if inner.is_empty() {
                read
            } else {
                Step::All(inner.into_iter().chain([read]).collect())
            };
        }
        match expr {
            Expr::Field(field) => self.expr(&field.base),
            Expr::Index(index) => self.all([&*index.expr, &*index.index]),
            Expr::Unary(unary) => self.expr(&unary.expr),
            _ => Step::Idle,
        }
    }

    /// The indices in `self.slots[index]`.
    fn parts_of_place(&mut self, expr: &Expr) -> Vec<Step> {
        match expr {
            Expr::Field(field) => self.parts_of_place(&field.base),
            Expr::Unary(unary) => self.parts_of_place(&unary.expr),
            Expr::Index(index) => {
                let mut parts = self.parts_of_place(&index.expr);
                parts.push(self.expr(&index.index));
                parts
            }
            Expr::Path(_) => Vec::new(),
            call => vec![self.expr(call)],
        }
    }

    fn reference(&mut self, reference: &syn::ExprReference) -> Step {
        let place = self.place_of(&reference.expr).filter(|_| reference.mutability.is_some());
        // `&mut rest` lends the reference, which may be moved along.
        let moved = self.cursor_of(&reference.expr).filter(|_| is_name(&reference.expr));
        let place = place.map(|(root, lends)| (moved.map_or(root, Root::Local), lends));
        match place {
            Some((root @ (Root::Local(_) | Root::Outside(_)), _)) => {
                let mut steps = self.parts_of_place(&reference.expr);
                let name = innermost(&reference.expr);
                let caret = self.caret(name);
                steps.push(Step::Lend(Place { root, caret, lends: true, is_future: false }));
                if steps.len() == 1 { steps.remove(0) } else { Step::All(steps) }
            }
            _ => self.expr(&reference.expr),
        }
    }

    fn binary(&mut self, binary: &ExprBinary) -> Step {
        match binary.op {
            BinOp::And(_) | BinOp::Or(_) => self.lazy(binary),
            BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_) => self.write(&binary.left, &binary.right, text(binary), true),
            // Doing these twice changes nothing more.
            BinOp::BitAndAssign(_) | BinOp::BitOrAssign(_) => {
                self.write(&binary.left, &binary.right, text(binary), false)
            }
            _ => self.operators(binary),
        }
    }

    /// `a + b + c`, without a recursion for every operand: generated sums can be long.
    fn operators(&mut self, binary: &ExprBinary) -> Step {
        let mut operands = vec![&*binary.right];
        let mut left = &*binary.left;
        while let Expr::Binary(ExprBinary { left: further, right, op, .. }) = left
            && is_plain(op)
        {
            operands.push(right);
            left = further;
        }
        operands.push(left);
        operands.reverse();
        self.all(operands)
    }

    /// `first && second`: whether the second is evaluated is decided by the first.
    fn lazy(&mut self, binary: &ExprBinary) -> Step {
        let first = self.expr(&binary.left);
        let second = self.expr(&binary.right);
        if !awaits_in(binary.right.to_token_stream()) {
            return Step::All(vec![first, second]);
        }
        let arms = vec![Arm::plain(second), Arm::plain(Step::Idle)];
        Step::Branch(Branch { on: Box::new(first), arms })
    }

    fn assign(&mut self, assign: &syn::ExprAssign) -> Step {
        let is_update = grows(&assign.right) && self.reads_itself(&assign.left, &assign.right);
        self.write(&assign.left, &assign.right, text(assign), is_update)
    }

    fn write(&mut self, target: &Expr, value: &Expr, text: String, is_update: bool) -> Step {
        if let Expr::Tuple(targets) = target {
            let value = self.expr(value);
            let targets = self.all(&targets.elems);
            return Step::All(vec![value, targets]);
        }
        let place = self.place_of(target);
        let mut steps = Vec::new();
        let value = self.expr(value);
        let Some((root, lends)) = place else {
            return Step::All(vec![value, self.expr(target)]);
        };
        steps.extend(self.parts_of_place(target));
        // `rest = &rest[n..]` moves the reference, and writes nothing to what it refers to.
        let moved = self.cursor_of(target).filter(|_| is_name(target));
        let root = moved.map_or(root, Root::Local);
        let place = Place { root, caret: self.caret(target), lends, is_future: false };
        // A part of a local, and what is updated, is read as well.
        let is_whole = matches!(target, Expr::Path(_));
        if is_update || !is_whole {
            steps.push(Step::Read(place.clone()));
        }
        let write = Write { place, value: Box::new(value), text, is_whole };
        steps.push(if is_update { Step::Update(write) } else { Step::Assign(write) });
        Step::All(steps)
    }

    /// `self.n = self.n + 1`.
    fn reads_itself(&self, target: &Expr, value: &Expr) -> bool {
        let target = target.to_token_stream().to_string();
        value.to_token_stream().to_string().contains(&target)
    }

    fn wait(&mut self, wait: &syn::ExprAwait) -> Step {
        let future = Box::new(self.future(&wait.base));
        Step::Wait(Wait {
            future,
            caret: self.caret(&wait.await_token),
            text: text(&wait.base),
            is_repeatable: is_repeatable(&wait.base),
        })
    }

    /// Syntax that is not followed: its names are used, and it must not wait.
    pub(super) fn unreadable(&mut self, syntax: &impl ToTokens) -> Step {
        let tokens = syntax.to_token_stream();
        if awaits_in(tokens.clone()) {
            let caret = self.caret(&first_token(tokens));
            return Step::Refused(Refusal::Unreadable { caret });
        }
        let captures = self.captures_in_tokens(tokens);
        Step::Closure(Closure { captures, changes: Vec::new() })
    }
}

impl Arm {
    pub(super) fn plain(body: Step) -> Self {
        Self { binds: Vec::new(), gives: None, guard: Step::Idle, body, is_empty_handed: false }
    }
}

fn is_name(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(_))
}

/// Whether the word `await` is anywhere in `tokens`.
pub(super) fn awaits_in(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "await",
        TokenTree::Group(group) => awaits_in(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn first_token(tokens: TokenStream) -> TokenStream {
    tokens.into_iter().take(1).collect()
}

/// `buffer` of `buffer.bytes[..n]`: where a caret for the whole place belongs.
fn innermost(expr: &Expr) -> &Expr {
    match expr {
        Expr::Field(field) if !matches!(&*field.base, Expr::Path(path) if path.path.is_ident("self")) => {
            innermost(&field.base)
        }
        Expr::Index(index) => innermost(&index.expr),
        Expr::Unary(unary) => innermost(&unary.expr),
        Expr::Paren(paren) => innermost(&paren.expr),
        _ => expr,
    }
}

fn is_plain(operator: &BinOp) -> bool {
    matches!(
        operator,
        BinOp::Add(_)
            | BinOp::Sub(_)
            | BinOp::Mul(_)
            | BinOp::Div(_)
            | BinOp::Rem(_)
            | BinOp::BitXor(_)
            | BinOp::BitAnd(_)
            | BinOp::BitOr(_)
            | BinOp::Shl(_)
            | BinOp::Shr(_)
            | BinOp::Eq(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Ne(_)
            | BinOp::Ge(_)
            | BinOp::Gt(_)
    )
}

/// Whether a value made of an old one is another one each time: `n + 1`, but not `n.max(1)`.
fn grows(value: &Expr) -> bool {
    match value {
        Expr::Binary(binary) => {
            is_plain(&binary.op) && !matches!(binary.op, BinOp::BitAnd(_) | BinOp::BitOr(_))
        }
        Expr::MethodCall(call) => {
            let name = call.method.to_string();
            ["wrapping_", "saturating_", "checked_", "overflowing_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        }
        Expr::Paren(paren) => grows(&paren.expr),
        _ => false,
    }
}

/// `repeatable(future).await`.
fn is_repeatable(future: &Expr) -> bool {
    let Expr::Call(call) = future else { return false };
    let Expr::Path(path) = &*call.func else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "repeatable")
}
