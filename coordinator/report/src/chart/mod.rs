//! The drawings of a report, one module each, all from plain numbers.
//!
//! Every drawing names itself and describes itself in words, tells its series apart by dash and mark as well as by
//! colour, and follows the page into dark mode and onto paper. Never: a patient's own value, a script, a resource
//! from elsewhere.

mod axes;
mod bars;
mod calibration;
mod canvas;
mod decision;
mod flow;
mod forest;
mod nomogram;
mod over_time;
mod roc;
mod scale;
mod series;
mod survival;

pub use bars::{Bar, bars};
pub use calibration::{CalibrationCurve, CalibrationGroup, CalibrationPoint, calibration};
pub use canvas::Chart;
pub use decision::{DecisionCurve, decision};
pub use flow::{FlowBox, flow};
pub use forest::{Forest, ForestRow, forest};
pub use nomogram::{Nomogram, Outcome, Predictor, nomogram};
pub use over_time::{TimePlot, TimeSeries, over_time};
pub use roc::{RocCurve, roc};
pub use survival::{SurvivalCurve, SurvivalPlot, survival};

pub(crate) use canvas::STYLE;
