//! Nothing of the prelude is in scope.

#![no_implicit_prelude]

pub struct Stack(::std::vec::Vec<u32>);

#[::actor_runtime::actor]
impl Stack {
    /// Takes the top.
    #[cancel_safe(undelivered = put_back)]
    pub async fn pop(&mut self) -> ::std::option::Option<u32> {
        self.0.pop()
    }

    /// Looks, and answers once.
    #[cancel_safe]
    pub async fn len(&self) -> usize {
        self.0.len()
    }

    fn put_back(&mut self, element: ::std::option::Option<u32>) {
        ::std::iter::Extend::extend(&mut self.0, element);
    }
}

fn main() {}
