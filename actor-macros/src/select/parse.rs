//! The grammar of `tokio::select!`, with spans kept.
//!
//! Parsing continues after a mistake whose intention is clear, and stops at a syntax error. The branches
//! before it are kept.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Block, Expr, ExprBlock, Ident, Pat, Result, Token, Type,
    parse::{ParseStream, Parser, discouraged::Speculative},
    parse_quote, token,
};

use crate::diagnostics::Diagnostics;

/// The number of bits in the set of disabled branches.
const MOST_BRANCHES: usize = 64;

pub(crate) struct Select {
    /// The path of the runtime.
    pub(crate) krate: TokenStream,
    pub(crate) order: Order,
    pub(crate) branches: Vec<Branch>,
    pub(crate) otherwise: Option<Expr>,
}

/// Which branch is polled first.
pub(crate) enum Order {
    /// A random one.
    Fair,
    /// `biased;`: the first.
    Biased,
    /// `in turns;`, which only `#[actor]` generates: the one after the last winner.
    InTurns(Box<Expr>),
}

/// `pattern = future, if condition => handler`.
pub(crate) struct Branch {
    pub(crate) pattern: Pat,
    /// With `in turns;`, the type of the handler's argument, for a source of events:
    /// `pattern: ty = future => handler`.
    pub(crate) ty: Option<Type>,
    pub(crate) future: Expr,
    pub(crate) condition: Option<Expr>,
    pub(crate) handler: Expr,
}

/// Reads `@path` of the runtime, then the branches.
pub(super) fn parse(tokens: TokenStream) -> (Select, Diagnostics) {
    let mut branches = Branches::new();
    let parse = |input: ParseStream| {
        input.parse::<Token![@]>()?;
        branches.select.krate = parse_crate(input)?;
        branches.parse(input)
    };
    if let Err(error) = parse.parse2(tokens) {
        let help = "a branch is `pattern = future => handler`";
        branches.diagnostics.report_syntax(&error, help);
    }
    (branches.select, branches.diagnostics)
}

/// Reads the branches of a plain `select!`, which begin without a path; `None` if there is a mistake in
/// them.
pub(crate) fn parse_plain(tokens: TokenStream) -> Option<Select> {
    let mut branches = Branches::new();
    let parsed = (|input: ParseStream| branches.parse(input)).parse2(tokens);
    let is_right = parsed.is_ok() && branches.diagnostics.count() == 0;
    // The checked macro reports the same mistakes.
    branches.diagnostics.finish();
    is_right.then_some(branches.select)
}

/// `$crate` is a single token, which syn does not parse as a path. Longer paths are in parentheses.
pub(crate) fn parse_crate(input: ParseStream) -> Result<TokenStream> {
    Ok(match input.parse::<TokenTree>()? {
        TokenTree::Group(group) => group.stream(),
        token => token.into(),
    })
}

struct Branches {
    select: Select,
    diagnostics: Diagnostics,
}

impl Branches {
    fn new() -> Self {
        let select = Select {
            krate: TokenStream::new(),
            order: Order::Fair,
            branches: Vec::new(),
            otherwise: None,
        };
        Self { select, diagnostics: Diagnostics::new() }
    }

    fn parse(&mut self, input: ParseStream) -> Result<()> {
        if peek_biased(input) {
            parse_biased(input)?;
            self.select.order = Order::Biased;
        } else if input.peek(Token![in]) {
            input.parse::<Token![in]>()?;
            self.select.order = Order::InTurns(input.parse()?);
            input.parse::<Token![;]>()?;
        }
        while !input.is_empty() {
            if input.peek(Token![else]) {
                self.parse_else(input)?;
            } else if peek_biased(input) {
                let message = "`biased;` must come first";
                let help = "move it above the first branch";
                self.diagnostics.report(next(input), message, help);
                parse_biased(input)?;
            } else {
                self.parse_branch(input)?;
            }
        }
        let is_empty = self.select.branches.is_empty() && self.select.otherwise.is_none();
        if is_empty && self.diagnostics.count() == 0 {
            let help = "write `pattern = future => handler`";
            self.diagnostics.report(next(input), "`select!` needs at least one branch", help);
        }
        Ok(())
    }

    fn parse_else(&mut self, input: ParseStream) -> Result<()> {
        input.parse::<Token![else]>()?;
        if !input.peek(Token![=>]) {
            let help = "write `else => handler`";
            self.diagnostics.report(next(input), "`else` takes no condition", help);
            while !input.is_empty() && !input.peek(Token![=>]) {
                input.parse::<TokenTree>()?;
            }
        }
        let arrow = input.parse::<Token![=>]>()?;
        self.select.otherwise = Some(self.parse_handler(input, arrow)?);
        if !input.is_empty() {
            let help = "make `else` the last branch";
            self.diagnostics.report(next(input), "nothing may follow `else`", help);
        }
        Ok(())
    }

    fn parse_branch(&mut self, input: ParseStream) -> Result<()> {
        let begin = next(input);
        let (pattern, ty, future) = self.parse_pattern_and_future(input)?;
        let condition = self.parse_condition(input)?;
        let handler = self.parse_arrow_and_handler(input, &future)?;
        let Some(pattern) = pattern else {
            return Ok(());
        };
        if self.select.branches.len() == MOST_BRANCHES {
            let message = format!("`select!` takes at most {MOST_BRANCHES} branches");
            let help = "merge some of them into a stream or a `JoinSet`";
            self.diagnostics.report(begin, message, help);
            input.parse::<TokenStream>()?;
        } else {
            self.select.branches.push(Branch { pattern, ty, future, condition, handler });
        }
        Ok(())
    }

    /// Returns no pattern if it is unclear what the handler expects of it.
    fn parse_pattern_and_future(
        &mut self,
        input: ParseStream,
    ) -> Result<(Option<Pat>, Option<Type>, Expr)> {
        let begin = input.fork();
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let mut ty = None;
        if matches!(self.select.order, Order::InTurns(_)) && input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            ty = Some(input.parse()?);
        }
        if input.peek(Token![=]) && !input.peek(Token![=>]) {
            input.parse::<Token![=]>()?;
            return Ok((Some(pattern), ty, input.parse()?));
        }
        let future: Expr = begin.parse()?;
        input.advance_to(&begin);
        self.report_without_pattern(&future);
        let is_word = matches!(future, Expr::Path(_));
        Ok(((!is_word).then(|| parse_quote!(_)), None, future))
    }

    fn report_without_pattern(&mut self, future: &Expr) {
        let word = future.to_token_stream().to_string();
        if matches!(word.as_str(), "complete" | "default") {
            let message = format!("`{word}` is a branch of `futures::select!`");
            let help = "here it is `else => handler`, taken when every branch is disabled";
            self.diagnostics.report(future, message, help);
        } else {
            let message = "a branch begins with a pattern for the output of its future";
            let help = "write `pattern = future => handler`, with `_` for a value you do not need";
            self.diagnostics.report(future, message, help);
        }
    }

    fn parse_condition(&mut self, input: ParseStream) -> Result<Option<Expr>> {
        if input.peek(Token![if]) {
            let help = "put a comma before `if`: `pattern = future, if condition => handler`";
            let message = "expected a comma between the future and its precondition";
            self.diagnostics.report(next(input), message, help);
        } else if input.peek(Token![,]) && input.peek2(Token![if]) {
            input.parse::<Token![,]>()?;
        } else {
            return Ok(None);
        }
        input.parse::<Token![if]>()?;
        Ok(Some(input.parse()?))
    }

    fn parse_arrow_and_handler(&mut self, input: ParseStream, future: &Expr) -> Result<Expr> {
        if input.peek(Token![=>]) {
            let arrow = input.parse()?;
            return self.parse_handler(input, arrow);
        }
        let message = "expected `=>` and a handler after the future";
        let help = "write `pattern = future => handler`";
        if input.peek(Token![->]) || input.peek(Token![=]) {
            self.diagnostics.report(next(input), message, help);
            input.parse::<Option<Token![->]>>()?;
            input.parse::<Option<Token![=]>>()?;
            return self.parse_handler(input, Default::default());
        }
        self.diagnostics.report(future, message, help);
        input.parse::<TokenStream>()?;
        Ok(parse_quote!(::core::unreachable!()))
    }

    /// A comma is optional after a block and after the last handler, and required after others.
    fn parse_handler(&mut self, input: ParseStream, arrow: Token![=>]) -> Result<Expr> {
        if input.is_empty() || input.peek(Token![,]) {
            let help = "write `=> {}` to do nothing";
            self.diagnostics.report(arrow, "this branch has no handler", help);
            input.parse::<Option<Token![,]>>()?;
            return Ok(parse_quote!(::core::unreachable!()));
        }
        if input.peek(token::Brace) {
            let block: Block = input.parse()?;
            input.parse::<Option<Token![,]>>()?;
            return Ok(Expr::Block(ExprBlock { attrs: Vec::new(), label: None, block }));
        }
        let handler: Expr = input.parse()?;
        if !input.is_empty() && !input.peek(Token![,]) {
            let help = "end a handler without braces with a comma";
            self.diagnostics.report(&handler, "expected a comma after this handler", help);
        }
        input.parse::<Option<Token![,]>>()?;
        Ok(handler)
    }
}

fn peek_biased(input: ParseStream) -> bool {
    input.peek2(Token![;]) && input.fork().parse::<Ident>().is_ok_and(|word| word == "biased")
}

fn parse_biased(input: ParseStream) -> Result<()> {
    input.parse::<Ident>()?;
    input.parse::<Token![;]>()?;
    Ok(())
}

/// The span of the next token, or of the whole macro if there is none.
fn next(input: ParseStream) -> TokenTree {
    let at = |span: Span| Ident::new("_", span).into();
    match input.fork().parse::<TokenTree>() {
        // Only the opening brace: a caret under a whole block points at nothing.
        Ok(TokenTree::Group(group)) => at(group.span_open()),
        Ok(token) => token,
        Err(_) => at(Span::call_site()),
    }
}
