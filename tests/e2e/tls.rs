//! What is negotiated when the programs meet: TLS 1.3 with a key exchange that a quantum computer does not open.

use std::sync::Arc;

use consilium_tests::{Consortium, Credentials, sites};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{
    ClientConfig, NamedGroup, ProtocolVersion, RootCertStore, ServerConfig, SupportedProtocolVersion,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::PROGRAM;

fn one() -> Consortium {
    Consortium::of(PROGRAM, &["east"], |data, site| sites::feature_table(data, site, 20)).unwrap()
}

fn certificates(pem: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect()
}

fn client(authority: &str, version: &'static SupportedProtocolVersion) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    certificates(authority).into_iter().for_each(|root| roots.add(root).unwrap());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsConnector::from(Arc::new(config))
}

fn server(credentials: &Credentials) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::from_pem_slice(credentials.key.as_bytes()).unwrap();
    let config = config.with_no_client_auth().with_single_cert(certificates(&credentials.certificate), key);
    let mut config = config.unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn the_coordinator_prefers_a_hybrid_exchange_and_refuses_older_tls() {
    let consortium = one();
    let authority = consortium.credentials("east").unwrap().authority;
    let connect = async |version| {
        let stream = TcpStream::connect(("127.0.0.1", consortium.port())).await.unwrap();
        client(&authority, version).connect("127.0.0.1".try_into().unwrap(), stream).await
    };
    let stream = connect(&rustls::version::TLS13).await.unwrap();
    let session = stream.get_ref().1;
    assert_eq!(session.negotiated_key_exchange_group().unwrap().name(), NamedGroup::X25519MLKEM768);
    assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    assert!(connect(&rustls::version::TLS12).await.is_err());
}

/// With the real server's key, and willing to speak anything.
#[tokio::test]
async fn the_node_prefers_a_hybrid_exchange_and_offers_nothing_older() {
    let mut consortium = one();
    let credentials = consortium.server_credentials().unwrap();
    let port = consortium.port();
    consortium.kill_server().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let node = consortium.start("east", &["run"]).unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let stream = server(&credentials).accept(stream).await.unwrap();
    let session = stream.get_ref().1;
    assert_eq!(session.negotiated_key_exchange_group().unwrap().name(), NamedGroup::X25519MLKEM768);
    assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    node.kill().unwrap();
}
