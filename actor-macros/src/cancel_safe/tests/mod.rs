mod cases;
mod expansion;
mod options;
mod robust;

use quote::ToTokens;

/// Expands a function, and pretty-prints the result.
fn expanded(args: &str, item: &str) -> String {
    let (args, item) = (args.parse().unwrap(), item.parse().unwrap());
    let tokens = super::expand(args, item);
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => tokens.to_token_stream().to_string(),
    }
}

/// The texts of the errors in an expansion, in order.
fn errors(args: &str, item: &str) -> Vec<String> {
    let text = expanded(args, item);
    let file = syn::parse_str::<syn::File>(&text).unwrap();
    let texts = file.items.iter().filter_map(|item| match item {
        syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
            Some(item.mac.parse_body::<syn::LitStr>().ok()?.value())
        }
        _ => None,
    });
    texts.collect()
}
