//! The grammar of `tokio::select!`, with spans kept.
//!
//! Nothing is judged here but the shape. Parsing stops at the first branch without one, because
//! nobody can tell where the next would begin; the branches before it are kept.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::{
    Block, Expr, ExprBlock, Ident, Pat, Result, Token,
    parse::{ParseStream, Parser},
    token,
};

use crate::diagnostics::Diagnostics;

/// As many as fit into the set of disabled branches.
const MOST_BRANCHES: usize = 64;

pub(super) struct Select {
    /// The path of the runtime.
    pub(super) krate: TokenStream,
    pub(super) is_biased: bool,
    pub(super) branches: Vec<Branch>,
    pub(super) otherwise: Option<Expr>,
}

/// `pattern = future, if condition => handler`.
pub(super) struct Branch {
    pub(super) pattern: Pat,
    pub(super) future: Expr,
    pub(super) condition: Option<Expr>,
    pub(super) handler: Expr,
}

/// What is wrong with the shape: under which token, what, and what to write instead.
struct Mistake {
    at: TokenStream,
    message: String,
    help: String,
}

/// Reads `@path` of the runtime, then the branches.
pub(super) fn parse(tokens: TokenStream) -> (Select, Diagnostics) {
    let mut select = Select::empty();
    let mut diagnostics = Diagnostics::new();
    let parsed = Parser::parse2(
        |input: ParseStream| {
            input.parse::<Token![@]>()?;
            select.krate = parse_crate(input)?;
            if let Err(mistake) = select.parse_branches(input)? {
                diagnostics.report(mistake.at, mistake.message, mistake.help);
                input.parse::<TokenStream>()?;
            }
            Ok(())
        },
        tokens,
    );
    if let Err(error) = parsed {
        diagnostics.report_syntax(&error, "a branch is `pattern = future => handler`");
    }
    (select, diagnostics)
}

/// Reads branches without a path before them, for a scope that rewrites them.
pub(super) fn parse_plain(tokens: TokenStream) -> Option<Select> {
    let mut select = Select::empty();
    let parse = |input: ParseStream| select.parse_branches(input);
    matches!(Parser::parse2(parse, tokens), Ok(Ok(()))).then_some(select)
}

/// `$crate` is one token that is no path to syn; anything longer is in parentheses.
fn parse_crate(input: ParseStream) -> Result<TokenStream> {
    Ok(match input.parse::<TokenTree>()? {
        TokenTree::Group(group) => group.stream(),
        token => token.into(),
    })
}

/// A syntax error is the outer `Err`; a mistake that has a text of its own is the inner one.
type Parsed<T> = Result<std::result::Result<T, Mistake>>;

impl Select {
    fn empty() -> Self {
        Self { krate: TokenStream::new(), is_biased: false, branches: Vec::new(), otherwise: None }
    }

    fn parse_branches(&mut self, input: ParseStream) -> Parsed<()> {
        if peek_biased(input) {
            input.parse::<Ident>()?;
            input.parse::<Token![;]>()?;
            self.is_biased = true;
        }
        while !input.is_empty() && !input.peek(Token![else]) {
            if self.branches.len() == MOST_BRANCHES {
                return mistake(
                    input,
                    format!("`select!` takes at most {MOST_BRANCHES} branches"),
                    "put some of them into a stream or a `JoinSet`, and wait for that",
                );
            }
            match parse_branch(input)? {
                Ok(branch) => self.branches.push(branch),
                Err(mistake) => return Ok(Err(mistake)),
            }
        }
        if input.peek(Token![else]) {
            return self.parse_else(input);
        }
        if self.branches.is_empty() {
            return mistake(
                input,
                "`select!` needs at least one branch",
                "write `pattern = future => handler`",
            );
        }
        Ok(Ok(()))
    }

    fn parse_else(&mut self, input: ParseStream) -> Parsed<()> {
        input.parse::<Token![else]>()?;
        if !input.peek(Token![=>]) {
            return mistake(input, "`else` takes no condition", "write `else => handler`");
        }
        input.parse::<Token![=>]>()?;
        self.otherwise = Some(input.parse()?);
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() {
            return Ok(Ok(()));
        }
        mistake(input, "nothing may follow `else`", "make `else` the last branch")
    }
}

fn peek_biased(input: ParseStream) -> bool {
    input.peek2(Token![;]) && input.fork().parse::<Ident>().is_ok_and(|word| word == "biased")
}

fn parse_branch(input: ParseStream) -> Parsed<Branch> {
    let begin = input.fork();
    if peek_biased(input) {
        return mistake(input, "`biased;` has to come first", "move it above the first branch");
    }
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    if !input.peek(Token![=]) || input.peek(Token![=>]) {
        return without_future(&begin, input);
    }
    input.parse::<Token![=]>()?;
    let future = input.parse()?;
    if input.peek(Token![if]) {
        return mistake(
            input,
            "a precondition is separated from its future",
            "put a comma before `if`: `pattern = future, if condition => handler`",
        );
    }
    let condition = if input.peek(Token![,]) && input.peek2(Token![if]) {
        input.parse::<Token![,]>()?;
        input.parse::<Token![if]>()?;
        Some(input.parse()?)
    } else {
        None
    };
    if !input.peek(Token![=>]) {
        return mistake(
            input,
            "expected `=>` and a handler after the future",
            "write `pattern = future => handler`",
        );
    }
    input.parse::<Token![=>]>()?;
    if input.is_empty() {
        return mistake(input, "this branch has no handler", "write `=> {}` to do nothing");
    }
    Ok(parse_handler(input)?.map(|handler| Branch { pattern, future, condition, handler }))
}

/// A block needs no comma after it; everything else does, unless it is the last.
fn parse_handler(input: ParseStream) -> Parsed<Expr> {
    if input.peek(token::Brace) {
        let block: Block = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        return Ok(Ok(Expr::Block(ExprBlock { attrs: Vec::new(), label: None, block })));
    }
    let handler = input.parse()?;
    if input.is_empty() || input.peek(Token![,]) {
        input.parse::<Option<Token![,]>>()?;
        return Ok(Ok(handler));
    }
    mistake(
        input,
        "expected a comma after the handler",
        "end a handler without braces with a comma",
    )
}

/// Says what is missing where `=` should be.
fn without_future(begin: ParseStream, input: ParseStream) -> Parsed<Branch> {
    let word = begin.parse::<Ident>().map(|word| word.to_string());
    if input.peek(Token![=>])
        && let Ok(word @ ("complete" | "default")) = word.as_deref()
    {
        return mistake(
            input,
            format!("`{word}` is a branch of `futures::select!`"),
            "here it is `else => handler`, taken when every branch is disabled",
        );
    }
    mistake(
        input,
        "a branch begins with a pattern for what its future gives",
        "write `pattern = future => handler`, with `_` for a value you do not need",
    )
}

/// Reports at the next token, or at the whole macro if there is none.
fn mistake<T>(
    input: ParseStream,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Parsed<T> {
    let at = match input.fork().parse::<TokenTree>() {
        Ok(TokenTree::Group(group)) => {
            // The opening brace is enough: a caret under a whole block points at nothing.
            TokenTree::from(Group::new(group.delimiter(), TokenStream::new()))
                .with_span(group.span_open())
        }
        Ok(token) => token.into(),
        Err(_) => TokenTree::from(proc_macro2::Punct::new('!', proc_macro2::Spacing::Alone))
            .with_span(Span::call_site()),
    };
    Ok(Err(Mistake { at, message: message.into(), help: help.into() }))
}

/// A token that stands for a place in the source.
trait WithSpan {
    fn with_span(self, span: Span) -> TokenStream;
}

impl WithSpan for TokenTree {
    fn with_span(mut self, span: Span) -> TokenStream {
        self.set_span(span);
        self.into()
    }
}
