//! `SUBSCRIBE` and its relatives, and `PUBSUB`.

use bytes::Bytes;

use crate::{
    frame::Frame,
    hub::{Caller, Kind, Subscriptions},
    store::access::Fault,
};

use super::Connection;

impl Connection {
    pub(super) fn caller(&self) -> Caller {
        Caller {
            client: self.status.id,
            protocol: self.protocol,
            outbox: self.outbox.downgrade(),
            abort_handle: self.abort_handle.clone(),
        }
    }

    /// Subscribes the client.
    ///
    /// The hub sends the confirmations to the writer itself, so earlier replies have to be sent first.
    pub(super) async fn subscribe(&mut self, kind: Kind, names: &[Bytes]) -> Result<(), Fault> {
        self.send().await;
        self.registration.is_subscriber = true;
        let subscribe = self.services.hub.subscribe(self.caller(), kind, names.to_vec());
        let subscriptions = subscribe.await?;
        self.set_subscriptions(subscriptions);
        Ok(())
    }

    /// Ends subscriptions, or all of a kind if `names` is empty. The hub sends the confirmations.
    pub(super) async fn unsubscribe(&mut self, kind: Kind, names: &[Bytes]) -> Result<(), Fault> {
        self.send().await;
        let unsubscribe = self.services.hub.unsubscribe(self.caller(), kind, names.to_vec());
        let subscriptions = unsubscribe.await?;
        self.set_subscriptions(subscriptions);
        Ok(())
    }

    /// Ends all subscriptions without confirmations.
    pub(super) async fn leave_hub(&mut self) -> Result<(), Fault> {
        let was_subscriber = std::mem::take(&mut self.registration.is_subscriber);
        if std::mem::take(&mut self.registration.is_monitor) || was_subscriber {
            self.services.hub.leave(self.status.id).await?;
        }
        self.status.set_monitor(false);
        self.set_subscriptions(Subscriptions::default());
        Ok(())
    }

    fn set_subscriptions(&mut self, subscriptions: Subscriptions) {
        self.subscriptions = subscriptions;
        self.registration.is_subscriber = subscriptions.total() > 0;
        self.status.set_subscriptions(subscriptions);
    }

    /// Runs `PUBSUB`.
    pub(super) async fn pubsub(&mut self, words: &[Bytes]) -> Result<Frame, Fault> {
        let (subcommand, rest) = (words[0].to_ascii_lowercase(), &words[1..]);
        Ok(match subcommand.as_slice() {
            b"channels" => self.channels(Kind::Channel, &words[0], rest).await?,
            b"shardchannels" => self.channels(Kind::Shard, &words[0], rest).await?,
            b"numsub" => self.listeners(Kind::Channel, rest).await?,
            b"shardnumsub" => self.listeners(Kind::Shard, rest).await?,
            b"numpat" => Frame::count(self.services.hub.patterns().await?),
            _ => help(),
        })
    }

    async fn channels(&self, kind: Kind, name: &[u8], rest: &[Bytes]) -> Result<Frame, Fault> {
        let pattern = match rest {
            [] => None,
            [pattern] => Some(pattern.clone()),
            _ => {
                let word = String::from_utf8_lossy(name);
                return Err(format!("ERR unknown subcommand or wrong number of arguments for '{word}'. Try PUBSUB HELP.").into());
            }
        };
        let names = self.services.hub.channels(kind, pattern).await?;
        Ok(Frame::Array(names.into_iter().map(Frame::Bulk).collect()))
    }

    async fn listeners(&self, kind: Kind, names: &[Bytes]) -> Result<Frame, Fault> {
        let counts = self.services.hub.listeners(kind, names.to_vec()).await;
        let counts = counts?.into_iter().map(Frame::count);
        let names = names.iter().cloned().map(Frame::Bulk);
        Ok(Frame::Array(names.zip(counts).flat_map(|(name, count)| [name, count]).collect()))
    }
}

fn help() -> Frame {
    let lines = [
        "PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "CHANNELS [<pattern>]",
        "    Return the currently active channels matching a <pattern> (default: '*').",
        "NUMPAT",
        "    Return number of subscriptions to patterns.",
        "NUMSUB [<channel> ...]",
        "    Return the number of subscribers for the specified channels, excluding",
        "    pattern subscriptions(default: no channels).",
        "SHARDCHANNELS [<pattern>]",
        "    Return the currently active shard level channels matching a <pattern> (default: '*').",
        "SHARDNUMSUB [<shardchannel> ...]",
        "    Return the number of subscribers for the specified shard level channel(s)",
        "HELP",
        "    Print this help.",
    ];
    Frame::Array(lines.into_iter().map(Frame::Simple).collect())
}
