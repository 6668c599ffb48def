//! The model of an actor, after all checks.
//!
//! Types are valid outside of the impl, names are final, and options that exclude each other are one
//! enum.

use proc_macro2::{Ident, Span};
use syn::{Attribute, Expr, Generics, Path, Signature, Type, Visibility};

use super::{marker::HookKind, std_types};
use crate::{cancel_safe::CheckedFunction, checked_select::CheckedMethod, syntax};

pub(crate) struct Model {
    /// The items of the user's impl, in their order.
    pub(crate) items: Vec<Item>,
    /// `None` if the impl block is not that of an actor, which was reported.
    pub(crate) actor: Option<Actor>,
}

/// How an item of the user's impl is written back.
pub(crate) enum Item {
    /// Unchanged, below these attributes.
    Unchanged(Vec<Attribute>),
    /// Unchanged, below these attributes: a handler that takes values which its body may only look at.
    Owning(Vec<Attribute>),
    /// A marked `async fn` handler.
    Marked(Box<CheckedFunction>),
    /// A handler that rustc would report again, with a signature that it accepts.
    Stub(Vec<Attribute>, Visibility, Box<Signature>),
    /// A method with plain `select!`s, below these attributes.
    Selecting(Vec<Attribute>, Box<CheckedMethod>),
}

pub(crate) struct Actor {
    /// The path to the runtime crate.
    pub(crate) krate: Path,
    /// The conditions and lint levels below `#[actor]`, which apply to everything generated.
    pub(crate) attrs: Vec<Attribute>,
    /// The conditions among `attrs`.
    pub(crate) cfgs: Vec<Attribute>,
    /// `Counter` of `impl Counter<T>`.
    pub(crate) ident: Ident,
    /// `Counter<T>` of `impl Counter<T>`.
    pub(crate) ty: Type,
    /// The generics of the impl.
    pub(crate) generics: Generics,
    /// The part of `generics` that messages mention: the generics of the message and of the handle.
    pub(crate) carried: Generics,
    /// The visibility of the message and the handle.
    pub(crate) vis: Visibility,
    pub(crate) message: Ident,
    pub(crate) handle: Ident,
    pub(crate) mailbox: Mailbox,
    pub(crate) threads: Threads,
    /// Whether callers may run handlers; `false` with `#[actor(inline = false)]`.
    pub(crate) is_inline: bool,
    /// In source order.
    pub(crate) handlers: Vec<Handler>,
    /// The handlers that have mistakes.
    pub(crate) refused: Vec<Refused>,
    /// In source order.
    pub(crate) sources: Vec<Source>,
    pub(crate) first: First,
    /// The condition under which messages are taken from the mailbox.
    pub(crate) messages_if: Option<Expr>,
    /// The condition under which the actor goes on although its mailbox is closed and empty.
    pub(crate) busy_if: Option<Expr>,
    /// Whether the actor lives on without handles.
    pub(crate) is_kept_alive: bool,
    /// At most one of each kind, in source order.
    pub(crate) hooks: Vec<Hook>,
    /// What other processes call it by, with `#[actor(remote)]`.
    pub(crate) remote: Option<Remote>,
    /// The name of the enum of replies that were never read.
    pub(crate) undelivered: Ident,
    /// The name of the type that holds the actor while it is idle.
    pub(crate) at_rest: Ident,
}

/// The handle for other processes.
pub(crate) struct Remote {
    /// The path to `actor_remote`.
    pub(crate) krate: Path,
    /// The name of the handle.
    pub(crate) handle: Ident,
}

pub(crate) enum Mailbox {
    Default,
    Bounded(Box<Expr>),
    Unbounded,
}

/// Which threads the loop may run on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threads {
    /// Any of them, so everything has to be `Send`.
    Any,
    /// Only the one it was started on.
    One,
}

/// A method that answers a message.
pub(crate) struct Handler {
    pub(crate) ident: Ident,
    pub(crate) variant: Ident,
    pub(crate) vis: Visibility,
    pub(crate) attrs: HandlerAttrs,
    pub(crate) receiver: Receiver,
    pub(crate) is_async: bool,
    /// `#[handler(run_abandoned)]`.
    pub(crate) is_run_abandoned: bool,
    /// If it is marked `#[cancel_safe]`, what happens to a reply that is never read.
    pub(crate) cancel_safe: Option<WhenUnread>,
    /// `#[handler(queued)]`.
    pub(crate) is_queued: bool,
    /// The option of `#[handler(always)]`.
    pub(crate) always: Option<Ident>,
    /// Whether it is marked `#[cancel_safe(idempotent)]`.
    pub(crate) is_idempotent: bool,
    /// The option of `#[handler(local)]`.
    pub(crate) local: Option<Ident>,
    /// The option of `#[handler(remote)]`.
    pub(crate) remote: Option<Ident>,
    /// In the order of the method's parameters.
    pub(crate) arguments: Vec<Argument>,
    pub(crate) answer: Answer,
    /// The name of the field for the reply: `reply`, unless an argument has that name.
    pub(crate) reply: Ident,
}

/// What is known of a handler with a mistake, for those who call it.
pub(crate) struct Refused {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) cfgs: Vec<Attribute>,
    /// Its own, without lifetimes.
    pub(crate) generics: Generics,
    /// `None` for a type that is not known.
    pub(crate) parameters: Vec<(Ident, Option<Carried>)>,
    pub(crate) answer: Answer,
}

/// What happens to a reply that is never read.
pub(crate) enum WhenUnread {
    Dropped,
    /// It is passed to a method of the actor.
    TakenBack(TakeBack),
}

/// A method that takes back unread replies.
pub(crate) struct TakeBack {
    pub(crate) method: Ident,
    /// `None` if the method is in another impl.
    pub(crate) receiver: Option<Receiver>,
    pub(crate) takes_context: bool,
}

/// The attributes of a handler, by where they are copied to.
#[derive(Default)]
pub(crate) struct HandlerAttrs {
    /// To everything that is generated for the handler.
    pub(crate) cfgs: Vec<Attribute>,
    /// To the variant and the handle's method.
    pub(crate) docs: Vec<Attribute>,
    /// To the variant and the handle's method, as `allow`.
    pub(crate) lints: Vec<Attribute>,
    /// To the handle's method: `deprecated` and `must_use`.
    pub(crate) callers: Vec<Attribute>,
    pub(crate) is_deprecated: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// `&self`
    Shared,
    /// `&mut self`
    Exclusive,
    /// `self`: the message ends the actor.
    Owned,
}

pub(crate) enum Argument {
    /// A field of the message.
    Field(Box<Field>),
    /// `&Context<Self>`, with the span of the type's name.
    Context(Span),
    /// The message's own reply, with the span of the `Reply` or `Replies` in its type.
    Reply(Span),
}

pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// The conditions of `#[cfg]`s on the argument.
    pub(crate) cfgs: Vec<Attribute>,
    /// The span of the name of the argument's type.
    pub(crate) ty: Span,
    pub(crate) carried: Carried,
}

/// What a message carries for an argument. All but the first are owned by the message and lent to the
/// handler.
pub(crate) enum Carried {
    /// The type that the handler takes.
    Moved(Type),
    /// For `&str`.
    String,
    /// For `&Path`.
    PathBuf,
    /// For `&OsStr`.
    OsString,
    /// For `&CStr`.
    CString,
    /// For `&[T]`, with this `T`.
    Vec(Type),
}

/// The type of the reply, and how it is sent.
pub(crate) enum Answer {
    /// The handler returns it.
    Returned(Type),
    /// The handler sends it through a `Reply<T>`.
    Deferred(Type),
    /// The handler sends any number of them through a `Replies<T>`.
    Streamed(Type),
}

/// A method that handles the events of a source.
pub(crate) struct Source {
    pub(crate) ident: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) is_deprecated: bool,
    pub(crate) receiver: Receiver,
    pub(crate) is_async: bool,
    /// The expression of the future, with the `self` of the generated method.
    pub(crate) future: Expr,
    pub(crate) guard: Option<Expr>,
    /// In the order of the method's parameters.
    pub(crate) parameters: Vec<SourceParameter>,
    /// The type of the value that the method takes, and a name for it.
    pub(crate) ty: Type,
    pub(crate) value: Ident,
}

#[derive(Clone, Copy)]
pub(crate) enum SourceParameter {
    /// The value that the source yields.
    Value,
    /// `&Context<Self>`, with the span of the type's name.
    Context(Span),
}

/// Whether messages or events come first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    Neither,
    Mailbox,
    Sources,
}

/// A method that the loop calls.
pub(crate) struct Hook {
    pub(crate) kind: HookKind,
    pub(crate) ident: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) is_deprecated: bool,
    pub(crate) receiver: Receiver,
    pub(crate) is_async: bool,
    /// The span of the name of its context's type, if it takes the context.
    pub(crate) context: Option<Span>,
    /// The `E` of the `Result<(), E>` that it returns.
    pub(crate) error: Option<Type>,
}

impl Actor {
    /// The `#[on_start]` hook that may fail, with the type of its error.
    pub(crate) fn start_error(&self) -> Option<(&Hook, &Type)> {
        self.hooks.iter().find_map(|hook| Some((hook, hook.error.as_ref()?)))
    }

    pub(crate) fn handlers_that_end(&self) -> impl Iterator<Item = &Handler> {
        self.handlers.iter().filter(|handler| handler.is_final())
    }

    /// The handlers whose unread replies are taken back, with the method that takes them.
    pub(crate) fn taken_back(&self) -> impl Iterator<Item = (&Handler, &TakeBack)> {
        self.handlers.iter().filter_map(|handler| Some((handler, handler.taken_back_by()?)))
    }

    /// Whether a caller may run `handler` on its own thread.
    pub(crate) fn may_run_inline(&self, handler: &Handler) -> bool {
        self.is_inline
            && self.threads == Threads::Any
            && !self.never_rests()
            && handler.is_now()
            && !handler.is_queued
            && matches!(handler.answer, Answer::Returned(_))
    }

    /// Whether its loop never leaves the actor to callers: it waits for sources, or has a hook to run when it
    /// becomes idle.
    fn never_rests(&self) -> bool {
        let has_source = self.sources.iter().any(|source| source.cfgs.is_empty());
        let is_idle = |hook: &Hook| hook.kind == HookKind::Idle && hook.cfgs.is_empty();
        has_source || self.hooks.iter().any(is_idle)
    }

    /// Whether there is a variant under every configuration.
    pub(crate) fn has_unconditional_variant(&self) -> bool {
        self.handlers.iter().any(|handler| handler.attrs.cfgs.is_empty())
    }

    pub(crate) fn is_public(&self) -> bool {
        matches!(self.vis, Visibility::Public(_))
    }
}

/// The different conditions among `cfgs`.
pub(crate) fn conditions<'a>(cfgs: impl IntoIterator<Item = &'a Attribute>) -> Vec<&'a Attribute> {
    let mut conditions: Vec<&Attribute> = Vec::new();
    for cfg in cfgs {
        if !conditions.iter().any(|other| syntax::same_tokens(other, &cfg)) {
            conditions.push(cfg);
        }
    }
    conditions
}

impl Handler {
    pub(crate) fn is_final(&self) -> bool {
        self.receiver == Receiver::Owned
    }

    /// Whether other processes can call it, with `#[actor(remote)]`.
    pub(crate) fn is_remote(&self) -> bool {
        if self.is_final() { self.remote.is_some() } else { self.local.is_none() }
    }

    /// Whether it is a plain `fn` that does not end the actor.
    pub(crate) fn is_now(&self) -> bool {
        !self.is_async && !self.is_final()
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Field(field) => Some(&**field),
            Argument::Context(_) | Argument::Reply(_) => None,
        })
    }

    pub(crate) fn has_fields(&self) -> bool {
        self.fields().next().is_some()
    }

    /// Whether clippy may advise to borrow an argument: a message owns it, and its type may not be `Copy`.
    /// The body of an `async fn` always takes its arguments.
    pub(crate) fn may_need_less(&self) -> bool {
        let is_moved = |field: &Field| match &field.carried {
            Carried::Moved(ty) => !std_types::is_copied(ty),
            _ => false,
        };
        !self.is_async && self.fields().any(is_moved)
    }

    pub(crate) fn takes_context(&self) -> bool {
        self.arguments.iter().any(|argument| matches!(argument, Argument::Context(_)))
    }

    /// Whether its dispatch needs the context, for the handler or for its reply.
    pub(crate) fn needs_context(&self) -> bool {
        self.takes_context() || self.taken_back_by().is_some()
    }

    /// The method that takes back an unread reply.
    pub(crate) fn taken_back_by(&self) -> Option<&TakeBack> {
        match &self.cancel_safe {
            Some(WhenUnread::TakenBack(method)) => Some(method),
            Some(WhenUnread::Dropped) | None => None,
        }
    }
}

impl From<Handler> for Refused {
    fn from(handler: Handler) -> Self {
        let fields = handler.arguments.into_iter().filter_map(|argument| match argument {
            Argument::Field(field) => Some((field.ident, Some(field.carried))),
            Argument::Context(_) | Argument::Reply(_) => None,
        });
        Self {
            ident: handler.ident,
            vis: handler.vis,
            cfgs: handler.attrs.cfgs,
            generics: Generics::default(),
            parameters: fields.collect(),
            answer: handler.answer,
        }
    }
}

impl Refused {
    /// What is known without the parameters `names`; `None` if the answer is not known without them.
    pub(crate) fn without(mut self, names: &[Ident]) -> Option<Self> {
        let is_known = |ty: &Type| !names.iter().any(|name| syntax::mentions(ty, name));
        for (_, carried) in &mut self.parameters {
            carried.take_if(|carried| carried.users_type().is_some_and(|ty| !is_known(ty)));
        }
        is_known(self.answer.ty()).then_some(self)
    }
}

impl Carried {
    /// The type that the user wrote; `None` for the types that the macro chose.
    pub(crate) fn users_type(&self) -> Option<&Type> {
        match self {
            Self::Moved(ty) | Self::Vec(ty) => Some(ty),
            Self::String | Self::PathBuf | Self::OsString | Self::CString => None,
        }
    }

    pub(crate) fn is_lent(&self) -> bool {
        !matches!(self, Self::Moved(_))
    }
}

impl Answer {
    pub(crate) fn ty(&self) -> &Type {
        match self {
            Self::Returned(ty) | Self::Deferred(ty) | Self::Streamed(ty) => ty,
        }
    }
}
