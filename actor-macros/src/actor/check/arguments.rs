//! Checks the parameters of a handler: fields of the message, the reply and the context.

use std::vec;

use proc_macro2::Ident;
use syn::{FnArg, Pat, PatType, Signature, Type, TypeReference};

use super::{attrs, owned, scope::Scope, subject::Subject, types};
use crate::{
    actor::model::{Answer, Argument, Carried, Field},
    names::{self, Namer},
    syntax,
};

pub(super) struct Parameters {
    pub(super) arguments: Vec<Argument>,
    pub(super) reply_name: Ident,
    /// The parameter through which the handler replies, if there is one.
    pub(super) answer: Option<TakenReply>,
}

/// A parameter of type `Reply<T>` or `Replies<T>`.
pub(super) struct TakenReply {
    ty: Type,
    answer: Type,
    is_stream: bool,
}

impl TakenReply {
    pub(super) fn from_type(ty: &Type) -> Option<Self> {
        let segment = syntax::last_segment(ty)?;
        let is_stream = match segment.ident.to_string().as_str() {
            "Reply" => false,
            "Replies" => true,
            _ => return None,
        };
        match syntax::type_arguments(segment)[..] {
            [answer] => Some(Self { ty: ty.clone(), answer: answer.clone(), is_stream }),
            _ => None,
        }
    }

    pub(super) fn printed(&self) -> String {
        syntax::last_segment(&self.ty).map_or_else(String::new, syntax::printed)
    }

    pub(super) fn to_answer(&self, scope: &Scope<'_>) -> Answer {
        let ty = scope.outside(&self.answer);
        if self.is_stream { Answer::Streamed(ty) } else { Answer::Deferred(ty) }
    }
}

pub(super) fn check(sig: &Signature, scope: &mut Scope<'_>) -> Parameters {
    if let Some(variadic) = &sig.variadic {
        let message = format!(
            "handler `{}` is variadic, but a message has a fixed number of arguments",
            sig.ident
        );
        scope.diagnostics.report(variadic.dots, message, "take a `Vec`");
    }
    let typed: Vec<&PatType> = sig.inputs.iter().filter_map(typed).collect();
    let travelling: Vec<(usize, &PatType)> =
        typed.iter().copied().enumerate().filter(|(_, typed)| travels(&typed.ty, scope)).collect();
    let mut namer = Namer::default();
    let names = names_of(&travelling, &mut namer).into_iter();
    let mut check = Check { handler: &sig.ident, names, has_context: false, answer: None, scope };
    let arguments = typed.iter().filter_map(|typed| check.argument(typed)).collect();
    let answer = check.answer;
    Parameters { arguments, reply_name: namer.fresh("reply"), answer }
}

/// Whether a parameter of this type becomes a field of the message.
pub(super) fn travels(ty: &Type, scope: &Scope<'_>) -> bool {
    let ty = syntax::ungrouped(ty);
    TakenReply::from_type(ty).is_none() && !is_context(ty, scope)
}

/// Whether `ty` is the context of this actor, by value or by any reference.
fn is_context(ty: &Type, scope: &Scope<'_>) -> bool {
    let referent = match ty {
        Type::Reference(reference) => &reference.elem,
        _ => ty,
    };
    scope.is_owned_context(referent) || scope.is_context(ty)
}

fn typed(argument: &FnArg) -> Option<&PatType> {
    match argument {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    }
}

/// A name for each field, with its position among the parameters. Plain names are claimed first, so that
/// they stay as they are.
fn names_of(fields: &[(usize, &PatType)], namer: &mut Namer) -> Vec<Ident> {
    let plain = |typed: &PatType| match &*typed.pat {
        Pat::Ident(pat) => Some(pat.ident.clone()),
        _ => None,
    };
    let is_final = |ident: &Ident| *ident == names::without_leading_underscores(ident);
    let mut kept: Vec<Option<Ident>> = fields
        .iter()
        .map(|(_, typed)| plain(typed).filter(is_final).map(|ident| namer.claim(&ident)))
        .collect();
    for (kept, (position, typed)) in kept.iter_mut().zip(fields) {
        kept.get_or_insert_with(|| {
            let ident = plain(typed).map(|ident| names::without_leading_underscores(&ident));
            namer.claim(&ident.unwrap_or_else(|| names::argument(position + 1, &typed.pat)))
        });
    }
    kept.into_iter().flatten().collect()
}

struct Check<'a, 'scope> {
    handler: &'a Ident,
    /// The names of the fields that were not yet checked.
    names: vec::IntoIter<Ident>,
    has_context: bool,
    answer: Option<TakenReply>,
    scope: &'a mut Scope<'scope>,
}

impl Check<'_, '_> {
    fn argument(&mut self, typed: &PatType) -> Option<Argument> {
        let ty = syntax::ungrouped(&typed.ty);
        if let Some(reply) = TakenReply::from_type(ty) {
            self.reply(typed, reply)
        } else if is_context(ty, self.scope) {
            self.context(typed, ty)
        } else {
            let name = self.names.next()?;
            self.field(typed, ty, name)
        }
    }

    fn field(&mut self, typed: &PatType, ty: &Type, ident: Ident) -> Option<Argument> {
        let lent = match ty {
            Type::Reference(reference) if self.is_borrowed_reply(reference) => return None,
            Type::Reference(reference) => owned::carried(reference),
            _ => None,
        };
        let mut carried = lent.unwrap_or_else(|| Carried::Moved((*typed.ty).clone()));
        if let Carried::Moved(ty) | Carried::Vec(ty) = &mut carried {
            self.types(ty, &typed.pat);
            *ty = self.scope.outside(ty);
        }
        let cfgs = attrs::cfgs(&typed.attrs);
        Some(Argument::Field(Box::new(Field { ident, cfgs, ty: syntax::name_span(ty), carried })))
    }

    fn types(&mut self, ty: &Type, pat: &Pat) {
        let name = match pat {
            Pat::Ident(pat) => names::text(&pat.ident),
            _ => syntax::printed(pat),
        };
        let subject = Subject::Argument { handler: self.handler, name: &name };
        types::check(ty, subject, self.scope.diagnostics);
    }

    fn reply(&mut self, typed: &PatType, reply: TakenReply) -> Option<Argument> {
        let handler = self.handler;
        self.unconditional(typed, &reply.printed());
        if let Some(first) = &self.answer {
            let message = format!(
                "handler `{handler}` takes `{}` and `{}`, but a message has one reply",
                first.printed(),
                reply.printed()
            );
            self.scope.diagnostics.report(&typed.ty, message, "keep one of them");
            return None;
        }
        types::check(&reply.answer, Subject::Sent { handler }, self.scope.diagnostics);
        self.answer = Some(reply);
        Some(Argument::Reply(syntax::name_span(&typed.ty)))
    }

    /// Reports a `Reply` by reference, because sending consumes it.
    fn is_borrowed_reply(&mut self, reference: &TypeReference) -> bool {
        let Some(reply) = TakenReply::from_type(&reference.elem) else {
            return false;
        };
        let reply = reply.printed();
        let message = format!(
            "handler `{}` borrows its reply, but must own it to send the reply",
            self.handler
        );
        let owned = owned::owned((*reference.elem).clone()).unwrap_or(reply);
        self.scope.diagnostics.report(reference, message, format!("take `{owned}`"));
        true
    }

    fn context(&mut self, typed: &PatType, ty: &Type) -> Option<Argument> {
        self.unconditional(typed, "&Context<Self>");
        let handler = self.handler;
        if !matches!(ty, Type::Reference(reference) if reference.mutability.is_none()) {
            let message = format!(
                "handler `{handler}` takes `{}`, but the context belongs to the actor's loop",
                syntax::printed(ty)
            );
            self.scope.diagnostics.report(ty, message, "take `&Context<Self>`");
            return None;
        }
        if self.has_context {
            let message = format!("handler `{handler}` takes the context twice");
            self.scope.diagnostics.report(ty, message, "keep one of them");
            return None;
        }
        self.has_context = true;
        Some(Argument::Context(syntax::name_span(ty)))
    }

    fn unconditional(&mut self, typed: &PatType, what: &str) {
        if let Some(cfg) = attrs::cfgs(&typed.attrs).first() {
            let message = format!("handler `{}` has a `#[cfg]` on its `{what}`", self.handler);
            self.scope.diagnostics.report(
                cfg,
                message,
                "put the `#[cfg(..)]` on the whole handler",
            );
        }
    }
}
