//! Parquet: texts as UTF-8, values as doubles, undefined ones null; how it was made is in the key-value metadata.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::csv_file::partial;
use super::{Layout, Row, Writer};
use crate::cli::Fault;

/// Values of one row group at most: with all columns, some 16 MiB.
const GROUP: usize = 1 << 21;

pub(super) struct Parquet {
    file: PathBuf,
    beside: PathBuf,
    layout: Layout,
    to: SerializedFileWriter<File>,
    /// Columns of the row group that is being filled.
    texts: Vec<Vec<ByteArray>>,
    values: Vec<Vec<Option<f64>>>,
}

impl Parquet {
    pub(super) fn new(file: &Path, layout: &Layout) -> Result<Self, Fault> {
        let beside = partial(file);
        let made = File::create(&beside).map_err(Fault::file(file, "writing"))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(layout.made.extractor.clone())
            .set_key_value_metadata(Some(metadata(layout)))
            .build();
        let to =
            schema(layout).and_then(|schema| SerializedFileWriter::new(made, schema, Arc::new(properties)));
        let to = to.map_err(failed(file))?;
        let texts = vec![Vec::new(); layout.names().count() - layout.features.len()];
        let values = vec![Vec::new(); layout.features.len()];
        Ok(Self { file: file.to_owned(), beside, layout: layout.clone(), to, texts, values })
    }

    /// Writes the rows that are held.
    fn flush(&mut self) -> Result<(), ParquetError> {
        let mut group = self.to.next_row_group()?;
        for texts in &mut self.texts {
            let mut column =
                group.next_column()?.ok_or_else(|| ParquetError::General("no column".to_owned()))?;
            column.typed::<ByteArrayType>().write_batch(texts, None, None)?;
            column.close()?;
            texts.clear();
        }
        for values in &mut self.values {
            let mut column =
                group.next_column()?.ok_or_else(|| ParquetError::General("no column".to_owned()))?;
            let defined: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
            let present: Vec<f64> = values.drain(..).flatten().collect();
            column.typed::<DoubleType>().write_batch(&present, Some(&defined), None)?;
            column.close()?;
        }
        group.close().map(|_| ())
    }
}

impl Writer for Parquet {
    fn row(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        for (column, text) in self.texts.iter_mut().zip(self.layout.texts(row)) {
            column.push(ByteArray::from(text.as_ref()));
        }
        for (column, value) in self.values.iter_mut().zip(row.values) {
            column.push(*value);
        }
        let rows = self.texts[0].len();
        if rows * (self.texts.len() + self.values.len()) < GROUP {
            return Ok(());
        }
        self.flush().map_err(failed(&self.file))
    }

    fn finish(mut self: Box<Self>) -> Result<(), Fault> {
        if !self.texts[0].is_empty() {
            self.flush().map_err(failed(&self.file))?;
        }
        let Self { file, beside, to, .. } = *self;
        let made = to.into_inner().map_err(failed(&file))?;
        made.sync_all().and_then(|()| fs::rename(&beside, &file)).map_err(Fault::file(&file, "writing"))
    }
}

fn schema(layout: &Layout) -> Result<Arc<Type>, ParquetError> {
    let features = layout.features.len();
    let texts = layout.names().count() - features;
    let column = |(at, name): (usize, &str)| {
        let column = if at < texts {
            Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
                .with_repetition(Repetition::REQUIRED)
                .with_converted_type(ConvertedType::UTF8)
        } else {
            Type::primitive_type_builder(name, Physical::DOUBLE).with_repetition(Repetition::OPTIONAL)
        };
        column.build().map(Arc::new)
    };
    let columns = layout.names().enumerate().map(column).collect::<Result<_, _>>()?;
    Type::group_type_builder("features").with_fields(columns).build().map(Arc::new)
}

fn metadata(layout: &Layout) -> Vec<KeyValue> {
    let made = &layout.made;
    let entry = |key: &str, value: &str| KeyValue::new(format!("consilium.{key}"), value.to_owned());
    vec![
        entry("profile", &made.profile),
        entry("extractor", &made.extractor),
        entry("parameters", &made.parameters),
        entry("parameters_sha256", &made.parameters_sha256),
        entry("layout", &serde_json::to_string(layout).expect("layouts always serialise")),
    ]
}

fn failed(file: &Path) -> impl FnOnce(ParquetError) -> Fault {
    let fault = Fault::file(file, "writing");
    move |error| fault(std::io::Error::other(error.to_string()))
}
