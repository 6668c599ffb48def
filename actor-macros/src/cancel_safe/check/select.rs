//! The grammar of `select!`, as far as the check needs it.

use syn::{
    Expr, Ident, Pat, Token,
    parse::{Parse, ParseStream},
    token::Brace,
};

pub(crate) struct Select {
    pub(crate) biased: Option<Ident>,
    pub(crate) branches: Vec<Branch>,
    pub(crate) otherwise: Option<Expr>,
}

pub(crate) struct Branch {
    pub(crate) pattern: Pat,
    pub(crate) future: Expr,
    pub(crate) condition: Option<Expr>,
    pub(crate) handler: Expr,
}

impl Select {
    pub(super) fn exprs(&self) -> Vec<&Expr> {
        let branches = self
            .branches
            .iter()
            .flat_map(|branch| branch.condition.iter().chain([&branch.future, &branch.handler]));
        branches.chain(&self.otherwise).collect()
    }
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut biased = None;
        if input.peek(Ident) && input.peek2(Token![;]) {
            biased = Some(input.parse()?);
            input.parse::<Token![;]>()?;
        }
        let mut select = Self { biased, branches: Vec::new(), otherwise: None };
        while !input.is_empty() {
            if input.parse::<Option<Token![else]>>()?.is_some() {
                input.parse::<Token![=>]>()?;
                select.otherwise = Some(handler(input)?);
            } else {
                select.branches.push(input.parse()?);
            }
        }
        Ok(select)
    }
}

impl Parse for Branch {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        input.parse::<Token![=]>()?;
        let future = input.parse()?;
        let mut condition = None;
        if input.peek(Token![,]) && input.peek2(Token![if]) {
            input.parse::<Token![,]>()?;
            input.parse::<Token![if]>()?;
            condition = Some(input.parse()?);
        }
        input.parse::<Token![=>]>()?;
        Ok(Self { pattern, future, condition, handler: handler(input)? })
    }
}

fn handler(input: ParseStream<'_>) -> syn::Result<Expr> {
    let handler = if input.peek(Brace) { Expr::Block(input.parse()?) } else { input.parse()? };
    if !input.is_empty() && (!matches!(handler, Expr::Block(_)) || input.peek(Token![,])) {
        input.parse::<Token![,]>()?;
    }
    Ok(handler)
}
