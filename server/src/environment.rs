//! Settings in environment variables, `LOJAL__SECTION__KEY`.

use figment::providers::Env;
use figment::value::{Dict, Map, Value};
use figment::{Error, Metadata, Profile, Provider};

/// The environment of this process.
pub(crate) struct Environment(Env);

impl Environment {
    pub(crate) fn new() -> Self {
        Self(Env::prefixed("LOJAL__").split("__"))
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        self.0.metadata()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut data = self.0.data()?;
        data.values_mut().flat_map(Dict::values_mut).for_each(read_numbers);
        Ok(data)
    }
}

/// Numbers as files may have them, 67_108_864, are numbers here, too.
fn read_numbers(value: &mut Value) {
    match value {
        Value::Dict(_, values) => values.values_mut().for_each(read_numbers),
        Value::String(tag, text) if text.contains('_') => {
            let is_digits = text
                .split('_')
                .all(|part| !part.is_empty() && part.bytes().all(|letter| letter.is_ascii_digit()));
            if let Some(number) = is_digits.then(|| text.replace('_', "").parse::<u64>().ok()).flatten() {
                *value = Value::Num(*tag, number.into());
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_files_and_names_are_no_numbers() {
        for (text, expected) in
            [("67_108_864", Some(67_108_864)), ("a_1", None), ("1__0", None), ("_1", None)]
        {
            let mut value = Value::from(text);
            read_numbers(&mut value);
            assert_eq!(value.to_u128(), expected, "{text}");
        }
    }
}
