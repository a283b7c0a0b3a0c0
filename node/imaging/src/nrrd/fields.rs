//! The fields that say how many voxels there are, of which type, and where.
//!
//! The result lies in the axes of [`Grid`]: a space that counts to the left or the back is turned.

use super::header::Fields;
use crate::numbers::Number;
use crate::{Grid, ImagingError};

pub(super) fn number(name: &str) -> Option<Number> {
    Some(match name {
        "signed char" | "int8" | "int8_t" => Number::I8,
        "uchar" | "unsigned char" | "uint8" | "uint8_t" => Number::U8,
        "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => Number::I16,
        "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => Number::U16,
        "int" | "signed int" | "int32" | "int32_t" => Number::I32,
        "uint" | "unsigned int" | "uint32" | "uint32_t" => Number::U32,
        "longlong" | "long long" | "long long int" | "signed long long" | "int64" | "int64_t" => Number::I64,
        "ulonglong" | "unsigned long long" | "unsigned long long int" | "uint64" | "uint64_t" => Number::U64,
        "float" => Number::F32,
        "double" => Number::F64,
        _ => return None,
    })
}

/// Voxels along every axis, as the file has them.
pub(super) fn sizes(fields: &Fields<'_>) -> Result<Vec<usize>, ImagingError> {
    let text = fields.need("sizes")?;
    let sizes: Option<Vec<usize>> =
        text.split_whitespace().map(|n| n.parse().ok().filter(|n| *n > 0)).collect();
    let sizes = sizes.ok_or_else(|| fields.bad("sizes", format!("`{text}`; every axis needs a voxel")))?;
    let dimension = fields.need("dimension")?;
    if dimension.parse() != Ok(sizes.len()) {
        return Err(fields.bad("sizes", format!("{} of them for {dimension} axes", sizes.len())));
    }
    Ok(sizes)
}

/// The three axes that lie in space; another axis may have one entry only.
pub(super) fn grid(fields: &Fields<'_>, sizes: &[usize]) -> Result<Grid, ImagingError> {
    let steps = match fields.get("space directions") {
        Some(text) => directions(fields, text)?,
        None => spacings(fields, sizes.len())?,
    };
    if steps.len() != sizes.len() {
        return Err(
            fields.bad("space directions", format!("{} of them for {} axes", steps.len(), sizes.len()))
        );
    }
    let extra = sizes.iter().zip(&steps).find(|(n, step)| step.is_none() && **n > 1);
    if let Some((n, _)) = extra {
        return Err(fields.bad("sizes", format!("{n} values a voxel; write each to a file of its own")));
    }
    let in_space = sizes.iter().zip(steps).filter_map(|(n, step)| step.map(|step| (*n, step)));
    let axes: Vec<(usize, [f64; 3])> = in_space.collect();
    let axes: [(usize, [f64; 3]); 3] =
        axes.try_into().map_err(|_| fields.bad("sizes", "an image has 3 axes in space"))?;
    let sign = signs(fields)?;
    let origin = match fields.get("space origin") {
        Some(text) => vector(text).ok_or_else(|| fields.bad("space origin", format!("`{text}`")))?,
        None => [0.0; 3],
    };
    let turn = |v: [f64; 3]| std::array::from_fn(|i| sign[i] * v[i]);
    let grid = Grid::from_steps(axes.map(|(n, _)| n), axes.map(|(_, step)| turn(step)), turn(origin));
    grid.ok_or_else(|| {
        let why = "not three perpendicular axes of positive length; resample the image onto a straight grid";
        fields.bad("space directions", why)
    })
}

/// What turns the file's space into the axes of [`Grid`].
fn signs(fields: &Fields<'_>) -> Result<[f64; 3], ImagingError> {
    let Some(space) = fields.get("space") else {
        // without a space nothing is oriented; ITK reads such a file as LPS
        let is_oriented = fields.get("space directions").is_some();
        let why = "missing, but there are space directions; left-posterior-superior is usual";
        return if is_oriented { Err(fields.bad("space", why)) } else { Ok([1.0; 3]) };
    };
    Ok(match space.to_lowercase().as_str() {
        "left-posterior-superior" | "lps" => [-1.0, -1.0, 1.0],
        "right-anterior-superior" | "ras" => [1.0, 1.0, 1.0],
        "left-anterior-superior" | "las" => [-1.0, 1.0, 1.0],
        _ => return Err(fields.bad("space", format!("`{space}`; save as left-posterior-superior"))),
    })
}

/// One vector an axis, none for an axis that is not in space.
fn directions(fields: &Fields<'_>, text: &str) -> Result<Vec<Option<[f64; 3]>>, ImagingError> {
    let mut steps = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (step, behind) = if let Some(behind) = rest.strip_prefix("none") {
            (None, behind)
        } else {
            let end = rest.find(')').map_or(rest.len(), |at| at + 1);
            let step = vector(&rest[..end]);
            let why = || fields.bad("space directions", format!("`{}` is no vector", shown(rest)));
            (Some(step.ok_or_else(why)?), &rest[end..])
        };
        steps.push(step);
        rest = behind.trim_start();
    }
    Ok(steps)
}

/// Steps along the file's own axes.
fn spacings(fields: &Fields<'_>, axes: usize) -> Result<Vec<Option<[f64; 3]>>, ImagingError> {
    let text = fields.get("spacings").ok_or_else(|| {
        fields.bad("space directions", "missing, and so are spacings; the size of a voxel is unknown")
    })?;
    let spacings: Vec<Option<f64>> =
        text.split_whitespace().map(|mm| mm.parse().ok().filter(|mm: &f64| mm.is_finite())).collect();
    if axes > 3 || spacings.len() != axes {
        return Err(fields.bad("spacings", format!("{} of them for {axes} axes", spacings.len())));
    }
    let step = |(axis, mm): (usize, Option<f64>)| {
        let mut step = [0.0; 3];
        step[axis] = mm?;
        Some(step)
    };
    Ok(spacings.into_iter().enumerate().map(step).collect())
}

/// `(x,y,z)`.
fn vector(text: &str) -> Option<[f64; 3]> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    let number = |text: &str| text.trim().parse().ok().filter(|x: &f64| x.is_finite());
    let numbers: Vec<f64> = inner.split(',').map(number).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
