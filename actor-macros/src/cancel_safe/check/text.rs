//! Prints code the way people write it, for messages.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// Longer texts are cut: a message quotes code to point at it, not to repeat it.
const LONGEST: usize = 60;

/// Longer code is left to the reader.
const LONGEST_CODE: usize = 120;

/// `self.read(&mut buffer)` rather than `self . read (& mut buffer)`.
pub(super) fn text(syntax: &impl ToTokens) -> String {
    let text = printed(syntax);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// The same for code that is to be pasted, which is whole or `..`.
pub(super) fn code(syntax: &impl ToTokens) -> String {
    let text = printed(syntax);
    if text.chars().count() <= LONGEST_CODE { text } else { "..".to_owned() }
}

fn printed(syntax: &impl ToTokens) -> String {
    let mut printer = Printer::default();
    printer.stream(syntax.to_token_stream());
    printer.text
}

#[derive(Default)]
struct Printer {
    text: String,
    /// Whether the next token stands apart from what is printed.
    wants_space: bool,
    /// An operator of several characters that is not complete yet.
    operator: String,
}

impl Printer {
    fn stream(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.group(group.delimiter(), group.stream()),
                TokenTree::Punct(punct) => {
                    self.operator.push(punct.as_char());
                    if punct.spacing() == Spacing::Alone || punct.as_char() == '\'' {
                        self.operator();
                    }
                }
                TokenTree::Ident(_) | TokenTree::Literal(_) => self.word(&token.to_string()),
            }
        }
        self.operator();
    }

    fn group(&mut self, delimiter: Delimiter, inner: TokenStream) {
        let (open, close) = match delimiter {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => (" { ", " }"),
            Delimiter::None => ("", ""),
        };
        self.operator();
        if self.wants_space || !self.text.ends_with(is_word) {
            self.text.push_str(if self.wants_space { " " } else { "" });
            self.text.push_str(open.trim_start());
        } else {
            self.text.push_str(open);
        }
        self.wants_space = false;
        if inner.is_empty() && delimiter == Delimiter::Brace {
            self.text.truncate(self.text.trim_end().len());
            self.text.push('}');
            return;
        }
        self.stream(inner);
        self.wants_space = false;
        self.text.push_str(close);
    }

    fn word(&mut self, word: &str) {
        self.operator();
        if self.wants_space || self.text.ends_with(is_word) {
            self.text.push(' ');
        }
        self.wants_space = false;
        self.text.push_str(word);
    }

    /// Prints the operator that is complete now.
    fn operator(&mut self) {
        let operator = std::mem::take(&mut self.operator);
        let after_operand =
            self.text.ends_with(|last: char| is_word(last) || ")]}?\"".contains(last));
        match operator.as_str() {
            "" => {}
            "." | "::" | "?" | "'" | ".." | "..=" => self.text.push_str(&operator),
            "," | ";" => {
                self.text.push_str(&operator);
                self.wants_space = true;
            }
            // Before an operand these are prefixes.
            "&" | "*" | "-" | "!" | "&&" if !after_operand || self.wants_space => {
                self.text.push_str(if self.wants_space { " " } else { "" });
                self.text.push_str(&operator);
                self.wants_space = false;
            }
            "!" | "|" => self.text.push_str(&operator),
            _ => {
                self.text.push(' ');
                self.text.push_str(&operator);
                self.wants_space = true;
            }
        }
    }
}

fn is_word(last: char) -> bool {
    last.is_alphanumeric() || last == '_'
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn code_is_printed_as_it_is_written() {
        for code in [
            "self.read_more(&mut buffer)",
            "self.calls += 1",
            "std::mem::take(&mut self.pending)",
            "self.stream.read(&mut tmp[..n])?",
            "n == 0 && !self.done",
            "first * second",
            "*first = None",
        ] {
            let expr: syn::Expr = syn::parse_str(code).unwrap();
            assert_eq!(text(&expr), code);
        }
    }

    #[test]
    fn long_code_is_cut() {
        let expr: syn::Expr = syn::parse_str(&format!("f({})", "argument, ".repeat(9))).unwrap();
        assert_eq!(text(&expr).chars().count(), super::LONGEST);
    }
}
