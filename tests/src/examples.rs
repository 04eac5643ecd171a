//! The examples in the comments of the contract: a request of each call that means something.

use prost_reflect::{DescriptorPool, DynamicMessage};

use crate::calls::calls;
use crate::repository;

/// The example of a call.
#[derive(Clone, Debug)]
pub struct Example {
    /// Such as `ClvService/FitModel`.
    pub method: String,
    /// Its request as JSON; of streams several, one after the other.
    pub text: String,
}

/// All of them, in the order of the calls.
///
/// # Panics
/// When the contract cannot be read.
#[must_use]
pub fn examples() -> Vec<Example> {
    let mut all = Vec::new();
    let mut services: Vec<String> = calls().iter().map(|call| service_of(&call.path)).collect();
    services.dedup();
    for service in services {
        let name = service.strip_suffix("Service").expect("a service").to_lowercase();
        let file = format!("proto/lojal/v1/{name}_service.proto");
        let text = std::fs::read_to_string(repository().join(file)).expect("the contract");
        let (mut example, mut within) = (String::new(), false);
        for line in text.lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix("//") {
                let begins =
                    comment.trim_start().strip_prefix("Example").and_then(|rest| rest.split_once(':'));
                if let Some((_, rest)) = begins {
                    rest.clone_into(&mut example);
                    within = true;
                } else if within {
                    example.push_str(comment);
                }
                continue;
            }
            if let Some(rest) = line.strip_prefix("rpc ") {
                let method = rest.split('(').next().expect("a name");
                all.push(Example { method: format!("{service}/{method}"), text: example.trim().to_owned() });
            }
            (example, within) = (String::new(), false);
        }
    }
    all
}

/// `ClvService` of `/lojal.v1.ClvService/FitModel`.
fn service_of(path: &str) -> String {
    let service = path.trim_start_matches('/').split('/').next().expect("a service");
    service.rsplit('.').next().expect("a name").to_owned()
}

impl Example {
    /// Its messages.
    ///
    /// # Panics
    /// When they are not requests of the call.
    #[must_use]
    pub fn messages(&self, pool: &DescriptorPool) -> Vec<DynamicMessage> {
        let (service, method) = self.method.split_once('/').expect("a method");
        let service = pool.get_service_by_name(&format!("lojal.v1.{service}")).expect("a service");
        let method = service.methods().find(|one| one.name() == method).expect("a method");
        let texts = serde_json::Deserializer::from_str(&self.text).into_iter::<serde_json::Value>();
        texts
            .map(|json| {
                let json = json.unwrap_or_else(|error| panic!("{}: {error}: {}", self.method, self.text));
                DynamicMessage::deserialize(method.input(), json)
                    .unwrap_or_else(|error| panic!("{}: {error}: {}", self.method, self.text))
            })
            .collect()
    }
}
