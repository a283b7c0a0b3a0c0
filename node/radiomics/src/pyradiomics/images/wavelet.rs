//! The undecimated wavelet decomposition, level by level with the same taps, on the image continued periodically.
//!
//! Only the box of the mask and what its taps reach is computed. Sums run in `PyWavelets`' order, in 32 bits for a
//! 32-bit image, so that the voxels are the same bits.
//! Never here: tap values. Specification: PyRadiomics 3.1.0, `_swt3` (an axis of odd length is lengthened by its first
//! voxel; no dilation between levels); `PyWavelets` 1.9, `downsampling_convolution_periodization`.

use std::f64::consts::SQRT_2;

use super::real::Real;
use super::{Pixel, Source, Visit};
use crate::Error;
use crate::filters::Taps;

/// What to decompose and how far.
#[derive(Debug)]
pub(super) struct Plan {
    low: Vec<f64>,
    high: Vec<f64>,
    coiflet: bool,
    start_level: usize,
    level: usize,
    axes: Vec<usize>,
}

impl Plan {
    pub(super) fn new(
        wavelet: &str,
        start_level: usize,
        level: usize,
        flat: Option<usize>,
    ) -> Result<Self, Error> {
        let refuse = |reason| Err(Error::Settings { reason });
        let Taps { dec_lo: low, dec_hi: high } = Taps::of(wavelet)?;
        if level == 0 || start_level.saturating_add(level) > 16 {
            return refuse("level: at least 1, and at most 16 together with start_level");
        }
        if flat.is_some_and(|axis| axis > 2) {
            return refuse("force2Ddimension: 0, 1 or 2");
        }
        let axes = (0..3).filter(|axis| flat != Some(2 - axis)).collect();
        Ok(Self { low, high, coiflet: wavelet.starts_with("coif"), start_level, level, axes })
    }

    /// The taps in a precision, as `PyWavelets` has them there: a coiflet's are scaled after they are rounded.
    fn bank<T: Real>(&self) -> [Vec<T>; 2] {
        let tap = |tap: &f64| {
            if self.coiflet && T::RESOLUTION > f64::RESOLUTION {
                T::of(tap / SQRT_2) * T::of(SQRT_2)
            } else {
                T::of(*tap)
            }
        };
        [&self.low, &self.high].map(|taps| taps.iter().map(tap).collect())
    }

    fn levels(&self) -> usize {
        self.start_level + self.level
    }

    /// What each level reads, and last what comes out.
    fn spans(&self, source: Source<'_>) -> Vec<[Span; 3]> {
        let dims = source.image.grid().dims;
        let out: [Span; 3] = std::array::from_fn(|axis| Span {
            start: source.window.start[axis],
            len: source.window.dims[axis],
            period: dims[axis].next_multiple_of(2),
        });
        let wider = |spans: &[Span; 3]| {
            std::array::from_fn(|axis| {
                if self.axes.contains(&axis) { spans[axis].reached(self.low.len()) } else { spans[axis] }
            })
        };
        let mut spans: Vec<_> =
            std::iter::successors(Some(out), |spans| Some(wider(spans))).take(self.levels() + 1).collect();
        spans.reverse();
        spans
    }
}

/// Calls `visit` with the details of each level asked for, then with the approximation.
pub(super) fn each<E: From<Error>>(source: Source<'_>, plan: &Plan, visit: Visit<'_, E>) -> Result<(), E> {
    if source.pixel == Pixel::Single {
        decompose::<f32, E>(source, plan, visit)
    } else {
        decompose::<f64, E>(source, plan, visit)
    }
}

fn decompose<T: Real, E>(source: Source<'_>, plan: &Plan, visit: Visit<'_, E>) -> Result<(), E> {
    let bank = plan.bank::<T>();
    let spans = plan.spans(source);
    let out = spans[plan.levels()];
    let mut show = |level: usize, name: &str, block: &Block<T>| {
        let level = if level == 1 { String::new() } else { level.to_string() };
        let voxels = block.voxels.iter().map(|x| (*x).into()).collect();
        visit(&format!("wavelet{level}-{name}"), &source.window.volume(source.image.grid(), voxels))
    };
    let mut data = Block::read(source, spans[0]);
    for level in 0..plan.levels() {
        if level >= plan.start_level {
            let mut show = |name: &str, block: &Block<T>| show(level + 1 - plan.start_level, name, block);
            details(&data, &plan.axes, &out, &bank, "", &mut show)?;
        }
        for axis in &plan.axes {
            data = data.filtered(*axis, spans[level + 1][*axis], &bank[0]);
        }
    }
    show(plan.level, &"L".repeat(plan.axes.len()), &data)
}

/// Receives a subband's name and voxels.
type Show<'a, T, E> = &'a mut dyn FnMut(&str, &Block<T>) -> Result<(), E>;

/// All combinations of low and high pass along the axes but the first, which is low pass throughout.
fn details<T: Real, E>(
    block: &Block<T>,
    axes: &[usize],
    out: &[Span; 3],
    bank: &[Vec<T>; 2],
    name: &str,
    show: Show<'_, T, E>,
) -> Result<(), E> {
    let Some((axis, rest)) = axes.split_first() else { return show(name, block) };
    for (letter, taps) in ["L", "H"].into_iter().zip(bank) {
        let name = format!("{name}{letter}");
        if rest.is_empty() && !name.contains('H') {
            continue;
        }
        details(&block.filtered(*axis, out[*axis], taps), rest, out, bank, &name, show)?;
    }
    Ok(())
}

/// Samples of a periodic axis: `len` from `start` on, which may run over the end.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    len: usize,
    period: usize,
}

impl Span {
    /// What `taps` taps read to compute this.
    fn reached(self, taps: usize) -> Self {
        let len = self.len + taps - 1;
        if len >= self.period {
            return Self { start: 0, len: self.period, ..self };
        }
        Self { start: (self.start + self.period + 1 - taps / 2) % self.period, len, ..self }
    }

    fn positions(self) -> impl Iterator<Item = usize> {
        (self.start..self.start + self.len).map(move |at| at % self.period)
    }

    /// Where a position is stored.
    fn offset(self, position: usize) -> usize {
        (position + self.period - self.start) % self.period
    }
}

/// The part of the periodic image that a level reads or makes, x fastest.
struct Block<T> {
    spans: [Span; 3],
    voxels: Vec<T>,
}

impl<T: Real> Block<T> {
    fn read(source: Source<'_>, spans: [Span; 3]) -> Self {
        let [nx, ny, nz] = source.image.grid().dims;
        // the sample that lengthens an odd axis is the first one again
        let [xs, ys, zs] = [0, 1, 2].map(|axis| {
            let n = [nx, ny, nz][axis];
            spans[axis].positions().map(|at| at % n).collect::<Vec<_>>()
        });
        let mut voxels = Vec::with_capacity(xs.len() * ys.len() * zs.len());
        for row in zs.iter().flat_map(|z| ys.iter().map(move |y| (z * ny + y) * nx)) {
            voxels.extend(xs.iter().map(|x| T::of(source.image.voxels()[row + x])));
        }
        Self { spans, voxels }
    }

    /// Correlates one axis with the reversed taps, for the samples of `out`.
    fn filtered(&self, axis: usize, out: Span, taps: &[T]) -> Self {
        let from = self.spans[axis];
        let sums: Vec<Vec<(T, usize)>> = out
            .positions()
            .map(|at| terms(at, from.period, taps.len()))
            .map(|terms| terms.map(|(tap, position)| (taps[tap], from.offset(position))).collect())
            .collect();
        let mut spans = self.spans;
        spans[axis] = out;
        let inner: usize = spans[..axis].iter().map(|span| span.len).product();
        let mut voxels = vec![T::default(); spans.iter().map(|span| span.len).product()];
        let slabs = self.voxels.chunks_exact(inner * from.len).zip(voxels.chunks_exact_mut(inner * out.len));
        for (slab, made) in slabs {
            for (line, sum) in made.chunks_exact_mut(inner).zip(&sums) {
                accumulate(line, slab, sum);
            }
        }
        Self { spans, voxels }
    }
}

fn accumulate<T: Real>(line: &mut [T], slab: &[T], sum: &[(T, usize)]) {
    if let [single] = line {
        for (tap, at) in sum {
            *single += *tap * slab[*at];
        }
        return;
    }
    for (tap, at) in sum {
        let read = &slab[at * line.len()..(at + 1) * line.len()];
        for (to, from) in line.iter_mut().zip(read) {
            *to += *tap * *from;
        }
    }
}

/// Tap and sample of each product of one output sample, in `PyWavelets`' order of summation.
fn terms(at: usize, period: usize, taps: usize) -> impl Iterator<Item = (usize, usize)> {
    let last = at + taps / 2;
    // products past the end come first, taps descending
    let past = (last + 1).saturating_sub(period).min(taps);
    let wrapped = (0..past).map(move |k| (past - 1 - k, k % period));
    let straight = (past..taps.min(last + 1)).map(move |tap| (tap, last - tap));
    let before = (last + 1..taps).map(move |tap| (tap, period - 1 - (tap - last - 1) % period));
    wrapped.chain(straight).chain(before)
}
