//! Which servers may be reached: hosts of a list, and no address of an inner network unless it is allowed.
//!
//! A name is resolved once, what it stands for is checked, and the connection goes to what was checked: a name that
//! changes its address between the two gains nothing.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::model::hosts::listed;

/// What a connection must satisfy.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// The server that is named may lie in an inner network. Others, to which it sends on, may not.
    pub private: bool,
    /// Lists of hosts; each list that is not empty must name the host.
    pub lists: Vec<Vec<String>>,
}

/// Why a server is not reached. For people, without the address asked for: that may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl Guard {
    /// The same for an address as text.
    ///
    /// # Errors
    /// Why it must not be asked.
    pub fn permits(&self, url: &str) -> Result<(), Refused> {
        let url = Url::parse(url).map_err(|_| Refused("this is no address".to_owned()))?;
        self.permit(&url, &url)
    }

    /// Checks what can be told from an address without asking for its name. `first` is the one that was named.
    ///
    /// # Errors
    /// Why it must not be asked.
    pub fn permit(&self, url: &Url, first: &Url) -> Result<(), Refused> {
        let host = url.host_str().unwrap_or_default();
        let private = self.private && url.host_str() == first.host_str();
        if !self.lists.iter().all(|list| listed(list, host)) {
            return Err(Refused(format!("{host} is not among the allowed hosts")));
        }
        match literal(host) {
            Some(address) if !private && !is_public(address) => Err(inner(host)),
            None if !private && is_local_name(host) => Err(inner(host)),
            _ => Ok(()),
        }
    }
}

fn inner(host: &str) -> Refused {
    Refused(format!("{host} is an address of an inner network, which is not allowed"))
}

fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn is_local_name(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.eq_ignore_ascii_case("localhost") || host.to_lowercase().ends_with(".localhost")
}

/// Whether an address is one of the internet, not of an inner network, this machine or none.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    // "This" network, carriers' own, protocol assignments, 6to4 relays, benchmarks, and what is reserved.
    let special = a == 0
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18)
        || a >= 240;
    !(special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let within = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    // Translated and tunnelled addresses lead to the one that they hold.
    if s[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return within(s[6], s[7]);
    }
    if s[0] == 0x2002 {
        return within(s[1], s[2]);
    }
    let global = s[0] & 0xe000 == 0x2000;
    let teredo = s[0] == 0x2001 && s[1] == 0;
    let documentation = (s[0] == 0x2001 && s[1] == 0xdb8) || (s[0] == 0x3fff && s[1] < 0x1000);
    global && !teredo && !documentation
}

/// Resolves names, and keeps only addresses that may be reached.
pub(super) struct Resolver {
    /// Names that may stand for addresses of an inner network: the server that is named, where that is allowed, and proxies,
    /// which stand where the environment says.
    pub inner: Vec<String>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let all = self.inner.iter().any(|inner| inner.eq_ignore_ascii_case(&name));
        Box::pin(async move {
            let asked = name.clone();
            let found = tokio::task::spawn_blocking(move || (asked.as_str(), 0).to_socket_addrs()).await??;
            let (kept, refused): (Vec<SocketAddr>, Vec<SocketAddr>) = found.partition(|one| all || is_public(one.ip()));
            if kept.is_empty() && !refused.is_empty() {
                return Err(inner(&name).into());
            }
            let addresses: Addrs = Box::new(kept.into_iter());
            Ok(addresses)
        })
    }
}

/// Hosts of the proxies that the environment names.
pub(super) fn proxies() -> Vec<String> {
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let host = |name: &str| {
        let text = std::env::var(name).ok()?;
        let text = if text.contains("://") { text } else { format!("http://{text}") };
        Url::parse(&text).ok()?.host_str().map(str::to_owned)
    };
    names.into_iter().filter_map(host).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permitted(url: &str, guard: &Guard) -> bool {
        guard.permits(url).is_ok()
    }

    #[test]
    fn no_spelling_of_an_inner_address_is_permitted() {
        for inner in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://localhost/",
            "http://localhost./",
            "http://a.localhost/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a00:1]/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://224.0.0.1/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[ff02::1]/",
            "http://[::]/",
            "http://[::7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001::1]/",
            "http://198.18.0.1/",
            "http://255.255.255.255/",
        ] {
            assert!(!permitted(inner, &Guard::default()), "{inner}");
            assert!(permitted(inner, &Guard { private: true, lists: Vec::new() }), "{inner}");
        }
        for outer in
            ["https://example.org/", "http://93.184.216.34/", "http://[2606:2800:220:1::1]/", "http://172.32.0.1/"]
        {
            assert!(permitted(outer, &Guard::default()), "{outer}");
        }
    }

    #[test]
    fn a_server_of_an_inner_network_sends_on_to_no_other() {
        let (guard, of) =
            (Guard { private: true, lists: Vec::new() }, |url: &str| Url::parse(url).expect("an address"));
        let first = of("http://192.168.1.5/a");
        assert!(guard.permit(&of("http://192.168.1.5:8080/b"), &first).is_ok());
        assert!(guard.permit(&of("https://example.org/b"), &first).is_ok());
        for other in
            ["http://169.254.169.254/", "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://localhost/"]
        {
            assert!(guard.permit(&of(other), &first).is_err(), "{other}");
        }
    }

    #[test]
    fn a_host_must_stand_in_every_list() {
        let list = |hosts: &[&str]| hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>();
        let guard = Guard { private: false, lists: vec![list(&["files.example.org", "*.example.eu"]), list(&[])] };
        for (url, may) in [
            ("https://files.example.org/a", true),
            ("https://FILES.example.org./a", true),
            ("https://a.example.eu/", true),
            ("https://a.b.example.eu/", true),
            ("https://example.eu/", false),
            ("https://badexample.eu/", false),
            ("https://files.example.org.evil.example/", false),
        ] {
            assert_eq!(permitted(url, &guard), may, "{url}");
        }
        let narrowed = Guard { lists: vec![guard.lists[0].clone(), list(&["a.example.eu"])], ..guard };
        assert!(permitted("https://a.example.eu/", &narrowed) && !permitted("https://b.example.eu/", &narrowed));
    }

    #[test]
    fn a_name_that_stands_for_an_inner_address_is_refused() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let resolve = |inner: &[&str]| {
            let resolver = Resolver { inner: inner.iter().map(|name| (*name).to_owned()).collect() };
            runtime.block_on(resolver.resolve("localhost".parse().expect("a name")))
        };
        assert!(resolve(&["proxy"]).is_err_and(|error| error.downcast_ref::<Refused>().is_some()));
        assert!(resolve(&["localhost"]).is_ok_and(|mut found| found.next().is_some()));
    }
}
