//! `pages PLAN RESULT FOLDER`: everything a study leaves behind beside its result.

use std::path::Path;

use consilium_report::files;
use consilium_rounds::StudyResult;
use consilium_types::StudyPlan;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, plan, result, folder] = arguments.as_slice() else {
        return Err("usage: pages PLAN RESULT FOLDER".into());
    };
    let plan = StudyPlan::from_toml(&std::fs::read_to_string(plan)?, plan)?;
    let result: StudyResult = serde_json::from_str(&std::fs::read_to_string(result)?)?;
    for file in files(&plan, &result) {
        let path = Path::new(folder).join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(folder)))?;
        std::fs::write(path, file.bytes)?;
    }
    Ok(())
}
