//! Normalizes rustc's messages: removes what depends on the machine, or changes with each edit of a library.

/// The messages in `said` whose first place is in the file `program`.
pub(super) fn about(said: &str, program: &str) -> String {
    let mut messages: Vec<Vec<&str>> = Vec::new();
    for line in said.lines() {
        if is_heading(line) || messages.is_empty() {
            messages.push(Vec::new());
        }
        messages.last_mut().expect("one was pushed").push(line);
    }
    let is_about = |message: &&Vec<&str>| {
        let mut places = message.iter().filter_map(|line| line.trim_start().strip_prefix("--> "));
        places
            .next()
            .and_then(|place| place.strip_prefix(program))
            .is_some_and(|rest| rest.starts_with(':'))
    };
    let own = messages.iter().filter(is_about).map(|message| message.join("\n") + "\n");
    own.collect()
}

/// Removes the summary, and shortens paths to files other than `program` and removes their line numbers.
pub(super) fn normalized(said: &str, program: &str) -> String {
    let lines = said.lines().filter(|line| !is_summary(line));
    let mut diagnostics: Vec<Vec<String>> = Vec::new();
    for line in lines {
        if is_heading(line) || diagnostics.is_empty() {
            diagnostics.push(Vec::new());
        }
        diagnostics.last_mut().expect("one was pushed").push(line.trim_end().to_owned());
    }
    let mut text = String::new();
    for mut diagnostic in diagnostics {
        hide_other_files(&mut diagnostic, program);
        narrow(&mut diagnostic);
        text += diagnostic.join("\n").trim_end();
        text += "\n\n";
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn is_heading(line: &str) -> bool {
    ["error:", "error[", "warning:"].iter().any(|start| line.starts_with(start))
}

fn is_summary(line: &str) -> bool {
    line.starts_with("error: aborting due to ")
        || line.starts_with("For more information about ")
        || line.starts_with("Some errors have detailed explanations: ")
        || line.starts_with("warning: ") && line.ends_with(" emitted")
        || line.contains("the full name for the type has been written to ")
        || line.contains("the full type name has been written to ")
        || line.contains("consider using `--verbose` to print the full type name to the console")
}

/// Shortens paths to other files than the program, and removes their line numbers.
fn hide_other_files(diagnostic: &mut [String], program: &str) {
    let mut is_other_file = false;
    for line in diagnostic {
        let text = line.trim_start();
        let margin = line.len() - text.len();
        if let Some(path) = text.strip_prefix("--> ").or_else(|| text.strip_prefix("::: ")) {
            is_other_file = !path.starts_with(program);
            if is_other_file {
                let short = shortened(path);
                line.replace_range(margin + 4.., &short);
            }
        } else if !is_snippet(line) {
            is_other_file = false;
        } else if is_other_file {
            let number = line.len() - line.trim_start_matches(is_number_or_space).len();
            line.replace_range(..number, &" ".repeat(number));
        }
    }
}

/// `path` without a line number, and with a placeholder for the folder of the libraries.
fn shortened(path: &str) -> String {
    let file = path.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':');
    if let Some((_, file)) = file.split_once("/library/") {
        return format!("$RUST/{file}");
    }
    let Some((_, file)) = file.split_once("/registry/src/") else {
        return format!("$WORKSPACE/{file}");
    };
    let mut parts = file.splitn(3, '/').skip(1);
    let (package, file) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let name = package.rsplit_once('-').map_or(package, |(name, _)| name);
    format!("$CARGO/{name}-$VERSION/{file}")
}

/// Whether `line` shows or marks source code: `12 | let x = 1;`, `   |     ^`, `...`.
fn is_snippet(line: &str) -> bool {
    let rest = line.trim_start_matches(is_number_or_space);
    line == "..." || (rest.len() < line.len() && rest.starts_with('|'))
}

const fn is_number_or_space(c: char) -> bool {
    c.is_ascii_digit() || c == ' '
}

/// Makes the margin as wide as the remaining line numbers.
fn narrow(diagnostic: &mut [String]) {
    let Some(start) = diagnostic.iter().position(|line| line.trim_start().starts_with("--> "))
    else {
        return;
    };
    let diagnostic = &mut diagnostic[start..];
    let needed = diagnostic.iter().map(|line| number_width(line)).max().unwrap_or(0).max(1);
    let surplus = margin(&diagnostic[0]).saturating_sub(needed);
    let mut is_of_note = false;
    for line in diagnostic {
        let starts_note = line.starts_with("note:") || line.starts_with("help:");
        let is_marked = line.trim_start_matches(is_number_or_space).starts_with(MARKS);
        // The further lines of a note are not at the margin.
        is_of_note = starts_note || is_of_note && !is_marked;
        if !is_of_note && margin(line) >= surplus {
            line.replace_range(..surplus, "");
        }
    }
}

/// The text right of the margin, with source code, a mark, or a suggested change.
const MARKS: [char; 6] = ['|', '=', '-', ':', '+', '~'];

fn margin(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The number of digits of the line number in `line`, or 0 if it has none.
fn number_width(line: &str) -> usize {
    let text = line.trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.trim_start().starts_with(MARKS) { text.len() - rest.len() } else { 0 }
}
