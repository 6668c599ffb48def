//! Rows, decoded by their caller.

use std::{fmt, sync::Arc};

use bytes::{Buf, Bytes, BytesMut};
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::RowDescriptionBody;
use postgres_types::{FromSql, Oid, Type, WrongType};

use crate::{
    error::{Closed, Error, Result},
    request::shared,
};

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    name: String,
    ty: Type,
    modifier: i32,
}

/// A column as the server describes it.
#[derive(Clone)]
pub(crate) struct Heading {
    pub(crate) name: String,
    pub(crate) oid: Oid,
    pub(crate) modifier: i32,
}

impl Heading {
    pub(crate) fn with_type(self, ty: Type) -> Column {
        Column { name: self.name, ty, modifier: self.modifier }
    }
}

/// The columns that a message describes.
pub(crate) fn headings(body: Option<&RowDescriptionBody>) -> Result<Vec<Heading>> {
    let Some(body) = body else { return Ok(Vec::new()) };
    let headings = body.fields().map(|field| {
        let (oid, modifier) = (field.type_oid(), field.type_modifier());
        Ok(Heading { name: field.name().to_owned(), oid, modifier })
    });
    headings.collect().map_err(|_| malformed())
}

impl Column {
    /// A column of a type that is built in.
    pub(crate) fn of(ty: Type) -> Self {
        Self { name: String::new(), ty, modifier: -1 }
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its type.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Returns the modifier of its type, such as the 7 of `varchar(7)` in a form of its own, or -1 if it has none.
    #[must_use]
    pub fn type_modifier(&self) -> i32 {
        self.modifier
    }
}

/// A row of a result.
#[derive(Clone)]
pub struct Row {
    columns: Arc<[Column]>,
    cells: Cells,
}

/// The values of a row, in one piece of memory.
#[derive(Clone)]
pub(crate) struct Cells {
    data: Bytes,
    /// Where each value begins and ends. `None` is `NULL`.
    ranges: Box<[Option<(u32, u32)>]>,
}

/// The length of a value that is `NULL`.
const NULL: i32 = -1;

impl Cells {
    /// Parses the body of a `DataRow`. `None` if it is none.
    fn parse(data: Bytes) -> Option<Self> {
        let count = u16::from_be_bytes(*data.first_chunk()?);
        let mut at = 2;
        let mut ranges = Vec::with_capacity(count.into());
        for _ in 0..count {
            let length = i32::from_be_bytes(*data.get(at..)?.first_chunk()?);
            at += 4;
            if length == NULL {
                ranges.push(None);
                continue;
            }
            let length = usize::try_from(length).ok()?;
            let end = at.checked_add(length).filter(|end| *end <= data.len())?;
            ranges.push(Some((u32::try_from(at).ok()?, u32::try_from(end).ok()?)));
            at = end;
        }
        Some(Self { data, ranges: ranges.into() })
    }

    pub(crate) fn len(&self) -> usize {
        self.ranges.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&[u8]> {
        let (start, end) = (*self.ranges.get(index)?)?;
        Some(&self.data[start as usize..end as usize])
    }
}

/// The error of a message that cannot be parsed.
pub(crate) fn malformed() -> Error {
    Error::Closed { may_have_run: true, why: Closed::Protocol("a row cannot be parsed".into()) }
}

/// Takes the next message of a chunk of complete messages, without its letter and length.
pub(crate) fn next_body(chunk: &mut Bytes) -> Option<Bytes> {
    let length = u32::from_be_bytes(*chunk.get(1..)?.first_chunk()?) as usize;
    chunk.advance(5);
    (chunk.len() >= length - 4).then(|| chunk.split_to(length - 4))
}

/// Parses one row of a chunk.
pub(crate) fn next_cells(chunk: &mut Bytes) -> Result<Option<Cells>> {
    if chunk.is_empty() {
        return Ok(None);
    }
    let cells = next_body(chunk).and_then(Cells::parse);
    cells.map(Some).ok_or_else(malformed)
}

/// Parses all rows of an answer.
pub(crate) fn rows_of(columns: &Arc<[Column]>, chunks: Vec<BytesMut>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for chunk in chunks {
        let mut chunk = chunk.freeze();
        while let Some(cells) = next_cells(&mut chunk)? {
            rows.push(Row::new(columns.clone(), cells));
        }
    }
    Ok(rows)
}

impl Row {
    pub(crate) fn new(columns: Arc<[Column]>, cells: Cells) -> Self {
        Self { columns, cells }
    }

    /// Returns the columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns `true` if the row has no columns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.len() == 0
    }

    /// Returns a value.
    ///
    /// # Panics
    ///
    /// If there is no such column, or its value cannot be read as `T`, for instance because it is `NULL`.
    #[must_use]
    #[track_caller]
    pub fn get<'a, T: FromSql<'a>>(&'a self, column: impl RowIndex) -> T {
        match self.try_get(column) {
            Ok(value) => value,
            Err(error) => panic!("{error}"),
        }
    }

    /// Returns a value.
    ///
    /// # Errors
    ///
    /// [`Error::NoColumn`] and [`Error::Column`].
    pub fn try_get<'a, T: FromSql<'a>>(&'a self, column: impl RowIndex) -> Result<T> {
        let index = column.find(&self.columns).filter(|index| *index < self.cells.len());
        let index = index.ok_or_else(|| Error::NoColumn(column.to_text()))?;
        let Column { name, ty, .. } = &self.columns[index];
        let value = if T::accepts(ty) {
            T::from_sql_nullable(ty, self.cells.get(index))
        } else {
            Err(Box::new(WrongType::new::<T>(ty.clone())).into())
        };
        value.map_err(|cause| Error::Column {
            name: name.clone(),
            ty: ty.clone(),
            cause: shared(cause),
        })
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.columns.iter().map(|column| &column.name);
        let values = (0..self.cells.len()).map(|index| self.cells.get(index));
        f.debug_map().entries(names.zip(values)).finish()
    }
}

/// A column by its position, counted from zero, or by its name.
pub trait RowIndex: sealed::Sealed {
    #[doc(hidden)]
    fn find(&self, columns: &[Column]) -> Option<usize>;
    #[doc(hidden)]
    fn to_text(&self) -> String;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for usize {}
    impl Sealed for &str {}
}

impl RowIndex for usize {
    fn find(&self, columns: &[Column]) -> Option<usize> {
        (*self < columns.len()).then_some(*self)
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl RowIndex for &str {
    fn find(&self, columns: &[Column]) -> Option<usize> {
        columns.iter().position(|column| column.name == *self)
    }

    fn to_text(&self) -> String {
        format!("`{self}`")
    }
}

#[cfg(test)]
mod tests {
    use super::Cells;

    #[test]
    fn a_value_has_a_length_that_fits_or_is_null() {
        let row = |length: i32, value: &[u8]| {
            let body = [&[0, 1], &length.to_be_bytes()[..], value].concat();
            Cells::parse(body.into()).map(|cells| cells.get(0).map(<[u8]>::to_vec))
        };
        assert_eq!(row(1, b"x"), Some(Some(b"x".to_vec())));
        assert_eq!(row(-1, b""), Some(None));
        for wrong in [-2, i32::MIN, 2, i32::MAX] {
            assert_eq!(row(wrong, b"x"), None, "{wrong}");
        }
    }
}
