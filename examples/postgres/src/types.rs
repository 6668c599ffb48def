//! Types that are not built in, looked up on the server once.

use std::{future::Future, pin::Pin, sync::Arc};

use postgres_protocol::message::backend::RowDescriptionBody;
use postgres_types::{Field, Kind, Oid, Type};

use crate::{
    client::Client,
    driver::Prepared,
    error::{Error, Result},
    row::{Column, Row, headings, rows_of},
    statement::Shape,
};

const TYPE: &str = "SELECT t.typname, t.typtype, t.typelem, r.rngsubtype, t.typbasetype, n.nspname, t.typrelid \
    FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid \
    JOIN pg_catalog.pg_namespace n ON t.typnamespace = n.oid WHERE t.oid = $1";
const LABELS: &str =
    "SELECT enumlabel FROM pg_catalog.pg_enum WHERE enumtypid = $1 ORDER BY enumsortorder";
const FIELDS: &str = "SELECT attname, atttypid FROM pg_catalog.pg_attribute \
    WHERE attrelid = $1 AND NOT attisdropped AND attnum > 0 ORDER BY attnum";

/// The types of a statement, which are kept with it.
pub(crate) async fn shape(client: &Client, prepared: &Prepared) -> Result<Shape> {
    if let Some(shape) = prepared.shape.get() {
        return Ok(shape.clone());
    }
    let mut parameters = Vec::with_capacity(prepared.parameters.len());
    for oid in &prepared.parameters {
        parameters.push(find(client, *oid).await?);
    }
    let mut columns = Vec::with_capacity(prepared.columns.len());
    for heading in &prepared.columns {
        columns.push(heading.clone().with_type(find(client, heading.oid).await?));
    }
    let shape = Shape { parameters: parameters.into(), columns: columns.into() };
    Ok(prepared.shape.get_or_init(|| shape).clone())
}

/// The columns of a result.
pub(crate) async fn columns(
    client: &Client,
    body: Option<&RowDescriptionBody>,
) -> Result<Arc<[Column]>> {
    let mut columns = Vec::new();
    for heading in headings(body)? {
        let ty = find(client, heading.oid).await?;
        columns.push(heading.with_type(ty));
    }
    Ok(columns.into())
}

/// The same for a result that is still being received, so nothing can be asked. All its types were looked up
/// when the statement was described, unless they have changed since.
pub(crate) fn known_columns(
    card: &crate::card::Card,
    body: &RowDescriptionBody,
) -> Result<Arc<[Column]>> {
    let known = |oid| card.known_type(oid).unwrap_or(Type::UNKNOWN);
    let headings = headings(Some(body))?.into_iter();
    Ok(headings
        .map(|heading| {
            let ty = known(heading.oid);
            heading.with_type(ty)
        })
        .collect())
}

async fn find(client: &Client, oid: Oid) -> Result<Type> {
    match client.card.known_type(oid) {
        Some(ty) => Ok(ty),
        None => look_up(client, oid).await,
    }
}

/// A query about a type, whose columns are of types that are built in.
async fn ask(client: &Client, sql: &str, oid: Oid, columns: &[Type]) -> Result<Vec<Row>> {
    let set = client.run_typed(sql, &[(&oid, Type::OID)]).await?;
    let columns = columns.iter().map(|ty| Column::of(ty.clone())).collect();
    rows_of(&columns, set.rows)
}

fn look_up(client: &Client, oid: Oid) -> Pin<Box<dyn Future<Output = Result<Type>> + Send + '_>> {
    Box::pin(async move {
        let (name, id) = (Type::NAME, Type::OID);
        let columns = [&name, &Type::CHAR, &id, &id, &id, &name, &id].map(Clone::clone);
        let rows = ask(client, TYPE, oid, &columns).await?;
        let row = rows
            .first()
            .ok_or_else(|| Error::NoColumn(format!("of type {oid}, which is unknown")))?;
        let (name, kind, schema): (String, i8, String) = (row.get(0), row.get(1), row.get(5));
        let (element, base, relation): (Oid, Oid, Oid) = (row.get(2), row.get(4), row.get(6));
        let range: Option<Oid> = row.get(3);
        let kind = match u8::try_from(kind).unwrap_or_default() {
            b'e' => Kind::Enum(labels(client, oid).await?),
            b'p' => Kind::Pseudo,
            _ if base != 0 => Kind::Domain(find(client, base).await?),
            _ if element != 0 => Kind::Array(find(client, element).await?),
            _ if relation != 0 => Kind::Composite(attributes(client, relation).await?),
            _ => match range {
                Some(range) => Kind::Range(find(client, range).await?),
                None => Kind::Simple,
            },
        };
        let ty = Type::new(name, oid, kind, schema);
        client.card.learn_type(&ty);
        Ok(ty)
    })
}

async fn labels(client: &Client, oid: Oid) -> Result<Vec<String>> {
    let rows = ask(client, LABELS, oid, &[Type::NAME]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn attributes(client: &Client, relation: Oid) -> Result<Vec<Field>> {
    let mut fields = Vec::new();
    for row in ask(client, FIELDS, relation, &[Type::NAME, Type::OID]).await? {
        fields.push(Field::new(row.get(0), find(client, row.get(1)).await?));
    }
    Ok(fields)
}
