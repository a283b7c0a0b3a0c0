//! Bytes of messages: fixed fields in a fixed order, lists with their count, nothing left over.
//!
//! One value has one form, because forms are hashed and signed. Never: an allocation larger than the bytes at hand,
//! a panic on any bytes. Spec: docs/reference/secure-sums.md.

use consilium_types::Digest;

use crate::context::Member;
use crate::fault::CryptoFault;

/// What has a canonical form.
pub(crate) trait Wire: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault>;
}

/// What a list is ordered by.
pub(crate) trait Of {
    /// Whom the entry is about.
    fn member(&self) -> Member;

    /// The place in a list.
    fn order(&self) -> (u8, u8) {
        (self.member().get(), 0)
    }
}

/// Bytes that are still to be read.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], CryptoFault> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CryptoFault::Malformed("too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn end(self) -> Result<(), CryptoFault> {
        if self.0.is_empty() { Ok(()) } else { Err(CryptoFault::Malformed("bytes after the end")) }
    }
}

/// Reads a value that fills all bytes.
pub(crate) fn read<T: Wire>(bytes: &[u8]) -> Result<T, CryptoFault> {
    let mut reader = Reader::new(bytes);
    let value = T::get(&mut reader)?;
    reader.end()?;
    Ok(value)
}

pub(crate) fn written(value: &impl Wire) -> Vec<u8> {
    let mut out = Vec::new();
    value.put(&mut out);
    out
}

/// Writes a number that says which message follows, and the message.
pub(crate) fn put_tagged(tag: u8, message: &impl Wire, out: &mut Vec<u8>) {
    out.push(tag);
    message.put(out);
}

/// Writes a list of at most 255 entries.
pub(crate) fn put_list<T: Wire>(items: &[T], out: &mut Vec<u8>) {
    out.push(u8::try_from(items.len()).expect("a list has an entry a member at most"));
    items.iter().for_each(|item| item.put(out));
}

/// Reads a list whose entries ascend.
pub(crate) fn get_list<T: Wire + Of>(reader: &mut Reader<'_>) -> Result<Vec<T>, CryptoFault> {
    let count = u8::get(reader)?;
    let items: Vec<T> = (0..count).map(|_| T::get(reader)).collect::<Result<_, _>>()?;
    if ascends(&items) { Ok(items) } else { Err(CryptoFault::Malformed("a list out of order")) }
}

pub(crate) fn ascends<T: Of>(items: &[T]) -> bool {
    items.is_sorted_by(|a, b| a.order() < b.order())
}

impl Wire for u8 {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        Ok(reader.take(1)?[0])
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Wire for $integer {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
                <[u8; size_of::<Self>()]>::get(reader).map(Self::from_le_bytes)
            }
        }
    )*};
}
integers!(u32, u64);

impl<const N: usize> Wire for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        Ok(reader.take(N)?.try_into().expect("N bytes were taken"))
    }
}

impl Wire for Digest {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_bytes().put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        <[u8; 32]>::get(reader).map(Self::from)
    }
}

/// `Wire` of a struct: its fields in their order; a list is named after `..`.
macro_rules! wire {
    ($name:ident { $($field:ident),* $(; $(.. $list:ident),+)? $(; $last:ident)? }) => {
        impl $crate::codec::Wire for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
                $($($crate::codec::put_list(&self.$list, out);)+)?
                $(self.$last.put(out);)?
            }

            fn get(reader: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::CryptoFault> {
                Ok(Self {
                    $($field: $crate::codec::Wire::get(reader)?,)*
                    $($($list: $crate::codec::get_list(reader)?,)+)?
                    $($last: $crate::codec::Wire::get(reader)?,)?
                })
            }
        }
    };
}
pub(crate) use wire;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_may_be_missing_or_left_over() {
        assert_eq!(read::<u32>(&[1, 2, 0, 0]), Ok(513));
        assert_eq!(read::<u32>(&[1, 2, 0]), Err(CryptoFault::Malformed("too short")));
        assert_eq!(read::<u32>(&[1, 2, 0, 0, 0]), Err(CryptoFault::Malformed("bytes after the end")));
    }
}
