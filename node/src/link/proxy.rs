//! TCP, straight or through the hospital's HTTP proxy (RFC 9110, section 9.3.6: CONNECT).
//!
//! `HTTPS_PROXY` names the proxy, `NO_PROXY` the hosts that need none. TLS runs through the tunnel: the proxy sees an
//! address and ciphertext.

use std::io::{Error, Result};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::errors::Fault;

/// Longest answer of a proxy.
const MOST_ANSWER: usize = 8_192;

/// A proxy to go through.
#[derive(Clone)]
pub(super) struct Proxy {
    address: String,
    /// `user:password`, where the proxy wants them.
    credentials: Option<String>,
}

/// The proxy for a host, from the environment.
pub(super) fn of_environment(host: &str) -> std::result::Result<Option<Proxy>, Fault> {
    let variable = |names: [&str; 2]| names.into_iter().find_map(|name| std::env::var(name).ok());
    let exempt = variable(["NO_PROXY", "no_proxy"]).unwrap_or_default();
    match variable(["HTTPS_PROXY", "https_proxy"]) {
        Some(url) if !url.is_empty() && !is_exempt(host, &exempt) => Proxy::read(&url).map(Some),
        _ => Ok(None),
    }
}

/// Loopback never goes through a proxy.
fn is_exempt(host: &str, exempt: &str) -> bool {
    let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let covers = |entry: &str| {
        let entry = entry.trim().trim_start_matches('*').trim_start_matches('.');
        !entry.is_empty() && (host == entry || host.ends_with(&format!(".{entry}")))
    };
    loopback || exempt.trim() == "*" || exempt.split(',').any(covers)
}

impl Proxy {
    fn read(url: &str) -> std::result::Result<Self, Fault> {
        let bad = |why: &str| Fault::Configuration {
            file: "HTTPS_PROXY".into(),
            why: format!("{why}; write http://host:port or http://user:password@host:port"),
        };
        let rest = match url.split_once("://") {
            Some(("http", rest)) => rest,
            Some(_) => return Err(bad("only HTTP proxies are spoken")),
            None => url,
        };
        let rest = rest.trim_end_matches('/');
        let (credentials, address) = match rest.rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials.to_owned()), address),
            None => (None, rest),
        };
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        port.map(|_| Self { address: address.to_owned(), credentials }).ok_or_else(|| bad("no port"))
    }

    fn request(&self, target: &str) -> String {
        let login = self.credentials.as_ref().map(|credentials| {
            format!("Proxy-Authorization: Basic {}\r\n", BASE64_STANDARD.encode(credentials))
        });
        format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{}\r\n", login.unwrap_or_default())
    }
}

/// Opens a connection to `target`, a host and port.
pub(super) async fn connect(target: &str, proxy: Option<&Proxy>) -> Result<TcpStream> {
    let stream = match proxy {
        None => TcpStream::connect(target).await?,
        Some(proxy) => tunnel(target, proxy).await?,
    };
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn tunnel(target: &str, proxy: &Proxy) -> Result<TcpStream> {
    let at_proxy = |e: Error| Error::new(e.kind(), format!("proxy {}: {e}", proxy.address));
    let mut stream = TcpStream::connect(&proxy.address).await.map_err(at_proxy)?;
    stream.write_all(proxy.request(target).as_bytes()).await?;
    let answer = answer(&mut stream).await?;
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    if status == "200" {
        return Ok(stream);
    }
    let line = answer.lines().next().unwrap_or_default();
    Err(Error::other(format!("proxy {} refuses to connect to {target}: {line}", proxy.address)))
}

/// The header of the proxy's answer, byte by byte: what follows it is the tunnel's.
async fn answer(stream: &mut TcpStream) -> Result<String> {
    let mut header = Vec::new();
    while !header.ends_with(b"\r\n\r\n") {
        if header.len() == MOST_ANSWER {
            return Err(Error::other("the proxy's answer has no end"));
        }
        header.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&header).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn proxies_are_read_and_exempt_hosts_go_straight() {
        let proxy = Proxy::read("http://user:secret@proxy.example:3128/").unwrap();
        assert_eq!(proxy.address, "proxy.example:3128");
        let request = proxy.request("c.example:7443");
        assert!(request.starts_with("CONNECT c.example:7443 HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("Basic dXNlcjpzZWNyZXQ=\r\n"), "{request}");
        assert!(Proxy::read("socks5://p:1").is_err() && Proxy::read("http://p").is_err());
        assert!(is_exempt("c.example.org", "a.b, .example.org") && is_exempt("127.0.0.1", ""));
        assert!(!is_exempt("c.example.org", "ample.org"));
    }

    async fn through(answer: &'static str) -> Result<TcpStream> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let proxy = Proxy { address: listener.local_addr()?.to_string(), credentials: None };
        let server = async move {
            let (mut stream, _) = listener.accept().await?;
            // the stream closes behind the answer
            stream.write_all(answer.as_bytes()).await
        };
        let (served, connected) = tokio::join!(server, connect("c.example:7443", Some(&proxy)));
        served?;
        connected
    }

    #[tokio::test]
    async fn a_proxy_opens_a_tunnel_or_says_why_not() {
        assert!(through("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n").await.is_ok());
        let refused = through("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await.unwrap_err();
        assert!(refused.to_string().contains("407 Proxy Authentication Required"), "{refused}");
        assert!(through("HTTP/1.1 200").await.is_err(), "a cut answer is no tunnel");
    }
}
