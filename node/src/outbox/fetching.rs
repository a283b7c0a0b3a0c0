//! A question that is too long for one message: announced, fetched in chunks, on from where a connection was lost.
//!
//! Never: more than was announced, a chunk that was not, a question out of half its content. That the training log opens
//! this very question is checked as for every other. Spec: ADR-0020.

use consilium_proto::v1::consortium_client::ConsortiumClient;
use consilium_proto::v1::{Announced, Chunk, FetchRequest, Question as Wire};
use consilium_types::chunks::{Assembler, Listing};
use tonic::transport::Channel;

use super::received;
use crate::answering::Question;
use crate::errors::Fault;
use crate::link::fault_of;

/// Longest question.
const MOST_BYTES: u64 = 1 << 30;

/// A question on its way.
#[derive(Debug, Clone)]
pub(crate) struct Fetching {
    wire: Wire,
    assembler: Assembler,
    chunks: u32,
    text: Vec<u8>,
}

impl PartialEq for Fetching {
    /// The listing is in the message.
    fn eq(&self, other: &Self) -> bool {
        (&self.wire, &self.text) == (&other.wire, &other.text)
    }
}

impl Fetching {
    /// Of a question that came without its content.
    pub(super) fn new(wire: Wire, announced: &Announced) -> Result<Self, Fault> {
        let Announced { length, digests } = announced;
        if *length > MOST_BYTES || !wire.query.is_empty() {
            return Err(Fault::Answer(format!("a question of {length} bytes is announced")));
        }
        let listing = Listing::read(*length, digests)?;
        let chunks = listing.count();
        Ok(Self { wire, assembler: Assembler::new(listing, 0), chunks, text: Vec::new() })
    }

    /// Asks for what is missing; what came before a fault is kept.
    pub(super) async fn go_on(&mut self, client: &mut ConsortiumClient<Channel>) -> Result<(), Fault> {
        let (key, plan_hash, first) =
            (self.wire.key.clone(), self.wire.plan_hash.clone(), self.assembler.held());
        tracing::debug!(first, chunks = self.chunks, "fetching");
        let request = FetchRequest { key, plan_hash, first };
        let mut chunks = client.fetch(request).await.map_err(fault_of)?.into_inner();
        while !self.assembler.is_whole() {
            let Some(chunk) = chunks.message().await.map_err(fault_of)? else { break };
            self.take(&chunk)?;
        }
        Ok(())
    }

    fn take(&mut self, chunk: &Chunk) -> Result<(), Fault> {
        let Chunk { index, content } = chunk;
        if !self.assembler.take(*index, content)? {
            return Err(Fault::Answer(format!("chunk {index} of a question came twice")));
        }
        tracing::trace!(index, "fetched chunk");
        self.text.extend_from_slice(content);
        Ok(())
    }

    /// The question, once it is whole.
    pub(crate) fn question(self) -> Result<Question, Fault> {
        let (held, chunks) = (self.assembler.held(), self.chunks);
        if !self.assembler.is_whole() {
            return Err(Fault::Answer(format!("a question ended after {held} of {chunks} chunks")));
        }
        received::question(Wire { query: self.text, announced: None, ..self.wire })
    }
}

#[cfg(test)]
mod tests {
    use consilium_proto::v1::ExchangeKey;
    use consilium_types::chunks::CHUNK_BYTES;

    use super::*;

    /// A question with spaces, so that it has three chunks.
    fn wire() -> Wire {
        let mut query = br#"{"count":{"steps":3,"cells":3,"classes":[2]}}"#.to_vec();
        query.resize(2 * CHUNK_BYTES + 7, b' ');
        let key = Some(ExchangeKey { study: "s".to_owned(), attempt: 1, exchange: 3 });
        Wire { key, plan_hash: vec![7; 32], query, ..Wire::default() }
    }

    fn announced(wire: &Wire) -> Announced {
        let listing = Listing::of(&wire.query);
        Announced { length: listing.length(), digests: listing.digests() }
    }

    fn fetching(wire: &Wire) -> Fetching {
        Fetching::new(Wire { query: Vec::new(), ..wire.clone() }, &announced(wire)).unwrap()
    }

    fn chunks(wire: &Wire) -> Vec<Chunk> {
        let cut = wire.query.chunks(CHUNK_BYTES).zip(0..);
        cut.map(|(content, index)| Chunk { index, content: content.to_vec() }).collect()
    }

    fn code<T: std::fmt::Debug>(taken: Result<T, Fault>) -> &'static str {
        taken.unwrap_err().code()
    }

    #[test]
    fn in_chunks_it_is_the_question_that_it_is_in_one() {
        let wire = wire();
        let mut fetching = fetching(&wire);
        chunks(&wire).iter().for_each(|chunk| fetching.take(chunk).unwrap());
        assert_eq!(fetching.question().unwrap(), received::question(wire).unwrap());
    }

    #[test]
    fn what_was_not_announced_is_not_taken_and_the_rest_is() {
        let wire = wire();
        let (chunks, mut fetching) = (chunks(&wire), fetching(&wire));
        assert_eq!(code(fetching.take(&chunks[1])), "CNS-P-0602");
        fetching.take(&chunks[0]).unwrap();
        assert_eq!(code(fetching.take(&chunks[0])), "CNS-N-0204");
        let damaged = Chunk { index: 1, content: vec![0; CHUNK_BYTES] };
        assert_eq!(code(fetching.take(&damaged)), "CNS-P-0605");
        assert_eq!(code(fetching.clone().question()), "CNS-N-0204");
        chunks[1..].iter().for_each(|chunk| fetching.take(chunk).unwrap());
        assert_eq!(code(fetching.take(&Chunk { index: 3, content: vec![0] })), "CNS-P-0603");
        assert_eq!(fetching.question().unwrap(), received::question(wire).unwrap());
    }

    #[test]
    fn an_announcement_of_too_much_or_of_what_is_there_is_refused() {
        let wire = wire();
        assert_eq!(code(Fetching::new(wire.clone(), &announced(&wire))), "CNS-N-0204");
        let empty = Wire { query: Vec::new(), ..wire.clone() };
        let long = Announced { length: MOST_BYTES + 1, ..announced(&wire) };
        assert_eq!(code(Fetching::new(empty.clone(), &long)), "CNS-N-0204");
        let other = Announced { length: MOST_BYTES, ..announced(&wire) };
        assert_eq!(code(Fetching::new(empty, &other)), "CNS-P-0601");
    }
}
