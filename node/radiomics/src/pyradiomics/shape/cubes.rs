//! Volume and area of PyRadiomics' mesh, by marching cubes between voxel centres.
//!
//! All vertices lie half way between centres, so what a cube adds follows from its kind and its place: counting the kinds
//! replaces the mesh. PyRadiomics triangulates a cube and its complement alike, so its mesh is not always closed, and the
//! volume is the sum of tetrahedra that it computes, from the corner of the padded box. Never here: IBSI's mesh.
//! Specification: PyRadiomics 3.1.0, radiomics/src/cshape.c.

use super::super::region::Region;

type Vector = [f64; 3];

/// Triangles of the kinds of cube without the eighth corner, as edges in hexadecimal; the other kinds are turned over.
#[rustfmt::skip]
const TRIANGLES: [&str; 128] = [
    "", "083", "190", "183198", "12a", "08312a", "92a029", "2832a8a98", "b23", "b2008b", "190b23",
    "b2119b98b", "3a1ba3", "a1008a8ba", "9033b9ba9", "98aba8", "478", "043473", "190478", "194147173",
    "12a478", "34730412a", "92a902478", "2a9297273479", "478b23", "b47b24204", "190478b23", "47b94bb29192",
    "3a1ba3478", "ba114b10447b", "4789033b9ba9", "47b4b99ba", "954", "954083", "054015", "854835315",
    "12a954", "08312a954", "2a5542240", "2a5325354834", "954b23", "b2008b954", "054015b23", "215258b28548",
    "3a1ba3954", "549a1008a8ba", "54050ba5bb03", "548a58ba8", "789579", "309539357", "780017715", "157173",
    "78957912a", "12a309395357", "0288258572a5", "2a5253357", "579789b23", "579972209b27", "b23018178157",
    "21b17b157", "7895793a1ba3", "5705097b0a10ba0", "ba003ba50078570", "ba557b", "65a", "08365a", "19065a",
    "18319865a", "165126", "165126083", "965906026", "598582526832", "b2365a", "b2008b65a", "190b2365a",
    "b2119b98b65a", "63b653513", "08b0b50515b6", "63b036065059", "65969bb98", "47865a", "04347365a",
    "19047865a", "19414717365a", "478165126", "043473165126", "478965906026", "739479329596269",
    "b2347865a", "b47b2420465a", "190b2347865a", "47b94bb2919265a", "47863b653513", "51b5b610b47b04b",
    "47863b036065059", "65969b4797b9", "a4964a", "a4964a083", "01aa60640", "18316886461a", "149124264",
    "149124264083", "024426", "832824426", "b23a4964a", "b2008ba4964a", "b2301aa60640", "64161a148b2118b",
    "964369139b63", "18b081b61149641", "63b036640", "86468b", "67a78a89a", "67a0a709a073", "67a1a7178018",
    "67a1a7173", "126168189678", "269129679309739", "078706602", "273267", "b2367a78a89a",
    "207b2709767a9a7", "67a1a7178018b23", "b2117ba61167", "896678169b63136", "09167b", "07870603bb60",
    "67b",
];

/// Middles of a cube's edges along x, y and z, in half voxels.
const MIDDLES: [[u8; 3]; 12] = [
    [1, 0, 0],
    [2, 1, 0],
    [1, 2, 0],
    [0, 1, 0],
    [1, 0, 2],
    [2, 1, 2],
    [1, 2, 2],
    [0, 1, 2],
    [0, 0, 1],
    [2, 0, 1],
    [2, 2, 1],
    [0, 2, 1],
];

/// The cubes of one kind: how many, and the sums of their places along x, y and z.
#[derive(Clone, Copy, Default)]
struct Tally {
    cubes: u64,
    places: [u64; 3],
}

/// mm^3 and mm^2.
pub(super) fn volume_and_area(region: &Region) -> [f64; 2] {
    let (mut volume, mut area) = (0.0, 0.0);
    for (kind, tally) in tally(region).iter().enumerate().filter(|(_, tally)| tally.cubes > 0) {
        let share = Share::new(kind, region.spacing);
        let moved = (0..3).fold(0.0, |sum, axis| {
            sum + tally.places[axis] as f64 * region.spacing[axis] * share.normal[axis]
        });
        volume += tally.cubes as f64 * share.volume + moved;
        area += tally.cubes as f64 * share.area;
    }
    [volume / 6.0, area / 2.0]
}

/// What one cube of a kind adds: six times its tetrahedra from its own corner, twice its area, and how six times the
/// tetrahedra grow with the cube's distance from the box's corner.
#[derive(Default)]
struct Share {
    volume: f64,
    area: f64,
    normal: Vector,
}

impl Share {
    fn new(kind: usize, spacing: Vector) -> Self {
        // PyRadiomics' corners run from z to x, which turns the sign of a volume
        let (kind, sign) = if kind < 128 { (kind, -1.0) } else { (255 - kind, 1.0) };
        let point = |edge: &u8| -> Vector {
            let edge = char::from(*edge).to_digit(16).map_or(0, |digit| digit as usize);
            std::array::from_fn(|axis| f64::from(MIDDLES[edge][axis]) / 2.0 * spacing[axis])
        };
        let mut share = Self::default();
        for triangle in TRIANGLES[kind].as_bytes().chunks_exact(3) {
            let [a, b, c] = [0, 1, 2].map(|corner| point(&triangle[corner]));
            let normal = cross(sub(a, c), sub(b, c));
            share.volume += sign * dot(cross(a, b), c);
            share.area += dot(normal, normal).sqrt();
            (0..3).for_each(|axis| share.normal[axis] += sign * normal[axis]);
        }
        share
    }
}

/// Visits every cube of neighbouring centres, one layer outside the box included.
fn tally(region: &Region) -> Vec<Tally> {
    let [nx, ny, nz] = region.dims;
    let mut tallies = vec![Tally::default(); 256];
    let outside = vec![false; nx];
    let row = |j: usize, k: usize| {
        let is_in = (1..=ny).contains(&j) && (1..=nz).contains(&k);
        if is_in { &region.inside[((k - 1) * ny + j - 1) * nx..][..nx] } else { &outside[..] }
    };
    for (k, j) in (0..=nz).flat_map(|k| (0..=ny).map(move |j| (k, j))) {
        let rows = [row(j, k), row(j + 1, k), row(j, k + 1), row(j + 1, k + 1)];
        let mut before = 0_u8;
        for x in 0..=nx {
            let bit = |(r, row): (usize, &&[bool])| u8::from(row.get(x).copied().unwrap_or(false)) << r;
            let here = rows.iter().enumerate().map(bit).fold(0, |face, bit| face | bit);
            let tally = &mut tallies[kind(before, here)];
            tally.cubes += 1;
            [x, j, k].into_iter().zip(&mut tally.places).for_each(|(at, sum)| *sum += at as u64);
            before = here;
        }
    }
    tallies
}

/// PyRadiomics' number of a cube, from the corners at its lower and its upper x: bit 0 for y and z below, 1 for y above, 2 for z
/// above, 3 for both.
fn kind(lower: u8, upper: u8) -> usize {
    let bit = |face: u8, from: u8, to: u8| usize::from(face >> from & 1) << to;
    bit(lower, 0, 0)
        | bit(upper, 0, 1)
        | bit(upper, 1, 2)
        | bit(lower, 1, 3)
        | bit(lower, 2, 4)
        | bit(upper, 2, 5)
        | bit(upper, 3, 6)
        | bit(lower, 3, 7)
}

fn sub(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
