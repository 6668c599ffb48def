//! Where a message came from, for those who watch: nothing, unless a feature asks for it.

/// What a message brings along from where it was sent.
#[derive(Clone, Copy)]
pub(crate) struct Trace;

impl Trace {
    /// What is to be known of this place and moment.
    pub(crate) fn here() -> Self {
        Self
    }
}
