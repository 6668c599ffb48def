//! `Debug` for types whose parameters need not be.

/// Implements `Debug` for a type by its name, and that of its actor if there is one.
macro_rules! opaque_debug {
    ([$($generics:tt)*] $ty:ty, $name:literal $(, actor = $actor:expr)?) => {
        impl<$($generics)*> ::std::fmt::Debug for $ty {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct($name)$(.field("actor", &$actor))?.finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use opaque_debug;
