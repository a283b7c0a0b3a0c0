//! What two sites share: a secret by X25519, from it the key under which shares are sealed and the seed of their mask.
//!
//! A public key that gives an all-zero secret is refused. A key seals one message only, so its nonce is zero.
//! Never: a key used for two purposes. Spec: RFC 7748 section 6.1, RFC 8439; docs/reference/secure-sums.md.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::context::{Context, Member};
use crate::fault::CryptoFault;
use crate::message::{Point, SEALED_BYTES};
use crate::secrets::key;

/// The shares of one dealer for one receiver: of its self-mask, then of its mask key.
pub(crate) type Pair = Zeroizing<[u8; 64]>;

/// Seals a pair of shares from `from` to `to`, whose public key is `theirs`.
pub(crate) fn seal(
    context: &Context,
    mine: &StaticSecret,
    (from, to, theirs): (Member, Member, &Point),
    shares: &Pair,
) -> Result<[u8; SEALED_BYTES], CryptoFault> {
    let cipher = cipher(context, &*agree(context, mine, to, theirs)?, from, to);
    let mut sealed = [0; SEALED_BYTES];
    let (text, tag) = sealed.split_at_mut(64);
    text.copy_from_slice(&**shares);
    let made = cipher
        .encrypt_inout_detached(&Nonce::default(), &associated(context, from, to), text.into())
        .expect("64 bytes are within the cipher's limit");
    tag.copy_from_slice(&made);
    Ok(sealed)
}

/// Opens what `from`, whose public key is `theirs`, sealed to `to`.
pub(crate) fn open(
    context: &Context,
    mine: &StaticSecret,
    (from, to, theirs): (Member, Member, &Point),
    sealed: &[u8; SEALED_BYTES],
) -> Result<Pair, CryptoFault> {
    let cipher = cipher(context, &*agree(context, mine, from, theirs)?, from, to);
    let (text, tag) = sealed.split_at(64);
    let mut shares = Zeroizing::new([0; 64]);
    shares.copy_from_slice(text);
    let tag = Tag::try_from(tag).expect("16 bytes follow the text");
    let opened = cipher.decrypt_inout_detached(
        &Nonce::default(),
        &associated(context, from, to),
        (&mut shares[..]).into(),
        &tag,
    );
    opened.map_err(|_| context.blame(from, CryptoFault::SealBroken))?;
    Ok(shares)
}

/// The seed of the mask that members `a` and `b` share; `theirs` is the public key of `peer`, one of them.
pub(crate) fn pair_seed(
    context: &Context,
    mine: &StaticSecret,
    (a, b): (Member, Member),
    (peer, theirs): (Member, &Point),
) -> Result<Zeroizing<[u8; 32]>, CryptoFault> {
    let secret = agree(context, mine, peer, theirs)?;
    Ok(key(context, &secret, &[b"pair".as_slice(), &[a.min(b).get(), a.max(b).get()]].concat()))
}

fn agree(
    context: &Context,
    mine: &StaticSecret,
    peer: Member,
    theirs: &Point,
) -> Result<Zeroizing<[u8; 32]>, CryptoFault> {
    let secret = mine.diffie_hellman(&PublicKey::from(*theirs.as_bytes()));
    if secret.was_contributory() {
        Ok(Zeroizing::new(secret.to_bytes()))
    } else {
        Err(context.blame(peer, CryptoFault::ZeroSecret))
    }
}

fn cipher(context: &Context, secret: &[u8; 32], from: Member, to: Member) -> ChaCha20Poly1305 {
    let key = key(context, secret, &[b"share".as_slice(), &[from.get(), to.get()]].concat());
    ChaCha20Poly1305::new((&*key).into())
}

fn associated(context: &Context, from: Member, to: Member) -> Vec<u8> {
    [context.hash().as_bytes().as_slice(), &[from.get(), to.get()]].concat()
}
