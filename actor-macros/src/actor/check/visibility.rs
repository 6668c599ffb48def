//! The visibility of the message and the handle.

use proc_macro2::Ident;
use syn::{Token, VisRestricted, Visibility};

use crate::actor::model::Handler;

/// The narrowest visibility that contains those of all handlers.
pub(super) fn widest(handlers: &[Handler]) -> Visibility {
    let all = || handlers.iter().map(|handler| &handler.vis);
    let restricted = || {
        all().filter_map(|vis| match vis {
            Visibility::Restricted(vis) => Some(vis),
            Visibility::Public(_) | Visibility::Inherited => None,
        })
    };
    if let Some(public) = all().find(|vis| matches!(vis, Visibility::Public(_))) {
        return public.clone();
    }
    // Each path is a module around this one: the shorter from the root, the wider, and the more `super`s, the
    // wider.
    let from_root = restricted().filter(|vis| is_from_root(vis)).min_by_key(|vis| length(vis));
    let towards_root = restricted().filter(|vis| supers(vis) > 0).max_by_key(|vis| supers(vis));
    match (from_root, towards_root) {
        // Which of them is wider depends on the depth of the module.
        (Some(vis), Some(_)) => Visibility::Restricted(crate_wide(vis)),
        (Some(vis), None) | (None, Some(vis)) => Visibility::Restricted(vis.clone()),
        (None, None) => {
            all().next().cloned().unwrap_or(Visibility::Public(<Token![pub]>::default()))
        }
    }
}

fn is_from_root(vis: &VisRestricted) -> bool {
    vis.path.segments.first().is_some_and(|first| first.ident == "crate" || first.ident == "$crate")
}

/// How many modules it leads out of.
fn supers(vis: &VisRestricted) -> usize {
    vis.path.segments.iter().filter(|segment| segment.ident == "super").count()
}

fn length(vis: &VisRestricted) -> usize {
    vis.path.segments.len()
}

/// `pub(crate)`, with the spans of `vis`.
fn crate_wide(vis: &VisRestricted) -> VisRestricted {
    let span = vis.path.segments[0].ident.span();
    VisRestricted {
        in_token: None,
        path: Box::new(Ident::new("crate", span).into()),
        ..vis.clone()
    }
}
