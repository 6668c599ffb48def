//! [`Clients`]: what each client has under way and has received, so that none takes the share of others, or is
//! sent more than it has asked for.

use std::{collections::HashMap, net::IpAddr};

use tokio::time::Instant;

use super::access::masked;

/// Clients that are remembered. Of further ones, nothing is known, and they get short responses only.
const MOST: usize = 65_536;

/// The clients with questions under way, or that have received something within the last second.
#[derive(Debug)]
pub(super) struct Clients {
    clients: HashMap<IpAddr, Client>,
    bytes_per_second: f64,
    swept: Instant,
}

#[derive(Debug)]
struct Client {
    under_way: usize,
    /// The bytes that may be sent now.
    budget: f64,
    at: Instant,
}

impl Clients {
    pub(super) fn new(bytes_per_second: u32) -> Self {
        let bytes_per_second = f64::from(bytes_per_second);
        Self { clients: HashMap::new(), bytes_per_second, swept: Instant::now() }
    }

    /// A question of a client begins. Returns `false` if the client has `limit` of them under way.
    pub(super) fn begin(&mut self, client: IpAddr, limit: usize, now: Instant) -> bool {
        let Some(client) = self.get(client, now) else { return false };
        let has_place = client.under_way < limit;
        client.under_way += usize::from(has_place);
        has_place
    }

    pub(super) fn end(&mut self, client: IpAddr) {
        if let Some(client) = self.clients.get_mut(&network(client)) {
            client.under_way = client.under_way.saturating_sub(1);
        }
    }

    /// Returns whether a response of this length may be sent. If so, it counts.
    pub(super) fn spend(&mut self, client: IpAddr, length: usize, now: Instant) -> bool {
        let rate = self.bytes_per_second;
        let Some(client) = self.get(client, now) else { return false };
        let waited = now.saturating_duration_since(client.at).as_secs_f64();
        client.budget = (client.budget + waited * rate).min(rate);
        client.at = now;
        #[expect(clippy::cast_precision_loss, reason = "the length of a datagram")]
        let length = length as f64;
        let is_allowed = client.budget >= length;
        if is_allowed {
            client.budget -= length;
        }
        is_allowed
    }

    /// Returns what is known of a client, unless there are too many.
    fn get(&mut self, client: IpAddr, now: Instant) -> Option<&mut Client> {
        let client = network(client);
        if self.clients.len() >= MOST && !self.clients.contains_key(&client) {
            self.sweep(now);
            if self.clients.len() >= MOST {
                return None;
            }
        }
        let budget = self.bytes_per_second;
        Some(self.clients.entry(client).or_insert(Client { under_way: 0, budget, at: now }))
    }

    /// Forgets the clients that have nothing under way and have their whole budget again, once in a second.
    fn sweep(&mut self, now: Instant) {
        if now.saturating_duration_since(self.swept).as_secs() > 0 {
            self.swept = now;
            self.clients.retain(|_, client| {
                client.under_way > 0 || now.saturating_duration_since(client.at).as_secs() == 0
            });
        }
    }
}

/// Returns the network of a client, which is likely to have all of it.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        client @ IpAddr::V4(_) => masked(client, 24),
        client @ IpAddr::V6(_) => masked(client, 56),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_has_a_share_and_a_budget_of_its_own() {
        let (mut clients, now) = (Clients::new(1000), Instant::now());
        let (one, same, other) = ("192.0.2.1", "192.0.2.2", "192.0.3.1");
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!((0..3).all(|_| clients.begin(ip(one), 3, now)));
        assert!(!clients.begin(ip(one), 3, now) && !clients.begin(ip(same), 3, now));
        assert!(clients.begin(ip(other), 3, now));
        clients.end(ip(one));
        assert!(clients.begin(ip(one), 3, now));

        assert!(clients.spend(ip(one), 900, now));
        assert!(!clients.spend(ip(one), 200, now) && clients.spend(ip(one), 100, now));
        assert!(clients.spend(ip(other), 1000, now));
        let later = now + Duration::from_millis(500);
        assert!(clients.spend(ip(one), 499, later) && !clients.spend(ip(one), 2, later));
    }

    #[tokio::test(start_paused = true)]
    async fn forged_addresses_take_a_bounded_amount_of_memory() {
        let (mut clients, now) = (Clients::new(1000), Instant::now());
        for number in 0..200_000_u32 {
            clients.spend(IpAddr::V4((number << 8).into()), 100, now);
        }
        assert_eq!(clients.clients.len(), MOST);
        let later = now + Duration::from_secs(2);
        assert!(clients.spend("203.0.113.1".parse().unwrap(), 100, later));
        assert_eq!(clients.clients.len(), 1);
    }
}
