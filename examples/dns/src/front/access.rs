//! [`Access`]: which clients are answered.

use std::{error, fmt, net::IpAddr, str::FromStr};

/// The networks whose clients are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access(Vec<Block>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    address: IpAddr,
    length: u8,
}

/// The text is not a network such as `192.0.2.0/24`.
#[derive(Debug)]
pub struct InvalidNetwork(String);

impl Access {
    /// The networks of these texts, such as `192.0.2.0/24`, `2001:db8::/32` or `192.0.2.1`.
    ///
    /// # Errors
    ///
    /// [`InvalidNetwork`] for the first text that is none.
    pub fn new<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidNetwork> {
        networks.into_iter().map(str::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Returns whether a client has access.
    #[must_use]
    pub fn allows(&self, client: IpAddr) -> bool {
        let client = client.to_canonical();
        self.0
            .iter()
            .any(|block| masked(client, block.length) == masked(block.address, block.length))
    }
}

/// Loopback, private and link-local addresses.
impl Default for Access {
    fn default() -> Self {
        let networks = [
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "::1",
            "fc00::/7",
            "fe80::/10",
        ];
        Self::new(networks).expect("these are networks")
    }
}

impl FromStr for Block {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let invalid = || InvalidNetwork(text.to_owned());
        let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(most), |length| length.parse().map_err(|_| invalid()))?;
        if length > most { Err(invalid()) } else { Ok(Self { address, length }) }
    }
}

impl fmt::Display for InvalidNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a network such as 192.0.2.0/24", self.0)
    }
}

impl error::Error for InvalidNetwork {}

/// Returns the first bits of an address. The last are zero.
pub(super) fn masked(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length.min(32))).unwrap_or(0);
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length.min(128))).unwrap_or(0);
            IpAddr::V6((u128::from(address) & mask).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_their_addresses() {
        let access = Access::new(["192.0.2.0/25", "2001:db8::/32", "198.51.100.7"]).unwrap();
        for (client, expected) in [
            ("192.0.2.127", true),
            ("192.0.2.128", false),
            ("::ffff:192.0.2.1", true),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("198.51.100.7", true),
            ("198.51.100.6", false),
        ] {
            assert_eq!(access.allows(client.parse().unwrap()), expected, "{client}");
        }
        let everyone = Access::new(["0.0.0.0/0", "::/0"]).unwrap();
        assert!(everyone.allows("203.0.113.1".parse().unwrap()));
        assert!(!Access::default().allows("203.0.113.1".parse().unwrap()));
        assert!(Access::default().allows("::1".parse().unwrap()));
        for text in ["", "192.0.2.0/33", "192.0.2/24", "::/129", "::/-1", "x/8"] {
            assert!(Access::new([text]).is_err(), "{text}");
        }
    }
}
