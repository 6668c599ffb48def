//! Statements with their codecs.

use std::sync::Arc;

use theirs::codec::{Decoder, Encoder};

type Encodes<A> = Arc<dyn Encoder<A> + Send + Sync>;

pub struct Query<A, B> {
    pub(crate) command: Command<A>,
    pub(crate) decoder: Arc<dyn Decoder<B> + Send + Sync>,
}

pub struct Command<A> {
    pub(crate) sql: String,
    pub(crate) encoder: Encodes<A>,
}

pub struct CopyIn<T> {
    pub(crate) sql: String,
    pub(crate) encoder: Encodes<T>,
}

impl<B> Query<(), B> {
    pub fn raw<D>(sql: impl Into<String>, decoder: D) -> Self
    where
        D: Decoder<B> + Send + Sync + 'static,
    {
        Self::raw_with(sql, (), decoder)
    }
}

impl<A, B> Query<A, B> {
    pub fn raw_with<E, D>(sql: impl Into<String>, encoder: E, decoder: D) -> Self
    where
        E: Encoder<A> + Send + Sync + 'static,
        D: Decoder<B> + Send + Sync + 'static,
    {
        Self { command: Command::raw_with(sql, encoder), decoder: Arc::new(decoder) }
    }

    pub fn sql(&self) -> &str {
        &self.command.sql
    }
}

impl Command<()> {
    pub fn raw(sql: impl Into<String>) -> Self {
        Self::raw_with(sql, ())
    }
}

impl<A> Command<A> {
    pub fn raw_with<E>(sql: impl Into<String>, encoder: E) -> Self
    where
        E: Encoder<A> + Send + Sync + 'static,
    {
        Self { sql: sql.into(), encoder: Arc::new(encoder) }
    }
}

impl<T> CopyIn<T> {
    pub fn binary<E>(sql: impl Into<String>, encoder: E) -> Self
    where
        E: Encoder<T> + Send + Sync + 'static,
    {
        Self { sql: sql.into(), encoder: Arc::new(encoder) }
    }
}
