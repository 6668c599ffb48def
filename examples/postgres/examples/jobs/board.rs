//! The jobs, in the database.

use postgres_actor::{Pool, Result};

/// The channel on which changes are announced.
pub(crate) const CHANNEL: &str = "jobs";

/// What [`Board::set_up`] is guarded by, so that two servers may start at the same time.
const SET_UP_LOCK: i64 = 4_077_213;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL CHECK (title <> ''),
    taken_by text
);
CREATE OR REPLACE FUNCTION announce_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('jobs', row_to_json(NEW)::text);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER announce_job AFTER INSERT OR UPDATE ON jobs
    FOR EACH ROW EXECUTE FUNCTION announce_job();
";

/// The jobs.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    pool: Pool,
}

impl Board {
    pub(crate) fn new(pool: Pool) -> Self {
        Self { pool }
    }

    pub(crate) async fn set_up(&self) -> Result<()> {
        let session = self.pool.acquire().await?;
        let transaction = session.transaction().await?;
        transaction.query("SELECT pg_advisory_xact_lock($1)", &[&SET_UP_LOCK]).await?;
        transaction.simple_query(SCHEMA).await?;
        transaction.commit().await
    }

    /// All jobs as JSON.
    pub(crate) async fn list(&self) -> Result<String> {
        let sql = "SELECT coalesce(json_agg(jobs ORDER BY id), '[]')::text FROM jobs";
        Ok(self.pool.acquire().await?.query_one(sql, &[]).await?.get(0))
    }

    /// Posts a job, and returns its number.
    pub(crate) async fn post(&self, title: &str) -> Result<i64> {
        let sql = "INSERT INTO jobs (title) VALUES ($1) RETURNING id";
        Ok(self.pool.acquire().await?.query_one(sql, &[&title]).await?.get(0))
    }

    /// Takes a job. Returns whether it was free: of any number of takers, one gets it.
    pub(crate) async fn take(&self, id: i64, by: &str) -> Result<bool> {
        let sql = "UPDATE jobs SET taken_by = $2 WHERE id = $1 AND taken_by IS NULL";
        Ok(self.pool.acquire().await?.execute(sql, &[&id, &by]).await? == 1)
    }
}
