//! A coordinator that does not follow the rules: has the real one's key and asks what it should not.
//!
//! It is written on the generated server and on nothing of the coordinator.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use anyhow::{Context as _, Result};
use consilium_proto::v1::consortium_server::{Consortium, ConsortiumServer};
use consilium_proto::v1::next_reply::What;
use consilium_proto::v1::submit_request::Answer;
use consilium_proto::v1::{
    AnswerReply, AnswerRequest, Chunk, FetchRequest, NextReply, NextRequest, Question, RenewReply,
    RenewRequest, StudiesReply, StudiesRequest, SubmitReply, SubmitRequest, UploadReply, UploadRequest,
    WitnessReply, WitnessRequest,
};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codegen::BoxStream;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, Streaming};

use crate::rogue::Credentials;

/// After this long without an answer the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A lying coordinator on a port of its own choice; it stops when dropped.
#[derive(Debug)]
pub struct Impostor {
    answers: Receiver<Answer>,
    _runtime: Runtime,
}

impl Impostor {
    /// Listens on `address` with the coordinator's credentials and puts `question` to whoever polls.
    pub fn listen(address: SocketAddr, credentials: &Credentials, question: Question) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (sender, answers) = channel();
        let service = Script { question, sender: Mutex::new(sender) };
        let tls = ServerTlsConfig::new()
            .identity(Identity::from_pem(&credentials.certificate, &credentials.key))
            .client_ca_root(Certificate::from_pem(&credentials.authority));
        let listener = runtime.block_on(TcpListener::bind(address)).context("the impostor's port")?;
        let server = Server::builder().tls_config(tls)?.add_service(ConsortiumServer::new(service));
        runtime.spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        Ok(Self { answers, _runtime: runtime })
    }

    /// The next answer a site hands in.
    pub fn answer(&self) -> Result<Answer> {
        self.answers.recv_timeout(PATIENCE).context("no site answered")
    }
}

struct Script {
    question: Question,
    sender: Mutex<Sender<Answer>>,
}

#[tonic::async_trait]
impl Consortium for Script {
    type FetchStream = BoxStream<Chunk>;

    async fn studies(&self, _: Request<StudiesRequest>) -> Result<Response<StudiesReply>, Status> {
        Ok(Response::new(StudiesReply::default()))
    }

    async fn answer(&self, _: Request<AnswerRequest>) -> Result<Response<AnswerReply>, Status> {
        Ok(Response::new(AnswerReply {}))
    }

    async fn next(&self, _: Request<NextRequest>) -> Result<Response<NextReply>, Status> {
        let what = Some(What::Question(self.question.clone()));
        Ok(Response::new(NextReply { what, now_ms: 0 }))
    }

    async fn fetch(&self, _: Request<FetchRequest>) -> Result<Response<Self::FetchStream>, Status> {
        Err(Status::unimplemented("an impostor asks short questions"))
    }

    async fn submit(&self, request: Request<SubmitRequest>) -> Result<Response<SubmitReply>, Status> {
        let answer = request.into_inner().answer.ok_or_else(|| Status::invalid_argument("no answer"))?;
        // the test that listened may have ended
        let _ = self.sender.lock().map(|sender| sender.send(answer));
        Ok(Response::new(SubmitReply {}))
    }

    async fn upload(&self, _: Request<Streaming<UploadRequest>>) -> Result<Response<UploadReply>, Status> {
        Err(Status::unimplemented("an impostor takes short answers"))
    }

    async fn renew(&self, _: Request<RenewRequest>) -> Result<Response<RenewReply>, Status> {
        Err(Status::unimplemented("an impostor certifies nobody"))
    }

    async fn witness(&self, _: Request<WitnessRequest>) -> Result<Response<WitnessReply>, Status> {
        Err(Status::unimplemented("an impostor shows no log"))
    }
}
