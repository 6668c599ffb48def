// Arguments may be called like anything that generated code could be thought to use.
use actor_runtime::{Context, Replies, Reply, actor, spawn};

struct Sum;

macro_rules! sum {
    ($($name:ident)*) => {
        #[actor]
        impl Sum {
            pub fn values(&self, $($name: u64),*) -> u64 {
                0 $(+ $name)*
            }

            pub async fn lent(&self, $($name: &str),*) -> usize {
                0 $(+ $name.len())*
            }

            pub fn deferred(&self, answer: Reply<u64>, _of: &Context<Self>, $($name: u64),*) {
                answer.send(0 $(+ $name)*);
            }

            pub fn streamed(&self, mut answer: Replies<u64>, $($name: u64),*) {
                $(answer.try_send($name).unwrap();)*
            }

            pub fn last(self, _of: &Context<Self>, $($name: u64),*) -> u64 {
                0 $(+ $name)*
            }
        }

        async fn use_it() {
            let sum = spawn(Sum);
            $(let $name: u64 = 1;)*
            let count = 0 $(+ $name)*;
            assert_eq!(sum.values($($name),*).await.unwrap(), count);
            assert_eq!(sum.deferred($($name),*).await.unwrap(), count);
            let mut stream = sum.streamed($($name),*).buffer(100);
            for _ in 0..count {
                assert_eq!(stream.next().await.unwrap().unwrap(), 1);
            }
            $(let $name = "1";)*
            assert_eq!(sum.lent($($name),*).await.unwrap(), count as usize);
            $(let $name: u64 = 1;)*
            assert_eq!(sum.last($($name),*).await.unwrap(), count);
        }
    };
}

sum! {
    __reply _context a actor argument_1 args ctx context f formatter future handle handler mailbox
    message msg proof reply reply_2 rx self_ sender state this tx
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    use_it().await;
}
