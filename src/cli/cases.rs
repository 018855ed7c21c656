// SPDX-License-Identifier: GPL-2.0-only
//! Which cases a command is about.

use std::env;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::suite::find::{self, CaseFile};

/// How alike a name must be to be suggested, from 0 to 1.
const ALIKE: f64 = 0.7;

/// Where the cases are.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Folder {
    /// The folder of cases [default: `cases` here, or in the package that cargo runs]
    #[arg(long, value_name = "FOLDER")]
    cases: Option<PathBuf>,
}

impl Folder {
    /// The folder itself.
    pub fn path(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.cases {
            return Ok(path.clone());
        }
        let here = PathBuf::from("cases");
        let package = env::var_os("CARGO_MANIFEST_DIR").map(|package| Path::new(&package).join("cases"));
        [Some(here), package].into_iter().flatten().find(|path| path.is_dir()).ok_or(Failure::NoCases)
    }

    /// All cases, by name.
    pub fn all(&self) -> Result<Vec<CaseFile>, Failure> {
        let folder = self.path()?;
        let found = find::cases(&folder)?;
        if found.cases.is_empty() {
            return Err(Failure::EmptyFolder(folder));
        }
        Ok(found.cases)
    }

    /// The cases whose names contain one of these texts; all cases when there is none.
    pub fn matching(&self, filters: &[String]) -> Result<Vec<CaseFile>, Failure> {
        let mut cases = self.all()?;
        if let Some(filter) = filters.iter().find(|filter| !cases.iter().any(|case| matches(case, filter))) {
            return Err(no_case(filter, &cases));
        }
        if !filters.is_empty() {
            cases.retain(|case| filters.iter().any(|filter| matches(case, filter)));
        }
        Ok(cases)
    }

    /// The case of this name: its file, its name, or a part of its name that no other case has.
    pub fn one(&self, name: &str) -> Result<CaseFile, Failure> {
        let path = Path::new(name);
        if path.extension().is_some_and(|extension| extension == find::EXTENSION) {
            let name = path.with_extension("").display().to_string();
            return Ok(CaseFile { name, path: path.to_owned() });
        }
        if let Some(case) = find::exact(&self.path()?, name) {
            return Ok(case);
        }
        let cases = self.all()?;
        let mut matching = cases.iter().filter(|case| matches(case, name));
        match (matching.next(), matching.next()) {
            (Some(case), None) => Ok(case.clone()),
            (None, _) => Err(no_case(name, &cases)),
            (Some(first), Some(second)) => {
                let mut names = vec![first.name.clone(), second.name.clone()];
                names.extend(matching.map(|case| case.name.clone()));
                Err(Failure::SeveralCases { asked: name.to_owned(), names })
            }
        }
    }
}

fn matches(case: &CaseFile, text: &str) -> bool {
    case.name.contains(text) || case.path == Path::new(text)
}

fn no_case(asked: &str, cases: &[CaseFile]) -> Failure {
    let slug = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let alike = |case: &CaseFile| {
        let whole = strsim::jaro_winkler(&case.name, asked);
        whole.max(strsim::jaro_winkler(&slug(&case.name), &slug(asked)))
    };
    let nearest = cases.iter().map(|case| (alike(case), case)).max_by(|a, b| a.0.total_cmp(&b.0));
    let nearest = nearest.filter(|(alike, _)| *alike > ALIKE).map(|(_, case)| case.name.clone());
    Failure::NoSuchCase { asked: asked.to_owned(), nearest }
}
