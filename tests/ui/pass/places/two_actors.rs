// Two actors may be in one module, call each other, and hold each other's handles.
use actor_runtime::{ActorHandle, Context, actor, spawn};

#[derive(Default)]
struct Ping {
    pong: Option<PongHandle>,
}

#[actor]
impl Ping {
    pub fn meet(&mut self, pong: PongHandle) {
        self.pong = Some(pong);
    }

    pub async fn serve(&self) -> u64 {
        self.pong.as_ref().unwrap().answer().await.unwrap()
    }

    pub fn weak(&self, context: &Context<Self>) -> bool {
        context.handle().upgrade().is_some()
    }
}

struct Pong {
    ping: PingHandle,
}

#[actor]
impl Pong {
    pub fn answer(&self) -> u64 {
        u64::from(!self.ping.is_closed())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ping = spawn(Ping::default());
    let pong = spawn(Pong { ping: ping.clone() });
    ping.meet(pong).await.unwrap();
    assert_eq!(ping.serve().await.unwrap(), 1);
    assert!(ping.weak().await.unwrap());
    ping.shutdown().await;
}
