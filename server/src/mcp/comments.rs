//! What the contract says in its comments, which are its manual.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, EnumDescriptor, EnumValueDescriptor, FieldDescriptor, MethodDescriptor};

/// Comments by the file they are in and the path there.
pub(crate) struct Comments(HashMap<(String, Vec<i32>), String>);

impl Comments {
    /// All of a contract.
    pub(crate) fn of(pool: &DescriptorPool) -> Self {
        let mut found = HashMap::new();
        for file in pool.files() {
            let source = file.file_descriptor_proto().source_code_info.as_ref();
            for location in source.iter().flat_map(|source| &source.location) {
                if let Some(comment) = &location.leading_comments {
                    found.insert((file.name().to_owned(), location.path.clone()), plain(comment));
                }
            }
        }
        Self(found)
    }

    fn at(&self, file: &str, path: &[i32]) -> &str {
        self.0.get(&(file.to_owned(), path.to_owned())).map_or("", String::as_str)
    }

    /// Of a call.
    pub(crate) fn of_method(&self, method: &MethodDescriptor) -> &str {
        self.at(method.parent_service().parent_file().name(), method.path())
    }

    /// Of a field.
    pub(crate) fn of_field(&self, field: &FieldDescriptor) -> &str {
        self.at(field.parent_message().parent_file().name(), field.path())
    }

    /// Of a word of an enumeration.
    pub(crate) fn of_word(&self, words: &EnumDescriptor, word: &EnumValueDescriptor) -> &str {
        self.at(words.parent_file().name(), word.path())
    }
}

/// A comment without the blank that each of its lines begins with.
fn plain(comment: &str) -> String {
    let lines = comment.trim_end().lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines.collect::<Vec<_>>().join("\n")
}
