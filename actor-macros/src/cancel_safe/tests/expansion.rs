//! The expansion of marked functions.

use super::{errors, expanded};

#[test]
fn a_checked_body() {
    insta::assert_snapshot!(expanded(
        "",
        "/// Waits for the next line.
        pub async fn next(&mut self, (low, high): (u8, u8)) -> io::Result<Option<String>> {
            loop {
                if let Some(line) = self.parse()? {
                    return Ok(Some(line));
                }
                self.stream.read_buf(&mut self.buffer).await?;
            }
        }"
    ));
}

#[test]
fn a_question_for_the_borrow_checker() {
    insta::assert_snapshot!(expanded(
        "",
        "async fn send(&mut self) {
            self.log();
            let packet = self.packet();
            self.stream.write(packet, self.encoder.tail(3)).await
        }"
    ));
}

#[test]
fn a_trusted_body_is_unchanged() {
    insta::assert_snapshot!(expanded(
        "trusted = \"the peer tells doubles apart\"",
        "async fn send(self, _: Guard, mut count: u8) { self.a().await; self.b().await; }"
    ));
}

#[test]
fn a_refused_body_expands_like_an_accepted_one() {
    insta::assert_snapshot!(expanded(
        "",
        "async fn both(&mut self) -> (u8, u8) { (self.a().await, self.b().await) }"
    ));
}

#[test]
fn an_unmarkable_item_is_unchanged() {
    for item in ["fn ready() -> u8 { 3 }", "struct Worker;", "async fn never() -> ! { loop {} }"] {
        let text = expanded("", item);
        assert_eq!(errors("", item).len(), 1, "{text}");
        let kept = prettyplease::unparse(&syn::parse_str(item).unwrap());
        assert!(text.ends_with(&kept), "{text}");
    }
}

#[test]
fn an_opaque_output_gets_no_hint() {
    let text = expanded(
        "",
        "async fn items(&mut self) -> impl Iterator<Item = u8> { self.rx.recv().await }",
    );
    assert!(!text.contains("None"), "{text}");
}
