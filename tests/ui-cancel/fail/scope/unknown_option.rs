// Caret: `strict`. Says: there is no such option.
use actor_runtime::checked_select;

#[checked_select(strict)]
async fn run() {}

fn main() {}
