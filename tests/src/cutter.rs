//! A wire that breaks: passes bytes between a hospital and the coordinator until so many have gone one way, then holds them.
//!
//! TLS passes through it, so it knows nothing but how many bytes there were. A test waits for the place, does what it
//! wants, and cuts. Never: a byte changed, a byte in another order.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

/// After this long without the place the test fails.
const PATIENCE: Duration = Duration::from_secs(90);

/// A listening wire; it stops when dropped.
#[derive(Debug)]
pub struct Cutter {
    port: u16,
    reached: Receiver<()>,
    cut: watch::Sender<bool>,
    _runtime: Runtime,
}

/// Which bytes are counted and held.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// From the hospital.
    Up,
    /// To the hospital.
    Down,
}

#[derive(Debug, Clone)]
struct Wire {
    upstream: SocketAddr,
    way: Way,
    after: u64,
    passed: Arc<AtomicU64>,
    reached: Sender<()>,
    cut: watch::Receiver<bool>,
}

impl Cutter {
    /// Listens on a free port; holds everything once `after` bytes have gone this way, over all connections.
    pub fn listen(upstream: u16, way: Way, after: u64) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let port = listener.local_addr()?.port();
        let ((sender, reached), (cut, watched)) = (channel(), watch::channel(false));
        let upstream = SocketAddr::from((Ipv4Addr::LOCALHOST, upstream));
        let wire = Wire { upstream, way, after, passed: Arc::default(), reached: sender, cut: watched };
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let wire = wire.clone();
                // a connection that ends, ends for both
                tokio::spawn(async move { wire.pass(stream).await });
            }
        });
        Ok(Self { port, reached, cut, _runtime: runtime })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until so many bytes have gone.
    pub fn reached(&self) -> Result<()> {
        self.reached.recv_timeout(PATIENCE).context("so many bytes never came")
    }

    /// Ends the connections that are held; those after them pass.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }
}

impl Wire {
    async fn pass(self, hospital: TcpStream) -> Result<()> {
        let coordinator = TcpStream::connect(self.upstream).await?;
        let ((from_hospital, to_hospital), (from_coordinator, to_coordinator)) =
            (hospital.into_split(), coordinator.into_split());
        match self.way {
            Way::Up => tokio::select! {
                ended = self.count(from_hospital, to_coordinator) => ended,
                ended = all(from_coordinator, to_hospital) => ended,
            },
            Way::Down => tokio::select! {
                ended = all(from_hospital, to_coordinator) => ended,
                ended = self.count(from_coordinator, to_hospital) => ended,
            },
        }
    }

    async fn count(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> Result<()> {
        let (mut buffer, mut cut) = (vec![0; 1 << 14], self.cut.clone());
        loop {
            let length = from.read(&mut buffer).await?;
            if length == 0 {
                return Ok(to.shutdown().await?);
            }
            to.write_all(&buffer[..length]).await?;
            let passed = self.passed.fetch_add(length as u64, Ordering::SeqCst) + length as u64;
            if passed >= self.after && !*cut.borrow() {
                self.reached.send(()).context("a test that listens")?;
                cut.wait_for(|cut| *cut).await?;
                return Ok(());
            }
        }
    }
}

async fn all(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> Result<()> {
    tokio::io::copy(&mut from, &mut to).await?;
    Ok(to.shutdown().await?)
}
