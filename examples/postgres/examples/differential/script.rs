//! A file for `psql`, as statements.

use std::{collections::HashMap, env};

use super::input::{Input, Part};

/// A statement, and the data that it copies.
pub(crate) struct Step {
    pub(crate) sql: String,
    pub(crate) data: Option<String>,
}

/// The variables of `psql`.
#[derive(Default)]
struct Variables(HashMap<String, String>);

impl Variables {
    /// `set NAME PART..`, and `getenv NAME VARIABLE`.
    fn command(&mut self, command: &str) {
        let mut words = command.split_whitespace();
        match (words.next(), words.next()) {
            (Some("set"), Some(name)) => {
                let value = words.map(|word| match word.strip_prefix(':') {
                    Some(name) => self.0.get(name).cloned().unwrap_or_default(),
                    None => word.trim_matches('\'').to_owned(),
                });
                let value = value.collect();
                self.0.insert(name.to_owned(), value);
            }
            (Some("getenv"), Some(name)) => {
                let value = words.next().and_then(|variable| env::var(variable).ok());
                self.0.insert(name.to_owned(), value.unwrap_or_default());
            }
            _ => {}
        }
    }

    fn replace(&self, mut sql: String) -> String {
        for (name, value) in &self.0 {
            sql = sql.replace(&format!(":'{name}'"), &format!("'{value}'"));
            sql = sql.replace(&format!(":\"{name}\""), &format!("\"{value}\""));
        }
        sql
    }
}

pub(crate) fn steps(text: &str) -> Vec<Step> {
    let (mut steps, mut input, mut variables) =
        (Vec::<Step>::new(), Input::default(), Variables::default());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        for part in input.add(line) {
            let sql = match part {
                Part::Statement(sql) => variables.replace(sql),
                Part::Command(command) => {
                    variables.command(&command);
                    continue;
                }
            };
            let lower = sql.to_ascii_lowercase();
            let copies = lower.starts_with("copy") && lower.contains("from stdin");
            let data = copies.then(|| {
                let data = lines.by_ref().take_while(|line| *line != "\\.");
                data.map(|line| format!("{line}\n")).collect()
            });
            steps.push(Step { sql, data });
        }
    }
    steps
}
