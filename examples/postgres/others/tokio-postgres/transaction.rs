//! Transactions and portals.

use std::marker::PhantomData;

use ours::{Begin, Isolation, Session};
use theirs::IsolationLevel;

use crate::{Client, Result, Row, ToStatement, Values, rows, with};

pub struct Transaction<'a>(pub(crate) ours::Transaction, PhantomData<&'a mut Client>);

pub struct TransactionBuilder<'a> {
    session: &'a Session,
    begin: Begin,
}

impl<'a> TransactionBuilder<'a> {
    pub(crate) fn new(session: &'a Session) -> Self {
        Self { session, begin: Begin::default() }
    }

    pub fn isolation_level(mut self, level: IsolationLevel) -> Self {
        self.begin.isolation = Some(match level {
            IsolationLevel::Serializable => Isolation::Serializable,
            IsolationLevel::RepeatableRead => Isolation::RepeatableRead,
            _ => Isolation::ReadCommitted,
        });
        self
    }

    pub fn read_only(mut self, is_read_only: bool) -> Self {
        self.begin.is_read_only = is_read_only;
        self
    }

    pub fn deferrable(mut self, is_deferrable: bool) -> Self {
        self.begin.is_deferrable = is_deferrable;
        self
    }

    pub async fn start(self) -> Result<Transaction<'a>> {
        Ok(Transaction(self.session.transaction_with(self.begin).await?, PhantomData))
    }
}

pub struct Portal(ours::Portal);

impl Transaction<'_> {
    pub async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }

    pub async fn rollback(self) -> Result<()> {
        Ok(self.0.rollback().await?)
    }

    pub async fn bind<T>(&self, statement: &T, values: Values<'_>) -> Result<Portal>
    where
        T: ?Sized + ToStatement,
    {
        Ok(Portal(with!(self.0, portal, statement, values)))
    }

    pub async fn query_portal(&self, portal: &Portal, limit: u32) -> Result<Vec<Row>> {
        Ok(rows(portal.0.fetch(limit).await?))
    }
}
