//! The contestants, one file each.

pub mod generated;
pub mod locks;
pub mod plain;
pub mod twin;
pub mod twin_text;

#[cfg(feature = "peers")]
pub mod actify;
#[cfg(feature = "peers")]
pub mod actix;
#[cfg(feature = "peers")]
pub mod interthread;
#[cfg(feature = "peers")]
pub mod kameo;
#[cfg(feature = "peers")]
pub mod ractor;
#[cfg(feature = "peers")]
pub mod rsactor;
#[cfg(feature = "peers")]
pub mod xtra;
