//! Hospitals' folders with invented patients, the same on every machine.
//!
//! A patient's values depend on the hospital's name and the patient's number alone. Never: a library's
//! generator, whose stream could change with its version.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// Radiomic columns of a feature table: the first two foretell a relapse, the fourth nearly repeats the first.
pub const FEATURES: [&str; 5] = ["volume", "entropy", "kurtosis", "surface", "contrast"];

/// Writes `clinical.csv` and `features.csv` for `patients` patients of the hospital `name`.
pub fn feature_table(folder: &Path, name: &str, patients: usize) -> Result<()> {
    let mut clinical = String::from("patient,age,sex,relapse,grade,mutation,days,died\n");
    let mut features = format!("patient,{}\n", FEATURES.join(","));
    for number in 0..patients {
        let patient = Patient::invent(name, number);
        let Patient { id, age, sex, relapse, grade, mutation, days, died, .. } = &patient;
        writeln!(clinical, "{id},{age},{sex},{relapse},{grade},{mutation},{days},{died}")?;
        let values: Vec<String> = patient.features.iter().map(f64::to_string).collect();
        writeln!(features, "{},{}", patient.id, values.join(","))?;
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join("clinical.csv"), clinical).context("clinical.csv")?;
    fs::write(folder.join("features.csv"), features).context("features.csv")
}

/// Writes `clinical.csv` and, for each patient, a PET image of 12 x 12 x 8 voxels with its mask.
pub fn images(folder: &Path, name: &str, patients: usize) -> Result<()> {
    let mut clinical = String::from("patient,age,sex,relapse\n");
    for number in 0..patients {
        let patient = Patient::invent(name, number);
        writeln!(clinical, "{},{},{},{}", patient.id, patient.age, patient.sex, patient.relapse)?;
        let images = folder.join("images").join(&patient.id);
        fs::create_dir_all(&images)?;
        fs::write(images.join("PET_image.nii"), patient.lesion(Part::Image))?;
        fs::write(images.join("PET_mask.nii"), patient.lesion(Part::Mask))?;
    }
    fs::write(folder.join("clinical.csv"), clinical).context("clinical.csv")
}

struct Patient {
    id: String,
    age: String,
    sex: char,
    relapse: &'static str,
    grade: &'static str,
    /// Not tested in every seventh patient.
    mutation: &'static str,
    days: u32,
    died: u8,
    features: [f64; 5],
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Image,
    Mask,
}

impl Patient {
    fn invent(hospital: &str, number: usize) -> Self {
        let mut draw = Draws::new(&format!("{hospital}/{number}"));
        let (volume, entropy, kurtosis) = (draw.bell(), draw.bell(), draw.bell());
        let features = [volume, entropy, kurtosis, volume + 0.1 * draw.bell(), draw.bell()];
        let risk = volume - entropy + draw.bell();
        // every ninth patient has no recorded age
        let age = if number % 9 == 4 { String::new() } else { format!("{:.0}", 80.0 + 30.0 * draw.bell()) };
        let sex = if draw.uniform() < 0.5 { 'F' } else { 'M' };
        let severity = risk + draw.bell();
        let mutation = if kurtosis + draw.bell() > 0.0 { "yes" } else { "no" };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of days below 2000"
        )]
        let days = (1_000.0 * (-risk.clamp(-1.5, 1.5) / 3.0).exp() * (0.05 + draw.uniform())) as u32;
        Self {
            id: format!("{hospital}-{number:03}"),
            age,
            sex,
            relapse: if risk > 0.0 { "yes" } else { "no" },
            grade: if severity < -0.8 {
                "low"
            } else if severity < 0.8 {
                "middle"
            } else {
                "high"
            },
            mutation: if number % 7 == 3 { "" } else { mutation },
            days,
            died: u8::from(draw.uniform() < 0.6),
            features,
        }
    }

    /// A NIfTI-1 file: a ball whose size and texture follow the patient's first two features.
    fn lesion(&self, part: Part) -> Vec<u8> {
        let [nx, ny, nz] = [12_i16, 12, 8];
        let radius = 2.5 + self.features[0].clamp(-1.5, 1.5) / 2.0;
        let mut draw = Draws::new(&self.id);
        let mut voxels = Vec::new();
        for (z, y, x) in grid(nz, ny, nx) {
            let offset = [f64::from(x) - 5.5, f64::from(y) - 5.5, f64::from(z) - 3.5];
            let inside = offset.iter().map(|d| d * d).sum::<f64>() <= radius * radius;
            let uptake = 1.0 + draw.uniform() * (2.0 + self.features[1].clamp(-1.5, 1.5));
            voxels.push(match (part, inside) {
                (Part::Image, true) => 4.0 + uptake,
                (Part::Image, false) => uptake,
                (Part::Mask, inside) => f64::from(u8::from(inside)),
            });
        }
        nifti([nx, ny, nz], 4.0, &voxels)
    }
}

fn grid(nz: i16, ny: i16, nx: i16) -> impl Iterator<Item = (i16, i16, i16)> {
    (0..nz).flat_map(move |z| (0..ny).flat_map(move |y| (0..nx).map(move |x| (z, y, x))))
}

/// A single-file NIfTI-1 volume of f32 voxels, `spacing` millimetres apart, x fastest.
/// Layout: <https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h>.
fn nifti(size: [i16; 3], spacing: f32, voxels: &[f64]) -> Vec<u8> {
    let mut header = vec![0_u8; 352];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &348_i32.to_le_bytes());
    for (axis, n) in [3, size[0], size[1], size[2], 1, 1, 1, 1].into_iter().enumerate() {
        put(40 + 2 * axis, &n.to_le_bytes());
    }
    put(70, &16_i16.to_le_bytes()); // datatype: f32
    put(72, &32_i16.to_le_bytes()); // bits a voxel
    for axis in 0..4 {
        put(76 + 4 * axis, &(if axis == 0 { 1.0 } else { spacing }).to_le_bytes());
    }
    put(108, &352.0_f32.to_le_bytes()); // offset of the voxels
    put(112, &1.0_f32.to_le_bytes()); // slope
    put(123, &[2]); // millimetres
    put(254, &1_i16.to_le_bytes()); // sform: scanner
    for axis in 0..3 {
        put(280 + 16 * axis + 4 * axis, &spacing.to_le_bytes());
    }
    put(344, b"n+1\0");
    #[expect(clippy::cast_possible_truncation, reason = "voxels are made to fit f32")]
    header.extend(voxels.iter().flat_map(|v| (*v as f32).to_le_bytes()));
    header
}

/// splitmix64 (Steele, Lea and Flood 2014), started from FNV-1a of a name.
struct Draws(u64);

impl Draws {
    fn new(name: &str) -> Self {
        let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, fnv))
    }

    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((b ^ (b >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Roughly standard normal: the sum of six uniform values, centred and scaled.
    fn bell(&mut self) -> f64 {
        ((0..6).map(|_| self.uniform()).sum::<f64>() - 3.0) * 2.0_f64.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hospital_is_the_same_every_time_and_has_both_classes() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name).join("clinical.csv")).unwrap();
        feature_table(&folder.path().join("a"), "north", 20).unwrap();
        feature_table(&folder.path().join("b"), "north", 20).unwrap();
        assert_eq!(read("a"), read("b"));
        assert!(read("a").contains(",yes,") && read("a").contains(",no,"));
        assert_eq!(read("a").lines().count(), 21);
    }
}
