//! `COPY`: whether it is written in pieces, and whether answers are read meanwhile.

use std::{cell::Cell, iter::repeat_with};

use tokio::{
    select,
    time::{Duration, Instant, sleep},
};

use crate::{
    Seen,
    client::{Client, Result, Target},
    relay::Relay,
};

const ROWS: usize = 4096;
const ROW: usize = 16 * 1024;

/// How long nothing passes until it is certain that nothing will.
const STILL: Duration = Duration::from_secs(5);

pub(crate) async fn pieces<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    let client = C::to(&relay.target).await?;
    client.run("CREATE TEMP TABLE copied (text text)").await?;
    let before = relay.passed().sent;
    let sent = Cell::new(0);
    let rows = repeat_with(|| {
        sent.set(relay.passed().sent - before);
        "x".repeat(ROW)
    });
    client.copy("copied", rows.take(ROWS)).await?;
    let what = match sent.get() {
        0 => "nothing",
        sent if sent < ROWS * ROW / 2 => "less than half",
        _ => "more than half",
    };
    Ok(Seen::new(what == "more than half", what))
}

const NOTICES: &str = "
CREATE TEMP TABLE copied (text text);
CREATE FUNCTION pg_temp.noted() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE NOTICE ''%'', NEW.text; RETURN NEW; END';
CREATE TRIGGER noted BEFORE INSERT ON copied FOR EACH ROW EXECUTE FUNCTION pg_temp.noted();
";

pub(crate) async fn notices<C: Client>(target: &Target) -> Result<Seen> {
    let relay = Relay::new(target)?;
    let client = C::to(&relay.target).await?;
    client.run(NOTICES).await?;
    let rows = repeat_with(|| "x".repeat(ROW)).take(ROWS);
    let is_still = async {
        let mut last = (relay.passed(), Instant::now());
        while last.1.elapsed() < STILL {
            sleep(Duration::from_millis(10)).await;
            if relay.passed() != last.0 {
                last = (relay.passed(), Instant::now());
            }
        }
    };
    select! {
        copied = client.copy("copied", rows) => {
            let copied = copied?;
            Ok(Seen::new(copied == ROWS as u64, "is copied"))
        }
        () = is_still => Ok(Seen::new(false, "neither side reads")),
    }
}
