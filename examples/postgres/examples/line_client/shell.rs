//! What is done with statements and commands.

use std::{pin::pin, time::Instant};

use postgres_actor::{Config, Notices, Notification, Notifications, Result, Session, SimpleResult};
use tokio::{
    signal::ctrl_c,
    time::{Duration, timeout},
};

use crate::{
    command::{Command, HELP},
    copy,
    input::{Input, Part},
    print,
};

const DATABASES: &str = "SELECT datname AS name, pg_catalog.pg_get_userbyid(datdba) AS owner FROM pg_catalog.pg_database ORDER BY 1";
const TABLES: &str = "SELECT schemaname AS schema, tablename AS name, tableowner AS owner FROM pg_catalog.pg_tables \
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2";

/// The session, and how its results are shown.
pub(crate) struct Shell {
    session: Session,
    notices: Notices,
    listeners: Vec<Notifications>,
    is_expanded: bool,
    is_timed: bool,
    has_failed: bool,
    /// The last statement, for `\watch`.
    last: String,
    history: Vec<String>,
}

/// Whether to go on.
pub(crate) enum Next {
    Continue,
    Quit,
}

impl Shell {
    pub(crate) async fn connect(config: &Config) -> Result<Self> {
        let session = config.connect().await?;
        println!(
            "connected to {}, PostgreSQL {}; \\? lists the commands",
            config.target(),
            session.parameter("server_version").unwrap_or_default()
        );
        let notices = session.notices().await?;
        Ok(Self {
            session,
            notices,
            listeners: Vec::new(),
            is_expanded: false,
            is_timed: false,
            has_failed: false,
            last: String::new(),
            history: Vec::new(),
        })
    }

    pub(crate) fn remember(&mut self, line: &str) {
        self.history.push(line.to_owned());
    }

    /// Whether the connection was lost.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed
    }

    pub(crate) async fn close(self) {
        self.session.close().await;
    }

    pub(crate) async fn run(&mut self, part: Part) -> Next {
        match part {
            Part::Statement(sql) => {
                self.statement(&sql).await;
                self.last = sql;
            }
            Part::Command(text) => match Command::parse(&text) {
                Ok(Command::Quit) => return Next::Quit,
                Ok(command) => self.command(command).await,
                Err(text) => println!("{text}"),
            },
        }
        self.news().await;
        if self.session.is_closed() {
            self.has_failed = true;
            return Next::Quit;
        }
        Next::Continue
    }

    /// Runs statements, and cancels them at Ctrl-C. Returns whether they succeeded.
    async fn statement(&mut self, sql: &str) -> bool {
        let begun = Instant::now();
        let outcome = self.cancellable(sql).await;
        match &outcome {
            Ok(results) => {
                results.iter().for_each(|result| print::result(result, self.is_expanded));
            }
            Err(error) => print::error(error, sql),
        }
        if self.is_timed {
            println!("Time: {:.3} ms", begun.elapsed().as_secs_f64() * 1000.0);
        }
        outcome.is_ok()
    }

    async fn cancellable(&self, sql: &str) -> Result<Vec<SimpleResult>> {
        let mut call = pin!(self.session.simple_query(sql));
        loop {
            tokio::select! {
                results = &mut call => return results,
                // The call then ends with the server's error.
                _ = ctrl_c() => drop(self.session.cancel().await?),
            }
        }
    }

    async fn command(&mut self, command: Command) {
        match command {
            Command::Quit => {}
            Command::Help => println!("{HELP}"),
            Command::Expanded => {
                self.is_expanded = !self.is_expanded;
                println!("Expanded display is {}.", on_or_off(self.is_expanded));
            }
            Command::Timing => {
                self.is_timed = !self.is_timed;
                println!("Timing is {}.", on_or_off(self.is_timed));
            }
            Command::History => self.history.iter().for_each(|line| println!("{line}")),
            Command::Databases => drop(self.statement(DATABASES).await),
            Command::Tables => drop(self.statement(TABLES).await),
            Command::Describe(name) => self.describe(&name).await,
            Command::Include(file) => self.include(&file).await,
            Command::Copy { statement, file, is_in } => {
                let copied = match is_in {
                    true => copy::send(&self.session, &statement, &file).await,
                    false => copy::receive(&self.session, &statement, &file).await,
                };
                match copied {
                    Ok(rows) => println!("COPY {rows}"),
                    Err(error) => println!("{error}"),
                }
            }
            Command::Watch { pause, times } => self.watch(pause, times).await,
            Command::Listen(channel) => match self.session.listen(&channel).await {
                Ok(listener) => self.listeners.push(listener),
                Err(error) => println!("{error}"),
            },
        }
    }

    async fn describe(&mut self, name: &str) {
        let name = name.replace('\'', "''");
        let sql = format!(
            "SELECT attname AS column, format_type(atttypid, atttypmod) AS type, \
             CASE WHEN attnotnull THEN 'not null' ELSE '' END AS nullable \
             FROM pg_catalog.pg_attribute WHERE attrelid = '{name}'::regclass AND attnum > 0 \
             AND NOT attisdropped ORDER BY attnum"
        );
        self.statement(&sql).await;
    }

    /// Runs a file. Commands in it are not followed.
    async fn include(&mut self, file: &str) {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => return println!("{file}: {error}"),
        };
        let mut input = Input::default();
        for part in text.lines().flat_map(|line| input.add(line)).collect::<Vec<_>>() {
            match part {
                Part::Statement(sql) => drop(self.statement(&sql).await),
                Part::Command(text) => println!("\\{text} is not for files"),
            }
        }
    }

    async fn watch(&mut self, pause: Duration, times: Option<u32>) {
        let sql = self.last.clone();
        if sql.is_empty() {
            return println!("there is no statement to run again");
        }
        let mut left = times.unwrap_or(u32::MAX);
        // The statement that `\watch` is for has run once already.
        while left > 1 {
            left -= 1;
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = ctrl_c() => return,
            }
            if !self.statement(&sql).await {
                return;
            }
        }
    }

    /// Prints notices and notifications that have arrived.
    async fn news(&mut self) {
        while let Ok(Some(notice)) = timeout(Duration::ZERO, self.notices.next()).await {
            println!("{}: {}", notice.severity(), notice.message());
        }
        for listener in &mut self.listeners {
            while let Ok(Ok(notification)) = timeout(Duration::ZERO, listener.next()).await {
                match notification {
                    Notification::Message { process_id, channel, payload } => {
                        println!("notification on {channel}: {payload:?} (process {process_id})");
                    }
                    other => println!("{other:?}"),
                }
            }
        }
    }
}

fn on_or_off(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}
