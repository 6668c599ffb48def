//! Tests of what happens between the messages of one burst.

use actor_runtime::ActorHandle;
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
};

use super::{audience::Burst, *};
use crate::{
    connection::ConnectionHandle,
    writer::{Limits, Outbox},
};

/// A subscriber, whose connection is a mock.
struct Listener {
    stream: TcpStream,
    outbox: Outbox,
    client: ClientId,
}

impl Listener {
    async fn connect(client: ClientId) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let stream = TcpStream::connect(listener.local_addr().expect("an address")).await;
        let (accepted, _) = listener.accept().await.expect("a client");
        let outbox = Outbox::new(accepted.into_split().1, Limits::default());
        Self { stream: stream.expect("a connection"), outbox, client }
    }

    fn caller(&self) -> Caller {
        let (connection, _) = ConnectionHandle::mock();
        Caller {
            client: self.client,
            protocol: Protocol::Resp2,
            outbox: self.outbox.downgrade(),
            abort_handle: AbortHandle::new(connection.downgrade()),
        }
    }

    /// Returns all that was sent to the client.
    async fn received(mut self) -> String {
        drop(self.outbox);
        let mut text = String::new();
        self.stream.read_to_string(&mut text).await.expect("the writer closes the stream");
        text.replace("\r\n", " ")
    }
}

fn publish(hub: &mut Hub, text: &'static str) -> Vec<usize> {
    let (channel, payload) = (Bytes::from_static(b"a"), Bytes::from_static(text.as_bytes()));
    hub.publish(vec![Post { is_sharded: false, channel, payload }])
}

#[tokio::test]
async fn a_change_of_a_subscription_takes_effect_between_two_messages() {
    let (early, late) = (Listener::connect(1).await, Listener::connect(2).await);
    let mut hub = Hub::default();
    let names = || vec![Bytes::from_static(b"a")];
    hub.subscribe(early.caller(), Kind::Channel, names());
    assert_eq!(publish(&mut hub, "1"), [1]);
    hub.subscribe(late.caller(), Kind::Channel, names());
    assert_eq!(publish(&mut hub, "2"), [2]);
    hub.speak(late.client, Protocol::Resp3);
    assert_eq!(publish(&mut hub, "3"), [2]);
    hub.unsubscribe(late.caller(), Kind::Channel, names());
    assert_eq!(publish(&mut hub, "4"), [1]);
    // All leave before the messages are sent.
    hub.leave(early.client);
    assert_eq!(publish(&mut hub, "5"), [0]);
    hub.deliver();

    let begin = "*3 $9 subscribe $1 a :1 ";
    let messages = "*3 $7 message $1 a $1 1 *3 $7 message $1 a $1 2 *3 $7 message $1 a $1 3 ";
    assert_eq!(early.received().await, format!("{begin}{messages}"));
    let messages = "*3 $7 message $1 a $1 2 >3 $7 message $1 a $1 3 ";
    assert_eq!(late.received().await, format!("{begin}{messages}>3 $11 unsubscribe $1 a :0 "));
}

#[test]
fn subscribers_of_one_name_share_the_bytes() {
    let mut burst = Burst::default();
    burst.add(1, &[b"message", b"a", b"1"]);
    let mut delivery = Delivery::from(burst);
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        assert_eq!(delivery.share(protocol).as_ptr(), delivery.share(protocol).as_ptr());
    }
}
