//! Slices to a stack: order along the normal, even spacing, no shear.
//!
//! DICOM counts towards left and posterior, [`Grid`] towards right and anterior; this file is where that is turned.
//! Never: a guess. Slices that do not make a straight grid are refused with what is wrong with them.

use super::fault::DicomFault;
use super::frames::{Placement, dot, minus};
use crate::Grid;

/// Slices closer than this are in one place, mm.
const SAME_PLACE: f64 = 1e-3;
/// Largest deviation of one gap from the mean, in parts of it: positions are rounded to 0.01 mm at worst.
const UNEVEN: f64 = 0.02;
/// Largest shift within the slices from first to last, in parts of the stack's height: the tangent of 0.1 degrees.
const SHEAR: f64 = 1.75e-3;
/// Largest difference of directions and spacings between slices.
const SAME_DIRECTION: f64 = 1e-3;

/// Slices in order.
pub(super) struct Stack {
    /// Index of each slice as it was given, from first to last along the normal.
    pub(super) order: Vec<usize>,
    pub(super) grid: Grid,
}

/// Orders slices of `size` columns and rows. `thickness` is the spacing of a single slice; `apart` says what tells two
/// slices in one place apart.
pub(super) fn stack(
    placements: &[Placement],
    size: [usize; 2],
    thickness: Option<f64>,
    apart: impl Fn(usize, usize) -> String,
) -> Result<Stack, DicomFault> {
    let first = placements[0];
    let normal = first.normal();
    for other in placements {
        same_plane(&first, other)?;
    }
    let height = |i: usize| dot(placements[i].position, normal);
    let mut order: Vec<usize> = (0..placements.len()).collect();
    order.sort_by(|a, b| height(*a).total_cmp(&height(*b)));
    let heights: Vec<f64> = order.iter().map(|i| height(*i)).collect();
    let spacing = match heights.as_slice() {
        [_] => thickness.ok_or_else(missing_thickness)?,
        heights => even(heights, |at| apart(order[at], order[at + 1]))?,
    };
    let lowest = placements[order[0]];
    straight(&lowest, &placements[order[order.len() - 1]], normal)?;
    let dims = [size[0], size[1], placements.len()];
    let grid = turned(&lowest, normal, dims, [lowest.spacing[0], lowest.spacing[1], spacing]);
    Ok(Stack { order, grid })
}

fn missing_thickness() -> DicomFault {
    super::values::missing(
        dicom_dictionary_std::tags::SLICE_THICKNESS,
        "a single slice needs it to have a volume; export the whole series",
    )
}

fn same_plane(first: &Placement, other: &Placement) -> Result<(), DicomFault> {
    let differ = |a: &[f64], b: &[f64]| a.iter().zip(b).any(|(a, b)| (a - b).abs() > SAME_DIRECTION);
    let mixed = |field, a: &[f64], b: &[f64]| {
        Err(DicomFault::Mixed { field, first: format!("{a:.4?}"), other: format!("{b:.4?}") })
    };
    for (a, b) in [(first.along_row, other.along_row), (first.along_column, other.along_column)] {
        if differ(&a, &b) {
            return mixed("orientation", &a, &b);
        }
    }
    if differ(&first.spacing, &other.spacing) {
        return mixed("pixel spacing", &first.spacing, &other.spacing);
    }
    Ok(())
}

/// The mean gap of ascending heights, if all are alike. `apart` tells a slice from the next.
fn even(heights: &[f64], apart: impl Fn(usize) -> String) -> Result<f64, DicomFault> {
    let gaps: Vec<f64> = heights.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let together = gaps.iter().filter(|gap| **gap < SAME_PLACE).count();
    if let Some(at) = gaps.iter().position(|gap| *gap < SAME_PLACE) {
        let example = format!("two at {:.2} mm", heights[at]);
        return Err(DicomFault::Duplicate { count: together, example, remedy: apart(at) });
    }
    let mut sorted = gaps.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    let off = |gap: &f64| (gap / median - 1.0).abs() > UNEVEN;
    let Some(at) = gaps.iter().position(off) else {
        return Ok(gaps.iter().sum::<f64>() / gaps.len() as f64);
    };
    let count = gaps.iter().filter(|gap| off(gap)).count();
    let why = format!(
        "{:.3} mm between the slices at {:.2} and {:.2} mm, {median:.3} mm elsewhere ({count} of {} gaps)",
        gaps[at],
        heights[at],
        heights[at + 1],
        gaps.len()
    );
    Err(DicomFault::Gap { why })
}

/// No shift within the slices from the first to the last.
fn straight(first: &Placement, last: &Placement, normal: [f64; 3]) -> Result<(), DicomFault> {
    let way = minus(last.position, first.position);
    let up = dot(way, normal);
    let aside = (dot(way, way) - up * up).max(0.0).sqrt();
    if aside <= SHEAR * up.abs() || aside <= SAME_PLACE {
        return Ok(());
    }
    Err(DicomFault::Tilt { degrees: libm::atan2(aside, up).to_degrees() })
}

/// The grid of a stack in the axes of [`Grid`].
fn turned(first: &Placement, normal: [f64; 3], dims: [usize; 3], spacing: [f64; 3]) -> Grid {
    let axes = [first.along_row, first.along_column, normal].map(to_world);
    let direction = std::array::from_fn(|i| std::array::from_fn(|j| axes[j][i]));
    Grid { dims, spacing, origin: to_world(first.position), direction }
}

/// A point or direction of DICOM in the axes of [`Grid`], and back.
pub(super) fn to_world(lps: [f64; 3]) -> [f64; 3] {
    [-lps[0], -lps[1], lps[2]]
}
