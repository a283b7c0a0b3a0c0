//! Supervoxels: an image in pieces of like intensity and about the same size, which follow its edges.
//!
//! Never here: chance, or a contour. Specification: Achanta et al., "SLIC superpixels compared to state-of-the-art
//! superpixel methods", IEEE Trans Pattern Anal Mach Intell 34 (2012) 2274; distances in mm.

use rayon::prelude::*;

/// Rounds of assigning voxels and moving centres.
const ROUNDS: usize = 10;
/// Weight of distance against intensity, which is scaled to 0..1.
const COMPACTNESS: f64 = 0.05;
/// Of its expected size, the part below which a piece joins its neighbour.
const SMALLEST: f64 = 0.5;

/// A box of voxels, x fastest, with intensities scaled to 0..1.
pub(super) struct Field {
    pub(super) dims: [usize; 3],
    pub(super) spacing: [f64; 3],
    pub(super) values: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Centre {
    /// In voxels.
    at: [f64; 3],
    value: f64,
}

/// The supervoxel of each voxel, numbered from 0 without gaps; each is in one piece. `size` is in voxels.
pub(super) fn supervoxels(field: &Field, size: f64) -> Vec<u32> {
    let pitch = libm::cbrt(size * field.spacing.iter().product::<f64>());
    let mut centres = seeds(field, pitch);
    let mut labels = vec![0; field.values.len()];
    for _ in 0..ROUNDS {
        let new = assigned(field, &centres, &labels, pitch);
        if new == labels {
            break;
        }
        labels = new;
        moved(field, &mut centres, &labels);
    }
    connected(field, &labels, size * SMALLEST)
}

/// Centres on a regular lattice, `pitch` mm apart where the box has room.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the number of voxels")]
fn seeds(field: &Field, pitch: f64) -> Vec<Centre> {
    let along = |axis: usize| {
        let n = field.dims[axis];
        let count = ((n as f64 * field.spacing[axis] / pitch).round() as usize).clamp(1, n);
        (0..count).map(move |i| (i as f64 + 0.5) * n as f64 / count as f64 - 0.5).collect::<Vec<f64>>()
    };
    let [xs, ys, zs] = [along(0), along(1), along(2)];
    let nearest = |at: [f64; 3]| at.map(|at| at.round() as usize);
    let mut centres = Vec::with_capacity(xs.len() * ys.len() * zs.len());
    for z in &zs {
        for (y, x) in ys.iter().flat_map(|y| xs.iter().map(move |x| (y, x))) {
            let at = [*x, *y, *z];
            centres.push(Centre { at, value: field.values[index(field.dims, nearest(at))] });
        }
    }
    centres
}

fn index([nx, ny, nz]: [usize; 3], [x, y, z]: [usize; 3]) -> usize {
    (z.min(nz - 1) * ny + y.min(ny - 1)) * nx + x.min(nx - 1)
}

/// Each voxel goes to the nearest centre within twice the pitch, the first of equals.
fn assigned(field: &Field, centres: &[Centre], old: &[u32], pitch: f64) -> Vec<u32> {
    let plane = field.dims[0] * field.dims[1];
    let mut labels = old.to_vec();
    let slices = labels.par_chunks_mut(plane).zip(field.values.par_chunks(plane)).enumerate();
    slices.for_each_init(
        || vec![f64::INFINITY; plane],
        |nearest, (z, (labels, values))| {
            nearest.fill(f64::INFINITY);
            for (label, centre) in (0_u32..).zip(centres) {
                if reach(field, centre, 2, pitch).contains(&z) {
                    claim(field, (label, centre), z, pitch, values, labels, nearest);
                }
            }
        },
    );
    labels
}

/// Gives the voxels of a slice to a centre that is nearer than those before.
fn claim(
    field: &Field,
    (label, centre): (u32, &Centre),
    z: usize,
    pitch: f64,
    values: &[f64],
    labels: &mut [u32],
    nearest: &mut [f64],
) {
    let square = |axis: usize, at: usize| {
        let mm = (at as f64 - centre.at[axis]) * field.spacing[axis] / pitch;
        mm * mm
    };
    let [xs, ys] = [0, 1].map(|axis| reach(field, centre, axis, pitch));
    for y in ys {
        let across = square(1, y) + square(2, z);
        for pixel in y * field.dims[0] + xs.start..y * field.dims[0] + xs.end {
            let unlike = (values[pixel] - centre.value) / COMPACTNESS;
            let distance = unlike * unlike + across + square(0, pixel - y * field.dims[0]);
            if distance < nearest[pixel] {
                (nearest[pixel], labels[pixel]) = (distance, label);
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the box")]
fn reach(field: &Field, centre: &Centre, axis: usize, pitch: f64) -> std::ops::Range<usize> {
    let (n, half) = (field.dims[axis], 2.0 * pitch / field.spacing[axis]);
    let from = (centre.at[axis] - half).ceil().clamp(0.0, n as f64) as usize;
    let to = (centre.at[axis] + half).floor().clamp(0.0, n as f64 - 1.0) as usize;
    from..to + 1
}

/// Centres go to the middle of their voxels; one without voxels stays.
fn moved(field: &Field, centres: &mut [Centre], labels: &[u32]) {
    let [nx, ny, _] = field.dims;
    let mut sums = vec![[0.0; 5]; centres.len()];
    for (voxel, label) in labels.iter().enumerate() {
        let at = [voxel % nx, voxel / nx % ny, voxel / (nx * ny)].map(|n| n as f64);
        let terms = [at[0], at[1], at[2], field.values[voxel], 1.0];
        sums[*label as usize].iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    }
    for (centre, [x, y, z, value, n]) in centres.iter_mut().zip(sums).filter(|(_, sum)| sum[4] > 0.0) {
        *centre = Centre { at: [x / n, y / n, z / n], value: value / n };
    }
}

/// Every piece becomes a supervoxel of its own, or, when it is small, part of the piece most like it that it touches.
fn connected(field: &Field, labels: &[u32], smallest: f64) -> Vec<u32> {
    let (pieces, voxels) = pieces(field.dims, labels);
    let mean =
        |voxels: &Vec<usize>| voxels.iter().fold(0.0, |sum, i| sum + field.values[*i]) / voxels.len() as f64;
    let means: Vec<f64> = voxels.iter().map(mean).collect();
    let mut sizes: Vec<usize> = voxels.iter().map(Vec::len).collect();
    let mut group: Vec<u32> = (0_u32..).take(voxels.len()).collect();
    for (piece, inside) in voxels.iter().enumerate() {
        let own = root(&group, group[piece]);
        if sizes[own as usize] as f64 >= smallest {
            continue;
        }
        let touched = inside.iter().flat_map(|i| neighbours(field.dims, *i)).flatten().map(|i| pieces[i]);
        let others = touched.filter(|other| root(&group, *other) != own);
        let unlike = |other: &u32| (means[*other as usize] - means[piece]).abs();
        let best = others.min_by(|a, b| unlike(a).total_cmp(&unlike(b)).then(a.cmp(b)));
        if let Some(other) = best.map(|other| root(&group, other)) {
            sizes[other as usize] += sizes[own as usize];
            group[own as usize] = other;
        }
    }
    numbered(pieces.iter().map(|piece| root(&group, *piece)), voxels.len())
}

fn root(group: &[u32], mut of: u32) -> u32 {
    while group[of as usize] != of {
        of = group[of as usize];
    }
    of
}

/// New numbers without gaps, in the order of their first voxels.
fn numbered(labels: impl Iterator<Item = u32>, count: usize) -> Vec<u32> {
    let (mut new, mut next) = (vec![u32::MAX; count], 0);
    let mut number = |label: u32| {
        let number = &mut new[label as usize];
        if *number == u32::MAX {
            *number = next;
            next += 1;
        }
        *number
    };
    labels.map(&mut number).collect()
}

/// The connected piece of each voxel, and the voxels of each piece.
fn pieces(dims: [usize; 3], labels: &[u32]) -> (Vec<u32>, Vec<Vec<usize>>) {
    let (mut pieces, mut voxels) = (vec![u32::MAX; labels.len()], Vec::new());
    let mut number = 0..;
    for start in 0..labels.len() {
        if pieces[start] != u32::MAX {
            continue;
        }
        let number = number.next().expect("fewer than 2^32 pieces");
        pieces[start] = number;
        let (mut piece, mut done) = (vec![start], 0);
        while let Some(voxel) = piece.get(done).copied() {
            for other in neighbours(dims, voxel).into_iter().flatten() {
                if pieces[other] == u32::MAX && labels[other] == labels[start] {
                    pieces[other] = number;
                    piece.push(other);
                }
            }
            done += 1;
        }
        voxels.push(piece);
    }
    (pieces, voxels)
}

/// The voxels that share a face.
pub(super) fn neighbours([nx, ny, nz]: [usize; 3], voxel: usize) -> [Option<usize>; 6] {
    let [x, y, z] = [voxel % nx, voxel / nx % ny, voxel / (nx * ny)];
    [
        (x > 0).then(|| voxel - 1),
        (x + 1 < nx).then(|| voxel + 1),
        (y > 0).then(|| voxel - nx),
        (y + 1 < ny).then(|| voxel + nx),
        (z > 0).then(|| voxel - nx * ny),
        (z + 1 < nz).then(|| voxel + nx * ny),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two halves of different intensity, with a little noise.
    fn halves(edge: usize) -> Field {
        let dims = [24, 20, 10];
        let value = |i: usize| if i % 24 < edge { 0.2 } else { 0.8 } + ((i * 7919) % 11) as f64 * 1e-3;
        Field { dims, spacing: [1.0, 1.0, 2.0], values: (0..24 * 20 * 10).map(value).collect() }
    }

    fn sizes(labels: &[u32]) -> Vec<usize> {
        let count = *labels.iter().max().unwrap() as usize + 1;
        let mut sizes = vec![0; count];
        labels.iter().for_each(|label| sizes[*label as usize] += 1);
        sizes
    }

    #[test]
    fn supervoxels_follow_an_edge() {
        for edge in [5, 9, 13] {
            let labels = supervoxels(&halves(edge), 60.0);
            let mut sides = vec![[0_usize; 2]; sizes(&labels).len()];
            labels.iter().enumerate().for_each(|(i, l)| sides[*l as usize][usize::from(i % 24 < edge)] += 1);
            let across: usize = sides.iter().map(|[a, b]| a.min(b)).sum();
            assert!(across < 24, "{across} of 4800 voxels lie on the wrong side of the edge at {edge}");
        }
    }

    #[test]
    fn supervoxels_are_in_one_piece_and_of_about_the_size() {
        let field = halves(9);
        let labels = supervoxels(&field, 60.0);
        let sizes = sizes(&labels);
        assert!(sizes.iter().all(|n| *n >= 30), "{sizes:?}");
        assert!((40..=160).contains(&sizes.len()), "{}", sizes.len());
        assert_eq!(pieces(field.dims, &labels).1.len(), sizes.len());
    }

    #[test]
    fn a_flat_field_gives_a_lattice() {
        let field = Field { dims: [12, 12, 12], spacing: [1.0; 3], values: vec![0.5; 1728] };
        let sizes = sizes(&supervoxels(&field, 64.0));
        assert_eq!(sizes, vec![64; 27]);
    }

    #[test]
    fn a_single_slice_works() {
        let field = Field { dims: [30, 20, 1], spacing: [1.0, 1.0, 5.0], values: vec![0.5; 600] };
        assert!(sizes(&supervoxels(&field, 20.0)).len() > 3);
    }
}
