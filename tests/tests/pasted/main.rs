//! What an error prints as its help is a fix: the program compiles if it replaces the underlined code.

mod bodies;
mod signatures;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A place in a program, and its replacement.
struct Paste {
    line: usize,
    column: usize,
    width: usize,
    code: String,
}

fn pasted(program: &str, paste: &Paste) -> String {
    let lines = program.lines().enumerate().map(|(index, line)| {
        if index + 1 != paste.line {
            return line.to_owned();
        }
        let start = paste.column - 1;
        format!("{}{}{}", &line[..start], paste.code, &line[start + paste.width..])
    });
    lines.map(|line| line + "\n").collect()
}
