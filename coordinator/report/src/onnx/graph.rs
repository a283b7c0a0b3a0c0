//! A graph under construction: named tensors of 64-bit floats, one operator after the other.

use super::messages::{
    AttributeProto, Dimension, GraphProto, NodeProto, TensorProto, TensorShape, TensorType, TypeProto,
    ValueInfoProto,
};

/// `TensorProto.DataType.DOUBLE`.
pub(super) const DOUBLE: i32 = 11;
// `AttributeProto.AttributeType`
const INT: i32 = 2;
const STRING: i32 = 3;
const TENSOR: i32 = 4;
const INTS: i32 = 7;
const STRINGS: i32 = 8;

/// Operators so far.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    outputs: Vec<ValueInfoProto>,
}

impl Graph {
    /// A constant of two dimensions; gives its name.
    pub(super) fn constant(&mut self, name: &str, rows: usize, values: Vec<f64>) -> String {
        let columns = values.len() / rows.max(1);
        self.constants.push(tensor(name, &[rows, columns], values));
        name.to_owned()
    }

    /// An operator of the main set with one output, which gets the given name.
    pub(super) fn apply(&mut self, operator: &str, inputs: &[&str], output: &str) -> String {
        self.apply_with(operator, inputs, output, Vec::new())
    }

    pub(super) fn apply_with(
        &mut self,
        operator: &str,
        inputs: &[&str],
        output: &str,
        attribute: Vec<AttributeProto>,
    ) -> String {
        self.push("", operator, inputs, &[output], attribute);
        output.to_owned()
    }

    pub(super) fn push(
        &mut self,
        domain: &str,
        operator: &str,
        inputs: &[&str],
        outputs: &[&str],
        attribute: Vec<AttributeProto>,
    ) {
        let owned = |names: &[&str]| names.iter().map(|name| String::from(*name)).collect();
        self.nodes.push(NodeProto {
            input: owned(inputs),
            output: owned(outputs),
            name: format!("{operator}-{}", self.nodes.len()),
            op_type: operator.to_owned(),
            attribute,
            domain: domain.to_owned(),
        });
    }

    /// Declares an output of so many columns.
    pub(super) fn output(&mut self, name: &str, columns: usize, words: &str) {
        self.outputs.push(value(name, DOUBLE, Some(columns), words));
    }

    /// The graph with its one input, a row a patient.
    pub(super) fn finish(self, name: &str, input: &str, columns: usize, words: &str) -> GraphProto {
        GraphProto {
            node: self.nodes,
            name: name.to_owned(),
            initializer: self.constants,
            input: vec![value(input, DOUBLE, Some(columns), words)],
            output: self.outputs,
        }
    }
}

fn value(name: &str, element: i32, columns: Option<usize>, words: &str) -> ValueInfoProto {
    let patients = Dimension { dim_value: None, dim_param: Some("patients".to_owned()) };
    let columns = columns.map(|n| Dimension { dim_value: Some(long(n)), dim_param: None });
    let shape = TensorShape { dim: std::iter::once(patients).chain(columns).collect() };
    let tensor = TensorType { elem_type: element, shape: Some(shape) };
    ValueInfoProto {
        name: name.to_owned(),
        kind: Some(TypeProto { tensor_type: Some(tensor) }),
        doc_string: words.to_owned(),
    }
}

pub(super) fn tensor(name: &str, dims: &[usize], values: Vec<f64>) -> TensorProto {
    let dims = dims.iter().map(|n| long(*n)).collect();
    TensorProto { dims, data_type: DOUBLE, name: name.to_owned(), double_data: values }
}

pub(super) fn long(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { i: Some(value), ..attribute(name, INT) }
}

pub(super) fn ints(name: &str, values: Vec<i64>) -> AttributeProto {
    AttributeProto { ints: values, ..attribute(name, INTS) }
}

pub(super) fn string(name: &str, value: &str) -> AttributeProto {
    AttributeProto { s: Some(value.as_bytes().to_vec()), ..attribute(name, STRING) }
}

pub(super) fn strings(name: &str, values: &[&str]) -> AttributeProto {
    AttributeProto {
        strings: values.iter().map(|v| v.as_bytes().to_vec()).collect(),
        ..attribute(name, STRINGS)
    }
}

pub(super) fn doubles(name: &str, values: Vec<f64>) -> AttributeProto {
    let length = values.len();
    AttributeProto { t: Some(tensor("", &[length], values)), ..attribute(name, TENSOR) }
}

fn attribute(name: &str, kind: i32) -> AttributeProto {
    AttributeProto { name: name.to_owned(), kind, ..AttributeProto::default() }
}
