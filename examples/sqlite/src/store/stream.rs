//! Rows that are sent one by one.

use actor_runtime::Replies;
use rusqlite::{Params, Row};

use crate::{
    error::{Error, Result},
    interrupt::Caller,
    store::Store,
};

impl Store {
    /// Executes a statement that reads, and sends what `convert` makes of each row.
    ///
    /// The next row is read when `rows` has room. An open group is committed first. If the statement fails, the last
    /// value of the stream is the error. If the reader is gone, the statement is interrupted.
    pub async fn stream<T: Send + 'static>(
        &mut self,
        mut rows: Replies<Result<T>>,
        sql: &str,
        parameters: impl Params,
        convert: impl FnMut(&Row<'_>) -> Result<T>,
    ) {
        self.flush();
        let outcome = match self.whole() {
            Ok(()) => self.send_rows(&mut rows, sql, parameters, convert).await,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            // The reader is gone, or takes it.
            let _ = rows.finish(Err(error));
        }
    }

    async fn send_rows<T: Send + 'static>(
        &mut self,
        rows: &mut Replies<Result<T>>,
        sql: &str,
        parameters: impl Params,
        mut convert: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<()> {
        let _wanted = self.interrupt.unless(Caller::Reply(rows.watch()));
        let mut statement = self.connection.prepare(sql)?;
        if !statement.readonly() {
            return Err(Error::WriteInRead);
        }
        let mut found = statement.query(parameters)?;
        while let Some(row) = found.next()? {
            let value = convert(row)?;
            if rows.send(Ok(value)).await.is_err() {
                break;
            }
        }
        Ok(())
    }
}
