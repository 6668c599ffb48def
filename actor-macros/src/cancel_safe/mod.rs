//! `#[cancel_safe]`: marks an `async fn` that may be dropped at any `.await` and called again.

pub(crate) mod check;

#[cfg(test)]
mod tests;
