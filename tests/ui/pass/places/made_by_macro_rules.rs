// The impl, its types, blocks, names and options may come from a macro.
use actor_runtime::{actor, spawn};

macro_rules! counter {
    ($name:ident, $ty:ty, $size:expr, $vis:vis, $method:ident, $argument:ident, $body:block) => {
        struct $name {
            total: $ty,
        }

        #[actor(mailbox = $size)]
        impl $name {
            $vis fn $method(&mut self, $argument: $ty, more: Option<$ty>) -> Vec<$ty> {
                self.total += $argument + more.unwrap_or_default();
                vec![self.total]
            }

            $vis async fn body(&self) -> $ty $body

            $vis fn finish(self) -> $ty {
                self.total
            }
        }
    };
}

macro_rules! whole {
    ($item:item) => {
        #[actor]
        $item
    };
}

macro_rules! method {
    ($(#[$attr:meta])* $ident:ident($($argument:ident: $ty:ty),*)) => {
        struct Timer;

        #[actor]
        impl Timer {
            $(#[$attr])*
            pub fn $ident(&self, $($argument: $ty),*) -> usize {
                0 $(+ $argument.len())*
            }
        }
    };
}

counter!(Counter, u64, 4 + 4, pub, add, amount, { 7 });
method!(#[doc = "Sets."] set(name: &str, bytes: &[u8]));

struct Whole;

whole! {
    impl Whole {
        pub fn get(&self) -> u64 {
            3
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter { total: 0 });
    assert_eq!(counter.add(1, Some(2)).await.unwrap(), [3]);
    assert_eq!(counter.body().await.unwrap(), 7);
    assert_eq!(counter.finish().await.unwrap(), 3);
    assert_eq!(spawn(Timer).set("a", [1]).await.unwrap(), 2);
    assert_eq!(spawn(Whole).get().await.unwrap(), 3);
}
