//! Strings as the store keeps them.

use std::{borrow::Borrow, cmp::Ordering, fmt, hash, ops::Deref};

use bytes::Bytes;

use super::value::own;

/// The maximum length of a string that is stored in place. With it, a [`Blob`] is as large as [`Bytes`].
const SHORT: usize = 23;

/// A string of bytes. A short one is stored in place, so that reading it is one access to memory less.
#[derive(Clone)]
pub(crate) enum Blob {
    Short(u8, [u8; SHORT]),
    Long(Bytes),
}

impl Blob {
    /// Copies a word out of a request. A large one is not copied, see [`own`].
    pub(crate) fn of(word: &Bytes) -> Self {
        Self::short(word).unwrap_or_else(|| Self::Long(own(word)))
    }

    /// Copies a slice.
    pub(crate) fn copy_from_slice(bytes: &[u8]) -> Self {
        Self::short(bytes).unwrap_or_else(|| Self::Long(Bytes::copy_from_slice(bytes)))
    }

    /// Returns the string as [`Bytes`], which share a long one.
    pub(crate) fn to_bytes(&self) -> Bytes {
        match self {
            Self::Short(..) => Bytes::copy_from_slice(self),
            Self::Long(bytes) => bytes.clone(),
        }
    }

    /// Like [`to_bytes`](Self::to_bytes), and does not share a long string.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Self::Short(..) => Bytes::copy_from_slice(&self),
            Self::Long(bytes) => bytes,
        }
    }

    fn short(bytes: &[u8]) -> Option<Self> {
        let mut place = [0; SHORT];
        place.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self::Short(u8::try_from(bytes.len()).ok()?, place))
    }
}

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self::short(&bytes).unwrap_or(Self::Long(bytes))
    }
}

impl Default for Blob {
    fn default() -> Self {
        Self::Short(0, [0; SHORT])
    }
}

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Short(length, bytes) => &bytes[..usize::from(*length)],
            Self::Long(bytes) => bytes,
        }
    }
}

impl Borrow<[u8]> for Blob {
    fn borrow(&self) -> &[u8] {
        self
    }
}

// All of these are those of the slice, as `Borrow` requires.

impl PartialEq for Blob {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Blob {}

impl PartialOrd for Blob {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Blob {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl hash::Hash for Blob {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}
