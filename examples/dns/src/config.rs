//! [`Config`]: which servers are asked, and how.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use crate::{
    network::{Network, System},
    search::Search,
};

pub(crate) const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// The settings of a resolver. Times of more than a year are taken for a year.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The servers. All of them are expected to know the same names.
    pub servers: Vec<SocketAddr>,
    /// The domains in which relative names are looked for.
    pub search: Search,
    /// The number of answers that are kept, of 512 bytes on average; if they are longer, fewer are kept. Default:
    /// 10,000. With 0, nothing is cached.
    pub cache: usize,
    /// How long one server is waited for before it counts as one that does not answer. Default: 2 s.
    pub attempt: Duration,
    /// How long a question is asked, at all servers together. Default: 5 s.
    pub total: Duration,
    /// Whether expired answers are given if no server answers. Default: no.
    pub stale: Stale,
    /// Whether a name that is asked for in the last tenth of its TTL is looked up again before it expires.
    /// Default: yes.
    pub prefetch: bool,
    /// Whether upper and lower case in questions are random, and compared with those in the answer (0x20).
    /// It makes forged answers harder, and some servers do not copy the case. Default: no.
    pub random_case: bool,
    /// The number of different questions that are under way at once. More callers than that wait.
    /// Default: 8,192.
    pub questions: usize,
    /// Opens sockets.
    pub network: Arc<dyn Network>,
}

/// Whether an expired answer is better than none (RFC 8767).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Expired answers are never given.
    No,
    /// They are given if no server has answered after `after`, or all have failed.
    After {
        /// How long servers are waited for. The RFC recommends 1.8 s.
        after: Duration,
        /// How long answers are kept after they have expired. The RFC recommends one to three days.
        max: Duration,
    },
}

impl Stale {
    /// Expired answers of at most a day after 1.8 s, as the RFC recommends.
    pub const RECOMMENDED: Self =
        Self::After { after: Duration::from_millis(1800), max: Duration::from_secs(86_400) };
}

impl Config {
    /// The default settings with these servers.
    #[must_use]
    pub fn new(servers: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self {
            servers: servers.into_iter().collect(),
            search: Search::default(),
            cache: 10_000,
            attempt: Duration::from_secs(2),
            total: Duration::from_secs(5),
            stale: Stale::No,
            prefetch: true,
            random_case: false,
            questions: 8_192,
            network: Arc::new(System),
        }
    }

    /// The settings in the text of a `resolv.conf`: `nameserver`, `search`, `domain`, and the options `ndots`,
    /// `timeout` and `attempts`. All else is ignored, as glibc does.
    ///
    /// # Examples
    ///
    /// ```
    /// use dns_actor::Config;
    ///
    /// let config = Config::from_resolv_conf("nameserver 192.0.2.1\nsearch example.org\noptions ndots:2");
    /// assert_eq!(config.servers, ["192.0.2.1:53".parse().unwrap()]);
    /// assert_eq!(config.search.ndots, 2);
    /// ```
    #[must_use]
    pub fn from_resolv_conf(text: &str) -> Self {
        let mut config = Self::new([]);
        let mut attempts = None;
        for line in text.lines().filter(|line| !line.starts_with(['#', ';'])) {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let address = words.next().and_then(|word| word.parse().ok());
                    config.servers.extend(address.map(|address| SocketAddr::new(address, 53)));
                }
                // The last of these lines counts.
                Some("search" | "domain") => {
                    config.search.domains = words.filter_map(|word| word.parse().ok()).collect();
                }
                Some("options") => words.for_each(|word| config.option(word, &mut attempts)),
                _ => {}
            }
        }
        if let Some(attempts) = attempts {
            config.total = config.attempt * attempts;
        }
        config
    }

    /// Bounds what makes no sense: times that are added to others are a year at most.
    pub(crate) fn bounded(mut self) -> Self {
        self.attempt = self.attempt.min(YEAR);
        self.total = self.total.min(YEAR);
        self.questions = self.questions.max(1);
        if let Stale::After { after, max } = &mut self.stale {
            *after = YEAR.min(*after);
            *max = YEAR.min(*max);
        }
        self
    }

    fn option(&mut self, word: &str, attempts: &mut Option<u32>) {
        let Some((name, number)) = word.split_once(':') else { return };
        let Ok(number) = number.parse::<u32>() else { return };
        match name {
            "ndots" => self.search.ndots = number.min(15) as usize,
            "timeout" => self.attempt = Duration::from_secs(u64::from(number.clamp(1, 30))),
            "attempts" => *attempts = Some(number.clamp(1, 5)),
            _ => {}
        }
    }
}
