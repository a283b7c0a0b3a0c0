//! Parquet: the same table in columns.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use consilium_types::plan::TableColumns;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};

use super::clinical::PATIENT;
use super::table::{Raw, choose};
use super::{DataFault, Patient};

/// Reads the columns a plan asks for.
pub(super) fn read(file: &Path, wanted: &TableColumns) -> Result<Raw, DataFault> {
    let unreadable = |why: String| DataFault::Unreadable { file: file.to_owned(), why };
    let opened = File::open(file).map_err(|e| unreadable(e.to_string()))?;
    // the decoder has assertions about what a file says; a damaged file must end in a message like any other
    let read = catch_unwind(AssertUnwindSafe(|| rows(file, opened, wanted)));
    read.unwrap_or_else(|_| Err(unreadable("not a valid Parquet file".to_owned())))
}

fn rows(file: &Path, opened: File, wanted: &TableColumns) -> Result<Raw, DataFault> {
    let damaged = |e: ParquetError| DataFault::Unreadable { file: file.to_owned(), why: e.to_string() };
    let reader = SerializedFileReader::new(opened).map_err(damaged)?;
    let schema = reader.metadata().file_metadata().schema();
    let present: Vec<String> = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
    let columns = choose(file, &present, wanted)?;
    let mut rows = Vec::new();
    for (number, row) in reader.get_row_iter(None).map_err(damaged)?.enumerate() {
        let number = number as u64 + 1;
        rows.push(read_row(file, number, &row.map_err(damaged)?, &columns)?);
    }
    Ok(Raw { columns, rows })
}

fn read_row(
    file: &Path,
    number: u64,
    row: &Row,
    columns: &[String],
) -> Result<(Patient, u64, Vec<f64>), DataFault> {
    let field =
        |name: &str| row.get_column_iter().find(|(column, _)| *column == name).map(|(_, field)| field);
    let patient = field(PATIENT).and_then(text).ok_or_else(|| DataFault::NotATable {
        file: file.to_owned(),
        line: number,
        why: "the patient is neither text nor a whole number; write the hospital's pseudonym".to_owned(),
    })?;
    let value = |name: &String| {
        field(name).and_then(value).ok_or_else(|| DataFault::NotANumber {
            file: file.to_owned(),
            line: number,
            column: name.clone(),
        })
    };
    Ok((Patient::new(&patient), number, columns.iter().map(value).collect::<Result<_, _>>()?))
}

fn text(field: &Field) -> Option<String> {
    match field {
        Field::Str(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_) => Some(field.to_string()),
        _ => None,
    }
}

/// A finite number, or NaN for null and NaN.
fn value(field: &Field) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "features beyond 2^53 are not whole numbers")]
    let number = match field {
        Field::Null => f64::NAN,
        Field::Bool(truth) => f64::from(u8::from(*truth)),
        Field::Byte(n) => f64::from(*n),
        Field::Short(n) => f64::from(*n),
        Field::Int(n) => f64::from(*n),
        Field::Long(n) => *n as f64,
        Field::UByte(n) => f64::from(*n),
        Field::UShort(n) => f64::from(*n),
        Field::UInt(n) => f64::from(*n),
        Field::ULong(n) => *n as f64,
        Field::Float(x) => f64::from(*x),
        Field::Double(x) => *x,
        _ => return None,
    };
    (!number.is_infinite()).then_some(number)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    fn written(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("features.parquet");
        let message = "message t { REQUIRED BYTE_ARRAY patient (UTF8); OPTIONAL DOUBLE volume; }";
        let schema = Arc::new(parse_message_type(message).unwrap());
        let file = File::create(&path).unwrap();
        let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let patients = ["P1", "P2"].map(ByteArray::from);
        column.typed::<ByteArrayType>().write_batch(&patients, None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<DoubleType>().write_batch(&[4.5], Some(&[1, 0]), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        path
    }

    #[test]
    fn a_parquet_table_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let raw = read(&written(folder.path()), &TableColumns::All).unwrap();
        assert_eq!(raw.columns, ["volume"]);
        assert_eq!(raw.rows[0].2, [4.5]);
        assert!(raw.rows[1].2[0].is_nan());
    }

    #[test]
    fn a_damaged_parquet_table_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let whole = std::fs::read(&path).unwrap();
        for cut in [0, 7, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let refused = read(&path, &TableColumns::All).err().map(|fault| fault.code());
            assert_eq!(refused, Some("CNS-D-0301"), "cut at {cut}");
        }
    }
}
