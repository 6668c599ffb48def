//! The resolver beside hickory-resolver, in one process, and a relay that loses datagrams.
//!
//! ```text
//! dns-bench peers --good 127.0.0.1:5300     a table, and the bars that it must meet
//! dns-bench relay --to 127.0.0.1:5300 --loss 1
//! ```

mod handles;
mod peers;
mod relay;

use std::{net::SocketAddr, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let address = |text: &str| text.parse::<SocketAddr>().expect("an address with a port");
    match words[..] {
        ["peers", "--good", good] => {
            let is_fast = peers::run(address(good)).await;
            // In a task, as look-ups are in a program.
            let handles = tokio::spawn(handles::run(address(good)));
            if is_fast & handles.await.expect("it does not panic") {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        ["relay", "--to", to, "--loss", loss] => {
            relay::run(address(to), loss.parse().expect("a percentage")).await;
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: dns-bench peers --good ADDRESS | relay --to ADDRESS --loss PERCENT");
            ExitCode::from(2)
        }
    }
}
