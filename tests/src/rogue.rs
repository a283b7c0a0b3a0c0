//! A site that does not follow the rules: speaks the wire format with an honest site's certificate.
//!
//! It is written on the generated client and on nothing of the node, so that no check of the node stands between a
//! test and the coordinator.

use std::fmt;

use anyhow::{Context as _, Result, bail};
use consilium_proto::v1::consortium_client::ConsortiumClient;
use consilium_proto::v1::next_reply::What;
use consilium_proto::v1::submit_request::Answer;
use consilium_proto::v1::{
    AnswerRequest, Chunk, ExchangeKey, FetchRequest, NextRequest, Question, StudiesRequest, SubmitRequest,
    UploadRequest, WitnessRequest,
};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tonic::Status;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

/// How often a question is asked for before the test fails; each poll waits up to [`POLL_MS`].
const POLLS: usize = 60;
/// Longest wait of one poll.
const POLL_MS: u32 = 1_000;
/// Larger than any message the coordinator accepts, so that the client's own limit is never the one that refuses.
const NO_LIMIT: usize = 1 << 31;

/// What a site proves itself with, in PEM.
#[derive(Clone)]
pub struct Credentials {
    /// The consortium's authority.
    pub authority: String,
    /// The site's certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl fmt::Debug for Credentials {
    /// Shows no key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// Polls that are open until this is dropped.
#[derive(Debug)]
pub struct Polls(JoinSet<Result<(), Status>>);

impl Polls {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A connection as one site.
#[derive(Debug)]
pub struct Rogue {
    runtime: Runtime,
    client: ConsortiumClient<Channel>,
}

impl Rogue {
    /// Connects to `127.0.0.1:port`, whose certificate must name `host`.
    pub fn connect(port: u16, host: &str, credentials: &Credentials) -> Result<Self> {
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(&credentials.authority))
            .identity(Identity::from_pem(&credentials.certificate, &credentials.key))
            .domain_name(host);
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let endpoint = Endpoint::from_shared(format!("https://127.0.0.1:{port}"))?.tls_config(tls)?;
        let channel = runtime.block_on(endpoint.connect()).context("the coordinator does not answer")?;
        let client = ConsortiumClient::new(channel).max_encoding_message_size(NO_LIMIT);
        Ok(Self { runtime, client })
    }

    /// The canonical plans offered to this site, by study.
    pub fn studies(&mut self) -> Result<Vec<(String, Vec<u8>)>, Status> {
        let reply = self.runtime.block_on(self.client.studies(StudiesRequest {}))?.into_inner();
        Ok(reply.studies.into_iter().map(|study| (study.study, study.plan)).collect())
    }

    /// Answers a plan, with whatever hash and schema.
    pub fn answer(&mut self, request: AnswerRequest) -> Result<(), Status> {
        self.runtime.block_on(self.client.answer(request)).map(|_| ())
    }

    /// Polls until a question comes.
    pub fn question(&mut self) -> Result<Question> {
        for _ in 0..POLLS {
            let request = NextRequest { wait_ms: POLL_MS, ended: Vec::new(), waiting: Vec::new() };
            match self.runtime.block_on(self.client.next(request))?.into_inner().what {
                Some(What::Question(question)) => return Ok(question),
                Some(What::Ended(ended)) => bail!("{} is {}: {}", ended.study, ended.state, ended.cause),
                Some(What::Nothing(_)) | None => {}
            }
        }
        bail!("no question came")
    }

    /// One poll, as long as the coordinator lets it last.
    pub fn poll(&mut self, wait_ms: u32) -> Result<Option<What>, Status> {
        let request = NextRequest { wait_ms, ended: Vec::new(), waiting: Vec::new() };
        Ok(self.runtime.block_on(self.client.next(request))?.into_inner().what)
    }

    /// Begins so many polls together; gives those that ended when `ended` of them have. The others stay open with what is given.
    pub fn polls(&mut self, polls: usize, ended: usize) -> Result<(Vec<Status>, Polls)> {
        self.runtime.block_on(async {
            let mut open = JoinSet::new();
            for _ in 0..polls {
                let mut client = self.client.clone();
                let request = NextRequest { wait_ms: u32::MAX, ended: Vec::new(), waiting: Vec::new() };
                open.spawn(async move { client.next(request).await.map(|_| ()) });
            }
            let mut refused = Vec::new();
            while refused.len() < ended {
                let poll = open.join_next().await.context("a poll")??;
                refused.push(poll.err().context("a poll was answered")?);
            }
            Ok((refused, Polls(open)))
        })
    }

    /// Hands in a cosignature; gives the checkpoint to cosign next, if there is one already.
    pub fn witness(&mut self, size: u64, cosignature: String) -> Result<String, Status> {
        let request = WitnessRequest { size, cosignature, wait_ms: 0 };
        Ok(self.runtime.block_on(self.client.witness(request))?.into_inner().checkpoint)
    }

    /// Hands in an answer to a question.
    pub fn submit(&mut self, question: &Question, answer: Answer) -> Result<(), Status> {
        self.submit_for(question.key.clone(), question.plan_hash.clone(), answer)
    }

    /// Sends whatever where words in chunks are expected; gives how many chunks are held.
    pub fn upload(&mut self, messages: Vec<UploadRequest>) -> Result<u32, Status> {
        let reply = self.runtime.block_on(self.client.upload(tokio_stream::iter(messages)))?;
        Ok(reply.into_inner().held)
    }

    /// Asks for a question's content from a chunk on.
    pub fn fetch(&mut self, request: FetchRequest) -> Result<Vec<Chunk>, Status> {
        self.runtime.block_on(async {
            let (mut chunks, mut stream) = (Vec::new(), self.client.fetch(request).await?.into_inner());
            while let Some(chunk) = stream.message().await? {
                chunks.push(chunk);
            }
            Ok(chunks)
        })
    }

    /// Hands in an answer under any key and hash.
    pub fn submit_for(
        &mut self,
        key: Option<ExchangeKey>,
        plan_hash: Vec<u8>,
        answer: Answer,
    ) -> Result<(), Status> {
        let request = SubmitRequest { key, plan_hash, answer: Some(answer) };
        self.runtime.block_on(self.client.submit(request)).map(|_| ())
    }
}
