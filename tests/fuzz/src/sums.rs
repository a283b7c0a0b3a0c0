//! Messages of a secure sum.

use consilium_crypto::{Context, Opening, Request, SiteMessage};

pub(crate) fn context(bytes: &[u8]) -> bool {
    let Ok(context) = Context::from_bytes(bytes) else { return false };
    assert_eq!(context.to_bytes(), bytes);
    let _ = (context.hash(), context.threshold(), context.chunks());
    true
}

pub(crate) fn message(bytes: &[u8]) -> bool {
    let Ok(message) = SiteMessage::from_bytes(bytes) else { return false };
    assert_eq!(message.to_bytes(), bytes);
    true
}

pub(crate) fn request(bytes: &[u8]) -> bool {
    let Ok(request) = Request::from_bytes(bytes) else { return false };
    assert_eq!(request.to_bytes(), bytes);
    true
}

pub(crate) fn opening(bytes: &[u8]) -> bool {
    let Ok(opening) = Opening::from_bytes(bytes) else { return false };
    assert_eq!(opening.to_bytes(), bytes);
    true
}
