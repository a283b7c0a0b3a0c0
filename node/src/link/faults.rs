//! From what the transport says to what a person can act on.

use std::error::Error;

use tonic::{Code, Status};

use crate::errors::Fault;

/// Words of rustls when the other side has ended the handshake because of our certificate's time.
const ENDED: &str = "CertificateExpired";
/// Words of rustls when the other side's certificate is right, and its time is not.
const APART: [&str; 2] = ["certificate expired", "certificate not valid yet"];
/// Words of rustls when the other side is not who it should be.
const NOT_TRUSTED: [&str; 3] = ["invalid peer certificate", "UnknownIssuer", "certificate"];

/// A call that failed: refused by the coordinator, or never arrived.
#[expect(clippy::needless_pass_by_value, reason = "the form `map_err` wants")]
pub(crate) fn fault_of(status: Status) -> Fault {
    let why = status.source().map_or_else(|| status.message().to_owned(), chain);
    let address = "the coordinator".to_owned();
    let from_transport = status.source().is_some();
    // on a connection that is older than the end, the call is refused instead
    if (from_transport && why.contains(ENDED)) || status.code() == Code::Unauthenticated {
        return Fault::CertificateEnded;
    }
    if from_transport && APART.iter().any(|words| why.contains(words)) {
        return Fault::ClocksApart { why };
    }
    if from_transport && NOT_TRUSTED.iter().any(|words| why.contains(words)) {
        return Fault::NotTheCoordinator { address, why };
    }
    match status.code() {
        _ if from_transport => Fault::Unreachable { address, why },
        Code::Unavailable | Code::Cancelled | Code::DeadlineExceeded | Code::Unknown => {
            Fault::Unreachable { address, why }
        }
        code => Fault::Refused { message: status.message().to_owned(), for_good: is_for_good(code) },
    }
}

/// A wrong certificate does not become right by asking again; a coordinator that was restored does.
fn is_for_good(code: Code) -> bool {
    matches!(code, Code::PermissionDenied | Code::Unimplemented)
}

/// An error with its causes, each once.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let words = next.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = next.source();
    }
    text
}
