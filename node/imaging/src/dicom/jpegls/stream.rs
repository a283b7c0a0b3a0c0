//! The bytes of a JPEG-LS stream: marker segments, then bits.

/// What the markers say.
#[derive(Default)]
pub(super) struct Header {
    pub(super) precision: u32,
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) near: i32,
    /// MAXVAL, T1, T2, T3, RESET; 0 where the default holds.
    pub(super) preset: [i32; 5],
}

/// Walks over the segments up to the scan's data.
pub(super) fn markers(stream: &[u8]) -> Result<(Header, &[u8]), String> {
    let mut header = Header::default();
    let mut rest = stream.strip_prefix(&[0xff, 0xd8]).ok_or("no start of image")?;
    loop {
        let (marker, length) = match rest {
            [0xff, 0xff, ..] => {
                rest = &rest[1..];
                continue;
            }
            [0xff, marker, high, low, ..] => (*marker, usize::from(*high) << 8 | usize::from(*low)),
            _ => return Err("no start of scan".to_owned()),
        };
        // SPIFF's end carries a second start of image within its length
        let segment = rest.get(4..2 + length).ok_or("a segment is cut")?;
        let word = |at: usize| segment.get(at..at + 2).map_or(0, |w| i32::from(w[0]) << 8 | i32::from(w[1]));
        match marker {
            0xf7 => {
                header.precision = segment.first().copied().unwrap_or(0).into();
                header.rows = usize::try_from(word(1)).unwrap_or(0);
                header.columns = usize::try_from(word(3)).unwrap_or(0);
                if segment.get(5) != Some(&1) {
                    return Err("several components".to_owned());
                }
            }
            0xf8 if segment.first() == Some(&1) => header.preset = [1, 3, 5, 7, 9].map(word),
            0xf8 => return Err("a mapping table".to_owned()),
            0xda => {
                header.near = segment.get(3).copied().unwrap_or(0).into();
                return Ok((header, &rest[2 + length..]));
            }
            _ => {}
        }
        rest = &rest[2 + length..];
    }
}

/// Bits from the most significant on; a byte after 0xff gives seven.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, held: 0, count: 0 }
    }

    pub(super) fn bit(&mut self) -> Result<u32, String> {
        if self.count == 0 {
            let byte = *self.bytes.get(self.at).ok_or("the stream ends too early")?;
            let is_stuffed = self.at > 0 && self.bytes[self.at - 1] == 0xff;
            if is_stuffed && byte & 0x80 != 0 {
                return Err("the stream ends too early".to_owned());
            }
            (self.held, self.count) = (byte.into(), if is_stuffed { 7 } else { 8 });
            self.at += 1;
        }
        self.count -= 1;
        Ok(self.held >> self.count & 1)
    }

    pub(super) fn bits(&mut self, count: u32) -> Result<i32, String> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | self.bit()?.cast_signed();
        }
        Ok(value)
    }
}
