//! What travels between clients and the driver: requests that their caller encoded, and answers that it decodes.

use std::{error, sync::Arc};

use bytes::{Bytes, BytesMut};
use postgres_protocol::{
    IsNull,
    message::{backend::RowDescriptionBody, frontend},
};
use postgres_types::{ToSql, Type};

use crate::error::{Error, Result};

/// Messages for the server that end with one `Sync`, or are one simple `Query`.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) frames: BytesMut,
    /// Whether it is of the extended protocol, so that the server skips what follows an error up to a `Sync`.
    pub(crate) is_extended: bool,
    /// Whether nothing may be sent before it is answered: it may be a `COPY`, which changes what messages mean.
    pub(crate) is_alone: bool,
    /// Whether the statement is cancelled when its caller has gone.
    pub(crate) cancel_on_drop: bool,
    pub(crate) control: Control,
}

/// What a request does to the transaction of a lease.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Control {
    #[default]
    None,
    Begin,
    End,
}

/// All that the server answered to a request: at least one set.
#[derive(Default)]
pub(crate) struct Response {
    before: Vec<ResultSet>,
    last: ResultSet,
}

/// What one statement returned.
#[derive(Default)]
pub(crate) struct ResultSet {
    pub(crate) columns: Option<RowDescriptionBody>,
    /// Complete `DataRow` messages, one after the other.
    pub(crate) rows: Vec<BytesMut>,
    /// The text of `CommandComplete`. `None` until the statement is complete.
    pub(crate) tag: Option<Bytes>,
}

/// A part of a streamed answer.
pub(crate) enum Piece {
    /// The columns of the rows that follow.
    Columns(RowDescriptionBody),
    /// Complete `DataRow` messages.
    Rows(BytesMut),
    /// Complete `CopyData` messages.
    Copy(BytesMut),
    /// The last one, with the number of rows that the statement affected or returned.
    Done(u64),
}

impl Response {
    /// The set that is being received. A complete one is put aside first.
    pub(crate) fn current(&mut self) -> &mut ResultSet {
        if self.last.tag.is_some() {
            self.before.push(std::mem::take(&mut self.last));
        }
        &mut self.last
    }

    /// Ends the set that is being received. An empty statement has an empty tag.
    pub(crate) fn complete(&mut self, tag: Bytes) {
        self.current().tag = Some(tag);
    }

    pub(crate) fn into_sets(self) -> impl Iterator<Item = ResultSet> {
        self.before.into_iter().chain([self.last])
    }

    pub(crate) fn into_last(self) -> ResultSet {
        self.last
    }
}

impl ResultSet {
    /// The number of rows that the statement has affected or returned.
    pub(crate) fn affected(&self) -> u64 {
        self.tag.as_ref().map_or(0, |tag| affected(tag))
    }
}

/// The number at the end of a tag such as `INSERT 0 5`, or 0.
pub(crate) fn affected(tag: &[u8]) -> u64 {
    let digits = tag.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    str::from_utf8(&tag[tag.len() - digits..]).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Whether a statement may be a `COPY`, which must not be followed by others before it is answered.
pub(crate) fn may_copy(sql: &str) -> bool {
    sql.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"copy"))
}

/// Whether the columns of a statement are those that it was prepared with, or an error. `FETCH` and `EXECUTE`, for
/// instance, depend on what their name stands for at the moment.
pub(crate) fn has_fixed_columns(sql: &str) -> bool {
    let word =
        sql.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    ["select", "insert", "update", "delete", "merge", "with", "values", "table"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}

fn invalid(error: std::io::Error) -> Error {
    Error::Invalid(Arc::new(error))
}

impl Request {
    /// One message of the simple protocol: any number of statements, without parameters.
    pub(crate) fn simple(sql: &str) -> Result<Self> {
        let mut frames = BytesMut::with_capacity(sql.len() + 6);
        frontend::query(sql, &mut frames).map_err(invalid)?;
        Ok(Self { frames, is_alone: may_copy(sql), ..Self::default() })
    }

    /// The beginning of a request of the extended protocol.
    pub(crate) fn extended() -> Self {
        Self { frames: BytesMut::with_capacity(128), is_extended: true, ..Self::default() }
    }

    pub(crate) fn parse(&mut self, name: &str, sql: &str, types: &[Type]) -> Result<()> {
        let types = types.iter().map(Type::oid);
        frontend::parse(name, sql, types, &mut self.frames).map_err(invalid)?;
        self.is_alone |= may_copy(sql);
        Ok(())
    }

    pub(crate) fn describe_statement(&mut self, name: &str) -> Result<()> {
        frontend::describe(b'S', name, &mut self.frames).map_err(invalid)
    }

    /// A portal is a bound statement. The one without a name lasts until the end of its request.
    pub(crate) fn describe_portal(&mut self, portal: &str) -> Result<()> {
        frontend::describe(b'P', portal, &mut self.frames).map_err(invalid)
    }

    /// Binds values to a statement. All are sent and returned in binary.
    pub(crate) fn bind(
        &mut self,
        portal: &str,
        name: &str,
        types: &[Type],
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<()> {
        if types.len() != values.len() {
            return Err(Error::ParameterCount { expected: types.len(), given: values.len() });
        }
        let mut failed = None;
        let formats = types.iter().zip(values).map(|(ty, value)| value.encode_format(ty) as i16);
        let bound = frontend::bind(
            portal,
            name,
            formats,
            types.iter().zip(values).enumerate(),
            |(index, (ty, value)), buffer| match value.to_sql_checked(ty, buffer) {
                Ok(postgres_types::IsNull::No) => Ok(IsNull::No),
                Ok(postgres_types::IsNull::Yes) => Ok(IsNull::Yes),
                Err(cause) => {
                    failed = Some(Error::Parameter { index, ty: ty.clone(), cause: shared(cause) });
                    Err("not encoded".into())
                }
            },
            [1],
            &mut self.frames,
        );
        match (bound, failed) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(failed)) => Err(failed),
            (Err(frontend::BindError::Serialization(error)), None) => Err(invalid(error)),
            (Err(frontend::BindError::Conversion(error)), None) => {
                Err(invalid(std::io::Error::other(error)))
            }
        }
    }

    /// Returns up to `limit` rows, or all if it is zero.
    pub(crate) fn execute(&mut self, portal: &str, limit: i32) -> Result<()> {
        frontend::execute(portal, limit, &mut self.frames).map_err(invalid)
    }

    pub(crate) fn sync(mut self) -> Self {
        frontend::sync(&mut self.frames);
        self
    }
}

/// An error of a codec, made cloneable.
pub(crate) fn shared(cause: Box<dyn error::Error + Sync + Send>) -> crate::error::Cause {
    Arc::from(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_in_a_tag() {
        for (tag, number) in
            [("INSERT 0 5", 5), ("SELECT 120", 120), ("BEGIN", 0), ("", 0), ("7", 7)]
        {
            assert_eq!(affected(tag.as_bytes()), number, "{tag}");
        }
    }

    #[test]
    fn only_queries_have_fixed_columns() {
        for sql in
            ["SELECT 1", " with a as (select 1) table a", "Insert into t values (1) returning i"]
        {
            assert!(has_fixed_columns(sql), "{sql}");
        }
        for sql in [
            "FETCH ALL FROM c",
            "EXECUTE p",
            "SHOW x",
            "EXPLAIN SELECT 1",
            "/**/ SELECT 1",
            "",
            "selection",
        ] {
            assert!(!has_fixed_columns(sql), "{sql}");
        }
    }

    #[test]
    fn a_copy_is_found_wherever_it_stands() {
        assert!(may_copy("/* x */ CoPy t FROM STDIN"));
        assert!(may_copy("SELECT 1; copy t to stdout"));
        assert!(!may_copy("SELECT co, py"));
        assert!(!may_copy(""));
    }
}
