//! The commands that begin with a backslash.

use std::time::Duration;

/// A command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    Help,
    Quit,
    Expanded,
    Timing,
    History,
    Databases,
    Tables,
    Describe(String),
    Include(String),
    Copy { statement: String, file: String, is_in: bool },
    Watch { pause: Duration, times: Option<u32> },
    Listen(String),
}

pub(crate) const HELP: &str = "\
\\?                              this
\\q                              quit
\\l                              databases
\\dt                             tables
\\d NAME                         columns of a table
\\x                              one line for each column, or not
\\timing                         how long statements take, or not
\\copy TABLE from FILE           send a file
\\copy TABLE to FILE             receive a file; (QUERY) instead of TABLE
\\watch [SECONDS] [TIMES]        run the statement before it again and again
\\listen CHANNEL                 print notifications
\\i FILE                         run a file
\\s                              history
Ctrl-C cancels the statement that runs.";

impl Command {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim().trim_end_matches(';');
        let argument = || match rest {
            "" => Err(format!("\\{name} wants an argument")),
            rest => Ok(rest.trim_matches('\'').to_owned()),
        };
        match name {
            "?" => Ok(Self::Help),
            "q" => Ok(Self::Quit),
            "x" => Ok(Self::Expanded),
            "timing" => Ok(Self::Timing),
            "s" => Ok(Self::History),
            "l" => Ok(Self::Databases),
            "dt" => Ok(Self::Tables),
            "d" if rest.is_empty() => Ok(Self::Tables),
            "d" => argument().map(Self::Describe),
            "i" => argument().map(Self::Include),
            "listen" => argument().map(Self::Listen),
            "copy" => copy(rest),
            "watch" => watch(rest),
            _ => Err(format!("\\{name} is unknown; \\? lists the commands")),
        }
    }
}

fn copy(text: &str) -> Result<Command, String> {
    let lower = text.to_ascii_lowercase();
    // The last one: the query before it may have its own.
    let at = |word| lower.rfind(word).map(|at| (at, at + str::len(word)));
    let (is_in, (start, end)) = match (at(" from "), at(" to ")) {
        (_, Some(to)) if text.starts_with('(') => (false, to),
        (Some(from), _) => (true, from),
        (None, Some(to)) => (false, to),
        (None, None) => return Err("\\copy wants `from` or `to`".to_owned()),
    };
    let (what, file) = (text[..start].trim(), text[end..].trim());
    let (file, options) = file.split_once(char::is_whitespace).unwrap_or((file, ""));
    let direction = if is_in { "FROM STDIN" } else { "TO STDOUT" };
    let statement = format!("COPY {what} {direction} {options}");
    Ok(Command::Copy { statement, file: file.trim_matches('\'').to_owned(), is_in })
}

fn watch(text: &str) -> Result<Command, String> {
    let mut words = text.split_whitespace();
    let pause = words.next().map_or(Ok(2.0), str::parse::<f64>);
    let pause = pause.ok().and_then(|pause| Duration::try_from_secs_f64(pause).ok());
    let times = words.next().map(str::parse::<u32>).transpose();
    match (pause, times) {
        (Some(pause), Ok(times)) => Ok(Command::Watch { pause, times }),
        _ => Err("\\watch wants seconds, and how many times".to_owned()),
    }
}
