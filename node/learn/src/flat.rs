//! Parameters as one flat vector, in the manifest's order.
//!
//! burn visits a module's parameters in the order of its fields, which is the order of
//! [`Manifest::perceptron`](consilium_types::Manifest::perceptron); a test holds both lists together.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

/// Fills every parameter of `module` from `values`, whose length has been checked.
pub(crate) fn fill<M: Module>(module: M, values: &[f32]) -> M {
    module.map(&mut Fill { rest: values })
}

/// Reads all parameters of `module`.
pub(crate) fn read<M: Module>(module: &M) -> Vec<f32> {
    let mut read = Read { values: Vec::with_capacity(module.num_params()) };
    module.visit(&mut read);
    read.values
}

struct Fill<'a> {
    rest: &'a [f32],
}

impl ModuleMapper for Fill<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape = param.lazy_shape();
        let (mine, rest) = self.rest.split_at(shape.num_elements());
        self.rest = rest;
        let data = TensorData::new(mine.to_vec(), shape);
        // a tensor made here is a new leaf: it asks for its gradient anew
        param.map(|zeros| Tensor::from_data(data, &zeros.device())).set_require_grad(true)
    }
}

struct Read {
    values: Vec<f32>,
}

impl ModuleVisitor for Read {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let values = param.val().into_data().try_into_vec::<f32>();
        self.values.extend(values.expect("parameters are f32 in the memory of this process"));
    }
}
