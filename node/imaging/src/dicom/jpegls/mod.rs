//! JPEG-LS, lossless and near-lossless, one component.
//!
//! Ours because the only decoder dicom-rs knows is C++. Every table has a fixed size, every sample takes at least a
//! part of a bit that is there: a stream that ends is an error. Spec: ITU-T T.87 (1998), whose names are kept.

mod stream;

use stream::{Bits, Header, markers};

/// Run lengths grow by these powers of two.
const J: [u32; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const REGULAR: usize = 365;
const DEFAULT_RESET: i32 = 64;

/// A decoded plane.
pub(in crate::dicom) struct Plane {
    pub(in crate::dicom) columns: usize,
    pub(in crate::dicom) rows: usize,
    pub(in crate::dicom) samples: Vec<u16>,
}

/// Decodes a stream of at most `most` pixels.
pub(in crate::dicom) fn decode(stream: &[u8], most: usize) -> Result<Plane, String> {
    let (header, data) = markers(stream)?;
    let (columns, rows) = (header.columns, header.rows);
    if columns * rows > most || columns == 0 || rows == 0 || !(2..=16).contains(&header.precision) {
        return Err(format!("{columns} x {rows} pixels of {} bits", header.precision));
    }
    let mut scan = Scan::new(&header, Bits::new(data))?;
    let mut above = vec![0; columns + 2];
    let mut samples = Vec::with_capacity(columns * rows);
    for _ in 0..rows {
        let line = scan.line(&mut above)?;
        samples.extend(line[1..=columns].iter().map(|sample| u16::try_from(*sample).unwrap_or(0)));
        above = line;
    }
    Ok(Plane { columns, rows, samples })
}

/// A context's counters: A, B, C, N of T.87; B is Nn in the two run contexts.
#[derive(Clone, Copy)]
struct Context {
    a: i32,
    b: i32,
    c: i32,
    n: i32,
}

struct Scan<'a> {
    bits: Bits<'a>,
    near: i32,
    maximum: i32,
    thresholds: [i32; 3],
    reset: i32,
    range: i32,
    qbpp: u32,
    limit: u32,
    contexts: Vec<Context>,
    run_index: usize,
}

impl<'a> Scan<'a> {
    fn new(header: &Header, bits: Bits<'a>) -> Result<Self, String> {
        let [maximum, t1, t2, t3, reset] = header.preset;
        let largest = (1 << header.precision) - 1;
        let maximum = if maximum == 0 { largest } else { maximum };
        let near = header.near;
        if maximum > largest || near > maximum / 2 || (reset != 0 && reset < 3) {
            return Err("parameters out of range".to_owned());
        }
        let thresholds = thresholds(maximum, near);
        let range = (maximum + 2 * near) / (2 * near + 1) + 1;
        let bpp = bits_of(maximum + 1).max(2);
        let start = Context { a: ((range + 32) / 64).max(2), b: 0, c: 0, n: 1 };
        let or = |given: i32, default: i32| if given == 0 { default } else { given };
        Ok(Self {
            bits,
            near,
            maximum,
            thresholds: [or(t1, thresholds[0]), or(t2, thresholds[1]), or(t3, thresholds[2])],
            reset: or(reset, DEFAULT_RESET),
            range,
            qbpp: bits_of(range),
            limit: 2 * (bpp + bpp.max(8)),
            contexts: vec![start; REGULAR + 2],
            run_index: 0,
        })
    }

    /// One line, with a neighbour on either side as `above` has them.
    fn line(&mut self, above: &mut [i32]) -> Result<Vec<i32>, String> {
        let columns = above.len() - 2;
        above[columns + 1] = above[columns];
        let mut line = vec![0; columns + 2];
        line[0] = above[1];
        let mut x = 1;
        while x <= columns {
            let (ra, rb, rc, rd) = (line[x - 1], above[x], above[x - 1], above[x + 1]);
            let gradients = [rd - rb, rb - rc, rc - ra];
            if gradients.iter().any(|d| d.abs() > self.near) {
                line[x] = self.regular(gradients, ra, rb, rc)?;
                x += 1;
            } else {
                x = self.run(&mut line, above, x)?;
            }
        }
        Ok(line)
    }

    fn regular(&mut self, gradients: [i32; 3], ra: i32, rb: i32, rc: i32) -> Result<i32, String> {
        let [q1, q2, q3] = gradients.map(|d| self.quantised(d));
        let index = 81 * q1 + 9 * q2 + q3;
        let sign = if index < 0 { -1 } else { 1 };
        let context = index.unsigned_abs() as usize;
        let predicted = if rc >= ra.max(rb) {
            ra.min(rb)
        } else if rc <= ra.min(rb) {
            ra.max(rb)
        } else {
            ra + rb - rc
        };
        let Context { a, b, c, n } = self.contexts[context];
        let predicted = (predicted + sign * c).clamp(0, self.maximum);
        let k = golomb(n, a);
        let mapped = self.number(k, self.limit)?;
        let error = if self.near == 0 && k == 0 && 2 * b <= -n {
            if mapped % 2 == 1 { (mapped - 1) / 2 } else { -(mapped / 2) - 1 }
        } else if mapped % 2 == 0 {
            mapped / 2
        } else {
            -((mapped + 1) / 2)
        };
        self.learn(context, error);
        Ok(self.sample(predicted, sign * error))
    }

    fn learn(&mut self, context: usize, error: i32) {
        let near = self.near;
        let reset = self.reset;
        let Context { a, b, c, n } = &mut self.contexts[context];
        *b += error * (2 * near + 1);
        *a += error.abs();
        if *n == reset {
            (*a, *b, *n) = (*a >> 1, *b >> 1, *n >> 1);
        }
        *n += 1;
        if *b <= -*n {
            *b = (*b + *n).max(1 - *n);
            *c = (*c - 1).max(-128);
        } else if *b > 0 {
            *b = (*b - *n).min(0);
            *c = (*c + 1).min(127);
        }
    }

    /// A run of equal samples from `x` on, and the sample that ends it. Returns the next column.
    fn run(&mut self, line: &mut [i32], above: &[i32], x: usize) -> Result<usize, String> {
        let (columns, ra) = (line.len() - 2, line[x - 1]);
        let mut x = x;
        while self.bits.bit()? == 1 {
            let length = 1 << J[self.run_index];
            let end = (x + length).min(columns + 1);
            line[x..end].fill(ra);
            if end - x == length {
                self.run_index = (self.run_index + 1).min(31);
            }
            x = end;
            if x > columns {
                return Ok(x);
            }
        }
        let length = usize::try_from(self.bits.bits(J[self.run_index])?).unwrap_or(0);
        let end = x + length;
        if end > columns {
            return Err("a run leaves its line".to_owned());
        }
        line[x..end].fill(ra);
        line[end] = self.interruption(ra, above[end])?;
        self.run_index = self.run_index.saturating_sub(1);
        Ok(end + 1)
    }

    fn interruption(&mut self, ra: i32, rb: i32) -> Result<i32, String> {
        let kind = i32::from((ra - rb).abs() <= self.near);
        let index = REGULAR + usize::from(kind == 1);
        let Context { a, b: negatives, n, .. } = self.contexts[index];
        let k = golomb(n, if kind == 1 { a + (n >> 1) } else { a });
        let mapped = self.number(k, self.limit - J[self.run_index] - 1)?;
        let odd = (mapped + kind) & 1;
        let size = (mapped + kind + odd) / 2;
        let is_negative = (k != 0 || 2 * negatives >= n) == (odd == 1);
        let error = if is_negative { -size } else { size };
        let reset = self.reset;
        let context = &mut self.contexts[index];
        context.b += i32::from(error < 0);
        context.a += (mapped + 1 - kind) >> 1;
        if context.n == reset {
            (context.a, context.b, context.n) = (context.a >> 1, context.b >> 1, context.n >> 1);
        }
        context.n += 1;
        let (predicted, sign) = match (kind, ra > rb) {
            (1, _) => (ra, 1),
            (_, true) => (rb, -1),
            (_, false) => (rb, 1),
        };
        Ok(self.sample(predicted, sign * error))
    }

    /// A limited Golomb code.
    fn number(&mut self, k: u32, limit: u32) -> Result<i32, String> {
        let most = limit - self.qbpp - 1;
        let mut zeros = 0;
        while self.bits.bit()? == 0 {
            zeros += 1;
            if zeros > most {
                return Err("a code is too long".to_owned());
            }
        }
        if zeros < most {
            return Ok(zeros.cast_signed() << k | self.bits.bits(k)?);
        }
        Ok(self.bits.bits(self.qbpp)? + 1)
    }

    /// The sample that lies `error` steps from the predicted one.
    fn sample(&self, predicted: i32, error: i32) -> i32 {
        let step = 2 * self.near + 1;
        let sample = predicted.wrapping_add(error.wrapping_mul(step));
        let wrapped = if sample < -self.near {
            sample.wrapping_add(self.range * step)
        } else if sample > self.maximum + self.near {
            sample.wrapping_sub(self.range * step)
        } else {
            sample
        };
        wrapped.clamp(0, self.maximum)
    }

    fn quantised(&self, gradient: i32) -> i32 {
        let [t1, t2, t3] = self.thresholds;
        let size = gradient.abs();
        let level = if size <= self.near {
            0
        } else if size < t1 {
            1
        } else if size < t2 {
            2
        } else if size < t3 {
            3
        } else {
            4
        };
        level * gradient.signum()
    }
}

/// T.87 C.2.4.1.1.1.
fn thresholds(maximum: i32, near: i32) -> [i32; 3] {
    let clamp = |value: i32, least: i32| if value > maximum || value < least { least } else { value };
    let [a, b, c] = if maximum >= 128 {
        let factor = (maximum.min(4095) + 128) / 256;
        [factor + 2 + 3 * near, 4 * factor + 3 + 5 * near, 17 * factor + 4 + 7 * near]
    } else {
        let factor = 256 / (maximum + 1);
        [(3 / factor + 3 * near).max(2), (7 / factor + 5 * near).max(3), (21 / factor + 7 * near).max(4)]
    };
    let t1 = clamp(a, near + 1);
    let t2 = clamp(b, t1);
    [t1, t2, clamp(c, t2)]
}

/// The smallest `k` with `n * 2^k >= a`.
fn golomb(n: i32, a: i32) -> u32 {
    (0..24).find(|k| n << k >= a).unwrap_or(24)
}

/// Bits that hold `count` values.
fn bits_of(count: i32) -> u32 {
    (count - 1).max(1).ilog2() + 1
}
