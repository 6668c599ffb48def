// Nothing of the prelude need be in scope.
#![no_implicit_prelude]

struct Counter {
    total: u64,
}

#[::actor_runtime::actor(mailbox = 8)]
impl Counter {
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    pub async fn length(&self, name: &str, bytes: &[u8]) -> usize {
        name.len() + bytes.len()
    }

    pub fn later(&self, reply: ::actor_runtime::Reply<u64>, _: &::actor_runtime::Context<Self>) {
        reply.send(3);
    }

    #[on_start]
    fn load(&mut self) -> ::std::result::Result<(), ::std::string::String> {
        ::std::result::Result::Ok(())
    }

    #[on_idle]
    fn idle(&mut self) {}

    #[deprecated]
    pub fn finish(self) -> u64 {
        self.total
    }
}

fn main() {
    let _ = ::actor_runtime::start::<Counter, _, _>;
}
