//! What each call needs of a key, from the contract itself.

use lojal_engine::KeyScope;
use lojal_proto::v1;
use prost_reflect::{DescriptorPool, MethodDescriptor};

/// The option of a method that names its scope.
const OPTION: &str = "lojal.v1.scope";
/// The field of a request that names a workspace, where not only the call's metadata does.
const WORKSPACE_FIELD: &str = "workspace";

/// What a call needs of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The method, such as `lojal.v1.NpsService/GetNps`.
    pub method: String,
    /// The scope that a key must have.
    pub scope: KeyScope,
    /// Whether the message may name another workspace than the call does, so that whoever has read it must look, too.
    pub names_workspace: bool,
}

/// What each method of the contract needs. Read with prost-reflect, as prost itself drops options of ours.
///
/// # Errors
/// A sentence, for a contract that cannot be read or a method without a scope, which nobody could call.
pub fn access() -> Result<Vec<Access>, String> {
    let pool = lojal_proto::descriptors().map_err(|error| format!("the contract cannot be read: {error}"))?;
    access_in(pool)
}

fn access_in(pool: &DescriptorPool) -> Result<Vec<Access>, String> {
    let option = pool.get_extension_by_name(OPTION).ok_or_else(|| format!("the contract has no {OPTION}"))?;
    let of = |method: MethodDescriptor| {
        let path = path(&method);
        let number = method.options().get_extension(&option).as_enum_number();
        let scope = number.and_then(|number| key_scope(v1::Scope::try_from(number).ok()?));
        let scope =
            scope.ok_or_else(|| format!("{path} needs a scope; give it one with `option (scope)`"))?;
        let names_workspace = method.input().get_field_by_name(WORKSPACE_FIELD).is_some();
        Ok(Access { method: path, scope, names_workspace })
    };
    methods_in(pool).map(of).collect()
}

/// The contract's own methods.
fn methods_in(pool: &DescriptorPool) -> impl Iterator<Item = MethodDescriptor> {
    let ours = pool.services().filter(|service| service.package_name() == "lojal.v1");
    ours.flat_map(|service| service.methods().collect::<Vec<_>>())
}

/// The paths of those that are wanted, such as `lojal.v1.NpsService/GetNps`, in the contract's order.
pub(crate) fn paths(wanted: impl Fn(&MethodDescriptor) -> bool) -> Vec<String> {
    let methods = lojal_proto::descriptors().into_iter().flat_map(methods_in);
    methods.filter(wanted).map(|method| path(&method)).collect()
}

fn path(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}

/// A scope as keys have it; none for what is none.
pub(crate) fn key_scope(scope: v1::Scope) -> Option<KeyScope> {
    Some(match scope {
        v1::Scope::Unspecified => return None,
        v1::Scope::Ingest => KeyScope::Ingest,
        v1::Scope::Read => KeyScope::Read,
        v1::Scope::Personal => KeyScope::Personal,
        v1::Scope::Manage => KeyScope::Manage,
        v1::Scope::Erase => KeyScope::Erase,
        v1::Scope::Admin => KeyScope::Admin,
    })
}

/// A scope as the contract has it.
#[must_use]
pub fn wire_scope(scope: KeyScope) -> v1::Scope {
    match scope {
        KeyScope::Ingest => v1::Scope::Ingest,
        KeyScope::Read => v1::Scope::Read,
        KeyScope::Personal => v1::Scope::Personal,
        KeyScope::Manage => v1::Scope::Manage,
        KeyScope::Erase => v1::Scope::Erase,
        KeyScope::Admin => v1::Scope::Admin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_says_what_it_needs() {
        let access = access().unwrap();
        assert_eq!(access.iter().map(|of| of.method.clone()).collect::<Vec<_>>(), crate::methods());
        let of = |method: &str| access.iter().find(|of| of.method == format!("lojal.v1.{method}")).unwrap();
        assert_eq!(of("IngestService/Import").scope, KeyScope::Ingest);
        assert_eq!(of("NpsService/GetNps").scope, KeyScope::Read);
        assert_eq!(of("CustomerService/ExportCustomer").scope, KeyScope::Personal);
        assert_eq!(of("WorkspaceService/DeleteWorkspace").scope, KeyScope::Erase);
        assert_eq!(of("AdminService/Backup").scope, KeyScope::Admin);
        assert!(of("WorkspaceService/DeleteWorkspace").names_workspace);
        assert!(!of("NpsService/GetNps").names_workspace);
    }

    #[test]
    fn a_method_without_a_scope_is_refused_by_name() {
        use prost::Message as _;
        // As prost reads it, the contract has no scopes.
        let without = prost_types::FileDescriptorSet::decode(lojal_proto::DESCRIPTORS).unwrap();
        let pool = DescriptorPool::from_file_descriptor_set(without).unwrap();
        let problem = access_in(&pool).unwrap_err();
        assert!(problem.starts_with("lojal.v1.") && problem.contains("needs a scope"), "{problem}");
    }

    #[test]
    fn scopes_have_one_name_each() {
        for scope in KeyScope::ALL {
            assert_eq!(key_scope(wire_scope(scope)), Some(scope));
        }
    }
}
