//! `Debug` implementations that demand nothing of type parameters.

/// Implements `Debug` for a type by printing its name and, if given, the name of its actor's type.
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
