//! The contestants, one file each.

pub mod actor;
pub mod twin;
