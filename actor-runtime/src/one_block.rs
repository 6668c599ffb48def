//! One `#[actor]` block for each type.
//!
//! A macro sees one block, and cannot know of another one. So each block imports one of these macros, under a name that
//! is made of the type's, and passes its items through it. If a module has two blocks of a type, rustc reports the second
//! import, and takes the name for the first: the items of the second block get into a macro that is not theirs, which
//! gives the error instead. Without that, the two blocks would conflict in some fifteen ways.
//!
//! Which macro a block uses depends on the names of its methods. If two blocks use the same one, all conflicts are reported.
//!
//! Each name is also that of one and the same module. So rustc regards the second import as one of the same thing, and does
//! not advise to rename it.

/// For each name, a macro that gives the items that are meant for it, and the error instead of others.
macro_rules! blocks {
    ($dollar:tt $($block:ident)*) => {
        $(
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $block {
            ($block { $dollar($dollar error:tt)* } { $dollar($dollar item:tt)* }) => { $dollar($dollar item)* };
            ($dollar other:ident { $dollar($dollar error:tt)* } $dollar items:tt) => { $dollar($dollar error)* };
        }
    )*

        /// The same module, under all names.
        pub mod names {
            $(pub use super::names as $block;)*
        }
    };
}

blocks! { $
    __block_0 __block_1 __block_2 __block_3 __block_4 __block_5 __block_6 __block_7
    __block_8 __block_9 __block_10 __block_11 __block_12 __block_13 __block_14 __block_15
    __block_16 __block_17 __block_18 __block_19 __block_20 __block_21 __block_22 __block_23
    __block_24 __block_25 __block_26 __block_27 __block_28 __block_29 __block_30 __block_31
    __block_32 __block_33 __block_34 __block_35 __block_36 __block_37 __block_38 __block_39
    __block_40 __block_41 __block_42 __block_43 __block_44 __block_45 __block_46 __block_47
    __block_48 __block_49 __block_50 __block_51 __block_52 __block_53 __block_54 __block_55
    __block_56 __block_57 __block_58 __block_59 __block_60 __block_61 __block_62 __block_63
}
