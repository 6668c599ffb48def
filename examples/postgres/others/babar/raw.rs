//! Values as the codecs of babar encode and decode them.

use std::{error::Error as AnyError, sync::Arc};

use bytes::{Bytes, BytesMut};
use ours::{
    Client, FromSql, Row, Statement, ToSql, Type,
    postgres_types::{Format, IsNull, to_sql_checked},
};
use theirs::{
    Error, Result,
    codec::{Decoder, Encoder},
};

use crate::{failed, query::Command};

/// A parameter.
#[derive(Debug)]
struct Value {
    bytes: Option<Vec<u8>>,
    is_binary: bool,
}

impl ToSql for Value {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn AnyError + Sync + Send>> {
        match &self.bytes {
            None => Ok(IsNull::Yes),
            Some(bytes) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        if self.is_binary { Format::Binary } else { Format::Text }
    }

    to_sql_checked!();
}

/// The bytes of a column.
struct Raw(Bytes);

impl FromSql<'_> for Raw {
    fn from_sql(
        _: &Type,
        raw: &[u8],
    ) -> std::result::Result<Self, Box<dyn AnyError + Sync + Send>> {
        Ok(Self(Bytes::copy_from_slice(raw)))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn encode<A>(encoder: &dyn Encoder<A>, values: &A) -> Result<Vec<Value>> {
    let mut encoded = Vec::new();
    encoder.encode(values, &mut encoded)?;
    let formats = encoder.format_codes();
    let values = encoded.into_iter().enumerate().map(|(index, bytes)| Value {
        bytes,
        is_binary: formats.get(index).or(formats.first()) == Some(&1),
    });
    Ok(values.collect())
}

pub(crate) fn decode<B>(decoder: &dyn Decoder<B>, row: &Row) -> Result<B> {
    let columns = (0..row.len()).map(|index| row.get::<Option<Raw>>(index).map(|raw| raw.0));
    decoder.decode(&columns.collect::<Vec<_>>())
}

/// Whether a statement has as many columns as the decoder expects.
pub(crate) fn align<B>(decoder: &dyn Decoder<B>, statement: &Statement) -> Result<()> {
    let (expected, actual) = (decoder.n_columns(), statement.columns().len());
    match expected == actual {
        true => Ok(()),
        false => Err(Error::ColumnAlignment { expected, actual, sql: None, origin: None }),
    }
}

pub(crate) async fn rows<A, B>(
    client: &Client,
    statement: &Statement,
    encoder: &dyn Encoder<A>,
    decoder: &dyn Decoder<B>,
    values: &A,
) -> Result<Vec<B>> {
    align(decoder, statement)?;
    let values = encode(encoder, values)?;
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    let rows = client.query(statement, &values).await.map_err(failed)?;
    rows.iter().map(|row| decode(decoder, row)).collect()
}

pub(crate) async fn stream<A>(
    client: &Client,
    statement: &Statement,
    encoder: &dyn Encoder<A>,
    values: &A,
) -> Result<ours::RowStream> {
    let values = encode(encoder, values)?;
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    client.stream(statement, &values).await.map_err(failed)
}

pub(crate) async fn affected<A>(
    client: &Client,
    statement: &Statement,
    encoder: &dyn Encoder<A>,
    values: &A,
) -> Result<u64> {
    let values = encode(encoder, values)?;
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    client.execute(statement, &values).await.map_err(failed)
}

pub(crate) async fn execute<A>(client: &Client, command: &Command<A>, values: &A) -> Result<u64> {
    let statement = client.prepare(&command.sql).await.map_err(failed)?;
    affected(client, &statement, &*command.encoder, values).await
}

/// All rows of a binary `COPY`.
pub(crate) fn copied<T>(
    encoder: &Arc<dyn Encoder<T> + Send + Sync>,
    rows: Vec<T>,
) -> Result<Vec<u8>> {
    let mut data = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    for row in rows {
        let values = encode(&**encoder, &row)?;
        data.extend(i16::try_from(values.len()).unwrap_or(0).to_be_bytes());
        for Value { bytes, .. } in values {
            let length = bytes.as_ref().map_or(-1, |bytes| bytes.len() as i32);
            data.extend(length.to_be_bytes());
            data.extend(bytes.unwrap_or_default());
        }
    }
    data.extend((-1_i16).to_be_bytes());
    Ok(data)
}
