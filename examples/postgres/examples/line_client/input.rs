//! Lines become statements and commands.

/// What was typed: complete, or the beginning of a statement.
#[derive(Debug, Default)]
pub(crate) struct Input {
    text: String,
    inside: Option<Inside>,
}

/// What a semicolon does not end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Inside {
    Quotes(char),
    /// A text between two tags, such as `$$`.
    Dollars(String),
    Comment,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Statement(String),
    /// What follows a backslash.
    Command(String),
}

impl Input {
    pub(crate) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Adds a line, and returns what is complete by it. A command ends with its line; before it may stand the
    /// statement that it is for.
    pub(crate) fn add(&mut self, line: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut rest = line;
        while let Some(next) = rest.chars().next() {
            let mut length = next.len_utf8();
            match (&self.inside, next) {
                (None, '\\') => {
                    if !self.is_empty() {
                        parts.push(Part::Statement(std::mem::take(&mut self.text)));
                    }
                    self.text.clear();
                    parts.push(Part::Command(rest[1..].trim().to_owned()));
                    return parts;
                }
                (None, ';') => {
                    let statement = std::mem::take(&mut self.text);
                    if !statement.trim().is_empty() {
                        parts.push(Part::Statement(statement.trim().to_owned()));
                    }
                    rest = &rest[1..];
                    continue;
                }
                (None, '\'' | '"') => self.inside = Some(Inside::Quotes(next)),
                (None, '-') if rest.starts_with("--") => break,
                (None, '/') if rest.starts_with("/*") => self.inside = Some(Inside::Comment),
                (None, '$') => {
                    if let Some(tag) = tag(rest) {
                        length = tag.len();
                        self.inside = Some(Inside::Dollars(tag.to_owned()));
                    }
                }
                (Some(Inside::Quotes(quote)), next) if *quote == next => self.inside = None,
                (Some(Inside::Dollars(tag)), '$') if rest.starts_with(&**tag) => {
                    length = tag.len();
                    self.inside = None;
                }
                (Some(Inside::Comment), '*') if rest.starts_with("*/") => {
                    length = 2;
                    self.inside = None;
                }
                _ => {}
            }
            self.text.push_str(&rest[..length]);
            rest = &rest[length..];
        }
        self.text.push('\n');
        parts
    }
}

/// The tag at the beginning, if there is one: `$$` or `$name$`.
fn tag(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 2;
    let name = &text[1..end - 1];
    let is_name = name.chars().all(|c| c == '_' || c.is_alphanumeric());
    (is_name && !name.starts_with(|c: char| c.is_numeric())).then(|| &text[..end])
}
