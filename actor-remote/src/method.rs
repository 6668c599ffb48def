//! What both sides of a handler know: its name, its arguments and its answer.

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
};

use bytes::Bytes;

use crate::{
    codec::{Codec, Travels, Value},
    request_head::RequestHead,
    wire::Writer,
};

/// A handler that other processes can call: its name, and how its arguments and its answer are written.
///
/// `A` is the tuple of its arguments, `R` its answer. `#[actor(remote)]` makes one of each handler:
///
/// ```
/// use actor_remote::by_hand::Method;
///
/// const SET: Method<(String, u64), ()> =
///     Method::of("set", &["key", "value"]).takes::<String>().takes::<u64>().gives::<()>();
/// ```
pub struct Method<A: Arguments, R> {
    pub(crate) name: &'static str,
    pub(crate) is_idempotent: bool,
    names: &'static [&'static str],
    arguments: A::Values,
    answer: Value<R>,
}

/// A [`Method`] without its answer.
#[derive(Clone, Copy)]
pub struct Signature<A: Arguments> {
    name: &'static str,
    names: &'static [&'static str],
    arguments: A::Values,
}

impl Method<(), ()> {
    /// Begins a method with its name and the names of its arguments.
    #[must_use]
    pub const fn of(name: &'static str, arguments: &'static [&'static str]) -> Signature<()> {
        Signature { name, names: arguments, arguments: () }
    }
}

impl<A: Arguments> Signature<A> {
    /// Ends the method with the type of its answer.
    #[must_use]
    pub const fn gives<R: Travels>(self) -> Method<A, R> {
        Method {
            name: self.name,
            is_idempotent: false,
            names: self.names,
            arguments: self.arguments,
            answer: Value::new(),
        }
    }
}

impl<A: Arguments, R> Method<A, R> {
    /// Says that the handler may run more than once for the same call, also at the same time in two processes.
    #[must_use]
    pub const fn idempotent(self) -> Self {
        Self { is_idempotent: true, ..self }
    }

    /// Writes the arguments of a request: a map.
    ///
    /// # Errors
    ///
    /// The reason, if they cannot be written in the codec.
    pub(crate) fn write_arguments(&self, arguments: &A, codec: Codec) -> Result<Bytes, String> {
        let mut writer = Writer::new(codec);
        arguments.write(&self.arguments, self.names, &mut writer)?;
        Ok(writer.finish())
    }

    /// Reads the arguments of a request.
    ///
    /// # Errors
    ///
    /// The reason, if they are not those of the method, or if reading one panics.
    pub(crate) fn read_arguments(&self, request: &RequestHead<'_>) -> Result<A, String> {
        let mut arguments = [None; MOST];
        if let Some(map) = request.arguments {
            map.each_or_null(|name, value| {
                let mut places = self.names.iter().zip(&mut arguments);
                if let Some((_, place)) = places.find(|(known, _)| known.as_bytes() == name) {
                    *place = Some(value.bytes);
                }
                Ok(())
            })?;
        }
        let named = self.names.iter().copied().zip(arguments);
        let read = || A::read(&self.arguments, named, request.codec);
        caught(read).unwrap_or_else(|| Err("reading an argument panicked".to_owned()))
    }

    /// Writes the answer of a request.
    ///
    /// # Errors
    ///
    /// The reason, if it cannot be written in the codec, or if that panics.
    pub(crate) fn write_answer(
        &self,
        name: &str,
        answer: &R,
        writer: &mut Writer,
    ) -> Result<(), String> {
        let write = || writer.value(name, answer, self.answer);
        caught(write).unwrap_or_else(|| Err("writing it panicked".to_owned()))
    }

    /// How answers are read.
    pub(crate) fn answer(&self) -> Value<R> {
        self.answer
    }
}

/// As in Rust: `set(key: String, value: u64) -> ()`.
impl<A: Arguments, R> fmt::Display for Method<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (number, (name, ty)) in self.names.iter().zip(A::types(&self.arguments)).enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{name}: {}", short(ty()))?;
        }
        write!(f, ") -> {}", short((self.answer.ty)()))
    }
}

impl<A: Arguments, R> fmt::Debug for Method<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Method({self})")
    }
}

impl<A: Arguments> fmt::Debug for Signature<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Returns what `run` does, or `None` if it panics. It runs code of the types that are sent: what they have broken by
/// then is dropped with the call.
fn caught<T>(run: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(run)).ok()
}

/// The name of a type without the paths of modules: `Vec<String>` of `alloc::vec::Vec<alloc::string::String>`.
fn short(name: &str) -> String {
    let mut short = String::new();
    for part in name
        .split_inclusive(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':')
    {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

/// How many arguments a handler has at most.
const MOST: usize = 12;

/// A tuple of up to twelve arguments.
pub trait Arguments: private::Tuple {}

impl<A: private::Tuple> Arguments for A {}

mod private {
    use crate::{codec::Codec, wire::Writer};

    /// How a tuple is written and read. It asks nothing of the types: [`Signature::takes`](super::Signature) does.
    pub trait Tuple: Sized {
        type Values: Copy + Sync + 'static;

        fn write(
            &self,
            values: &Self::Values,
            names: &[&str],
            writer: &mut Writer,
        ) -> Result<(), String>;

        fn read<'a>(
            values: &Self::Values,
            named: impl Iterator<Item = (&'a str, Option<&'a [u8]>)>,
            codec: Codec,
        ) -> Result<Self, String>;

        /// The names of the types.
        fn types(values: &Self::Values) -> Vec<fn() -> &'static str>;
    }
}

/// Reads the next argument. One that was not sent is read as null.
fn read_next<'a, T>(
    value: Value<T>,
    named: &mut impl Iterator<Item = (&'a str, Option<&'a [u8]>)>,
    codec: Codec,
) -> Result<T, String> {
    let (name, bytes) = named.next().unwrap_or_default();
    match bytes {
        Some(bytes) => {
            (value.read)(bytes, codec).map_err(|error| format!("argument `{name}`: {error}"))
        }
        None => {
            (value.read)(codec.null(), codec).map_err(|_| format!("argument `{name}` is missing"))
        }
    }
}

impl private::Tuple for () {
    type Values = ();

    fn write(&self, (): &(), _: &[&str], _: &mut Writer) -> Result<(), String> {
        Ok(())
    }

    fn read<'a>(
        (): &(),
        _: impl Iterator<Item = (&'a str, Option<&'a [u8]>)>,
        _: Codec,
    ) -> Result<Self, String> {
        Ok(())
    }

    fn types((): &()) -> Vec<fn() -> &'static str> {
        Vec::new()
    }
}

impl Signature<()> {
    /// Adds the type of the next argument.
    #[must_use]
    pub const fn takes<T: Travels>(self) -> Signature<(T,)> {
        Signature { name: self.name, names: self.names, arguments: (Value::new(),) }
    }
}

macro_rules! tuples {
    ($([$ty:ident $value:ident $how:ident])*) => {
        impl<$($ty: 'static),*> private::Tuple for ($($ty,)*) {
            type Values = ($(Value<$ty>,)*);

            fn write(
                &self,
                values: &Self::Values,
                names: &[&str],
                writer: &mut Writer,
            ) -> Result<(), String> {
                let (($($value,)*), ($($how,)*)) = (self, *values);
                let mut names = names.iter().copied();
                $(writer.value(names.next().unwrap_or_default(), $value, $how)?;)*
                Ok(())
            }

            fn read<'a>(
                values: &Self::Values,
                mut named: impl Iterator<Item = (&'a str, Option<&'a [u8]>)>,
                codec: Codec,
            ) -> Result<Self, String> {
                let ($($how,)*) = *values;
                Ok(($(read_next($how, &mut named, codec)?,)*))
            }

            fn types(values: &Self::Values) -> Vec<fn() -> &'static str> {
                let ($($how,)*) = *values;
                vec![$($how.ty),*]
            }
        }
    };
}

macro_rules! longer {
    ($([$ty:ident $value:ident $how:ident])*) => {
        impl<$($ty: 'static),*> Signature<($($ty,)*)> {
            /// Adds the type of the next argument.
            #[must_use]
            pub const fn takes<Next: Travels>(self) -> Signature<($($ty,)* Next,)> {
                let ($($how,)*) = self.arguments;
                Signature {
                    name: self.name,
                    names: self.names,
                    arguments: ($($how,)* Value::new(),),
                }
            }
        }
    };
}

tuples!([A a a_how]);
tuples!([A a a_how] [B b b_how]);
tuples!([A a a_how] [B b b_how] [C c c_how]);
tuples!([A a a_how] [B b b_how] [C c c_how] [D d d_how]);
tuples!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how]);
tuples!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how]);
tuples!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how]);
tuples!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how] [H h h_how]);
tuples!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how] [H h h_how] [I i i_how]);
tuples!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how] [H h h_how] [I i i_how] [J j j_how]);
tuples!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how] [H h h_how] [I i i_how] [J j j_how] [K k k_how]);
tuples!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how] [H h h_how] [I i i_how] [J j j_how] [K k k_how] [L l l_how]);
longer!([A a a_how]);
longer!([A a a_how] [B b b_how]);
longer!([A a a_how] [B b b_how] [C c c_how]);
longer!([A a a_how] [B b b_how] [C c c_how] [D d d_how]);
longer!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how]);
longer!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how]);
longer!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how]);
longer!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how] [H h h_how]);
longer!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how] [H h h_how] [I i i_how]);
longer!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how] [H h h_how] [I i i_how] [J j j_how]);
longer!([A a a_how] [B b b_how] [C c c_how] [D d d_how] [E e e_how] [F f f_how] [G g g_how] [H h h_how] [I i i_how] [J j j_how] [K k k_how]);
