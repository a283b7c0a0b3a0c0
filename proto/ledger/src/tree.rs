//! A Merkle tree that grows to the right: roots and proofs of any size it has had.
//!
//! Only hashes of complete subtrees are kept; they never change. Spec: RFC 6962, section 2.1.

use consilium_types::Digest;

use crate::hash;

/// Hashes of all complete subtrees, by level; level 0 are the leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Adds an entry.
    pub fn append(&mut self, entry: &[u8]) {
        self.push(0, hash::leaf(entry));
    }

    fn push(&mut self, level: usize, hash: Digest) {
        if self.levels.len() == level {
            self.levels.push(Vec::new());
        }
        self.levels[level].push(hash);
        if let [.., left, right] = self.levels[level].as_slice()
            && self.levels[level].len().is_multiple_of(2)
        {
            let parent = hash::node(left, right);
            self.push(level + 1, parent);
        }
    }

    /// Hashes of a level, from the left.
    #[must_use]
    pub fn level(&self, level: usize) -> &[Digest] {
        self.levels.get(level).map_or(&[], Vec::as_slice)
    }

    /// The root it had at a size; nothing where it has never been so large.
    #[must_use]
    pub fn root(&self, size: u64) -> Option<Digest> {
        match size {
            0 => Some(hash::empty()),
            _ if size <= self.size() => Some(self.subtree(0, size)),
            _ => None,
        }
    }

    /// Proof that an entry is in the log at a size: `PATH(index, D[size])`.
    #[must_use]
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Digest>> {
        if index >= size || size > self.size() {
            return None;
        }
        let mut path = Vec::new();
        let (mut first, mut end) = (0, size);
        while end - first > 1 {
            let middle = first + split(end - first);
            let sibling = if index < middle { (middle, end) } else { (first, middle) };
            path.push(self.subtree(sibling.0, sibling.1));
            (first, end) = if index < middle { (first, middle) } else { (middle, end) };
        }
        path.reverse();
        Some(path)
    }

    /// Proof that the log at one size is a beginning of the log at another: `PROOF(old, D[new])`.
    #[must_use]
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Digest>> {
        if old == 0 || old > new || new > self.size() {
            return None;
        }
        let mut proof = Vec::new();
        let (mut first, mut end) = (0, new);
        while end != old {
            let middle = first + split(end - first);
            if old <= middle {
                proof.push(self.subtree(middle, end));
                end = middle;
            } else {
                proof.push(self.subtree(first, middle));
                first = middle;
            }
        }
        // the old tree itself is known to who asks
        if first > 0 {
            proof.push(self.subtree(first, end));
        }
        proof.reverse();
        Some(proof)
    }

    /// Root of the entries from `first` on, before `end`; `first` is a multiple of the power of two that covers them.
    fn subtree(&self, first: u64, end: u64) -> Digest {
        let size = end - first;
        if size.is_power_of_two() {
            let level = size.trailing_zeros();
            let place = usize::try_from(first >> level).expect("a tree in memory");
            return self.levels[level as usize][place];
        }
        let middle = first + split(size);
        hash::node(&self.subtree(first, middle), &self.subtree(middle, end))
    }
}

/// The largest power of two below a size of two or more.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}
