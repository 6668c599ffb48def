//! Generated code is quiet under the strictest lints of rustc, and everything public has documentation.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused,
    unused_qualifications,
    unused_lifetimes,
    unused_import_braces,
    unused_results,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    keyword_idents,
    let_underscore_drop,
    meta_variable_misuse,
    missing_abi,
    non_ascii_idents,
    redundant_lifetimes,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unsafe_code,
    variant_size_differences
)]
#![forbid(unsafe_code)]
#![allow(unreachable_pub, reason = "a binary has no reachable items; see `private_module`")]

use actor_runtime::{Context, Replies, Reply, actor};

/// Counts.
#[derive(Debug)]
pub struct Counter {
    total: u64,
}

#[actor(mailbox = 8)]
impl Counter {
    /// Adds `amount`.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    pub(crate) fn undocumented(&mut self, _path: &str) {}

    /// Uses everything at once.
    pub async fn all(&self, _context: &Context<Self>, reply: Reply<u64>, #[cfg(any())] gone: u64) {
        reply.send(self.total);
    }

    /// Lists.
    pub fn list(&self, mut replies: Replies<u64>) {
        assert!(replies.try_send(self.total).is_ok());
    }

    #[on_start]
    fn load(&mut self) -> Result<(), String> {
        Ok(())
    }

    #[on_stop]
    async fn save(&mut self) {}

    #[on_idle]
    fn idle(&mut self, _context: &Context<Self>) {}

    /// Ends.
    pub fn finish(self) -> u64 {
        self.total
    }
}

fn main() {
    let counter = actor_runtime::pair(Counter { total: 0 });
    assert!(format!("{:?}", counter.0).contains("Counter"));
}
