//! An actor with more awaiting handlers than one `dispatch` holds: the arms are in groups.

use actor_runtime::{ActorHandle, Context, actor, spawn};

/// Remembers what was called.
#[derive(Debug, Default)]
pub struct Many {
    called: Vec<&'static str>,
}

macro_rules! many {
    ($($handler:ident)*) => {
        #[actor]
        impl Many {
            $(
                /// Notes that it was called, with `label` if it is not empty.
                pub async fn $handler(&mut self, label: &str, context: &Context<Self>) -> usize {
                    assert!(context.handle().upgrade().is_some());
                    assert!(label.is_empty() || label == stringify!($handler));
                    self.called.push(stringify!($handler));
                    self.called.len()
                }
            )*

            /// Does not await, so it is in no group.
            pub fn called(&self, context: &Context<Self>) -> Vec<&'static str> {
                assert!(context.handle().upgrade().is_some());
                self.called.clone()
            }

            /// Is under a condition, so it is in no group.
            #[cfg(all())]
            pub async fn sometimes(&mut self) {
                self.called.push("sometimes");
            }

            /// Ends the actor.
            pub async fn finish(self) -> usize {
                self.called.len()
            }
        }

        /// Calls each handler once.
        async fn call_all(many: &ManyHandle) -> Vec<&'static str> {
            $( many.$handler(stringify!($handler)).await.unwrap(); )*
            vec![$(stringify!($handler)),*]
        }
    };
}

many! {
    h00 h01 h02 h03 h04 h05 h06 h07 h08 h09
    h10 h11 h12 h13 h14 h15 h16 h17 h18 h19
    h20 h21 h22 h23 h24 h25 h26 h27 h28 h29
    h30 h31 h32 h33 h34 h35 h36 h37 h38 h39
}

#[tokio::test]
async fn each_handler_of_each_group_is_called() {
    let many = spawn(Many::default());
    let mut expected = call_all(&many).await;
    many.sometimes().await.unwrap();
    expected.push("sometimes");
    assert_eq!(expected.len(), 41);
    assert_eq!(many.called().await.unwrap(), expected);
    assert_eq!(many.finish().await.unwrap(), 41);
    many.exited().await;
}
