//! The contract, for those who ask the server itself.
//!
//! tonic-reflection has a service for this, but reads files into prost's messages, which drop options of ours: what scope a call
//! needs would not be told. So its messages are answered here, from the files as they were compiled.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use prost_reflect::{DescriptorPool, FileDescriptor, MessageDescriptor};
use tonic::{Request, Response, Status, Streaming};

/// Answers both versions of the reflection service.
#[derive(Clone)]
pub(crate) struct Reflection(Arc<Files>);

struct Files {
    /// The contract, which others of the server read too, and then what it says nothing of.
    pools: [DescriptorPool; 2],
    /// What is served, which is not all that the files define.
    services: Vec<String>,
}

impl Reflection {
    /// Of a contract and other sets of files; `services` are those that the server has.
    pub(crate) fn of(
        contract: &DescriptorPool,
        others: &[&[u8]],
        services: Vec<String>,
    ) -> anyhow::Result<Self> {
        let mut beside = DescriptorPool::new();
        for set in others {
            beside.decode_file_descriptor_set(*set)?;
        }
        // A copy of a pool is the same pool, as long as nothing comes to it.
        Ok(Self(Arc::new(Files { pools: [contract.clone(), beside], services })))
    }
}

impl Files {
    /// What the first of the pools that knows anything says.
    fn known<T>(&self, of: impl Fn(&DescriptorPool) -> Option<T>) -> Option<T> {
        self.pools.iter().find_map(of)
    }

    fn by_name(&self, name: &str) -> Result<Vec<u8>, Status> {
        let file = self.known(|pool| pool.get_file_by_name(name));
        file.map(|file| file.encode_to_vec())
            .ok_or_else(|| Status::not_found(format!("there is no file {name:?}")))
    }

    /// The file that a symbol is in: a service, a message, an enumeration, or what is in one of these.
    fn with_symbol(&self, symbol: &str) -> Result<Vec<u8>, Status> {
        let mut of = symbol;
        loop {
            if let Some(file) = self.file_of(of) {
                return Ok(file.encode_to_vec());
            }
            let Some((parent, _)) = of.rsplit_once('.') else {
                return Err(Status::not_found(format!("there is no symbol {symbol:?}")));
            };
            of = parent;
        }
    }

    fn file_of(&self, symbol: &str) -> Option<FileDescriptor> {
        self.known(|pool| {
            None.or_else(|| Some(pool.get_service_by_name(symbol)?.parent_file()))
                .or_else(|| Some(pool.get_message_by_name(symbol)?.parent_file()))
                .or_else(|| Some(pool.get_enum_by_name(symbol)?.parent_file()))
                .or_else(|| Some(pool.get_extension_by_name(symbol)?.parent_file()))
        })
    }

    fn with_extension(&self, of: &str, number: i32) -> Result<Vec<u8>, Status> {
        let in_pool =
            |pool: &DescriptorPool| pool.get_message_by_name(of)?.get_extension(u32::try_from(number).ok()?);
        let extension = self.known(in_pool);
        extension
            .map(|extension| extension.parent_file().encode_to_vec())
            .ok_or_else(|| Status::not_found(format!("{of:?} has no extension {number}")))
    }

    fn extensions_of(&self, of: &str) -> Result<Vec<i32>, Status> {
        let extended: Vec<_> = self.pools.iter().filter_map(|pool| pool.get_message_by_name(of)).collect();
        if extended.is_empty() {
            return Err(Status::not_found(format!("there is no message {of:?}")));
        }
        let extensions = extended.iter().flat_map(MessageDescriptor::extensions);
        Ok(extensions.map(|extension| extension.number() as i32).collect())
    }
}

/// Both versions have the same messages, in packages of their own.
macro_rules! answers {
    ($version:ident) => {
        mod $version {
            use super::*;
            use pb::server_reflection_request::MessageRequest as Asked;
            use pb::server_reflection_response::MessageResponse as Answer;
            use tonic_reflection::pb::$version as pb;

            impl Files {
                fn $version(&self, asked: Option<Asked>) -> Result<Answer, Status> {
                    let file = |bytes| {
                        Answer::FileDescriptorResponse(pb::FileDescriptorResponse {
                            file_descriptor_proto: vec![bytes],
                        })
                    };
                    match asked {
                        None => Err(Status::invalid_argument(
                            "the message asks for nothing; set one of its fields",
                        )),
                        Some(Asked::FileByFilename(name)) => self.by_name(&name).map(file),
                        Some(Asked::FileContainingSymbol(name)) => self.with_symbol(&name).map(file),
                        Some(Asked::FileContainingExtension(asked)) => {
                            self.with_extension(&asked.containing_type, asked.extension_number).map(file)
                        }
                        Some(Asked::AllExtensionNumbersOfType(base_type_name)) => {
                            let extension_number = self.extensions_of(&base_type_name)?;
                            Ok(Answer::AllExtensionNumbersResponse(pb::ExtensionNumberResponse {
                                base_type_name,
                                extension_number,
                            }))
                        }
                        Some(Asked::ListServices(_)) => {
                            let named = |name: &String| pb::ServiceResponse { name: name.clone() };
                            let service = self.services.iter().map(named).collect();
                            Ok(Answer::ListServicesResponse(pb::ListServiceResponse { service }))
                        }
                    }
                }
            }

            #[tonic::async_trait]
            impl pb::server_reflection_server::ServerReflection for Reflection {
                type ServerReflectionInfoStream =
                    BoxStream<'static, Result<pb::ServerReflectionResponse, Status>>;

                async fn server_reflection_info(
                    &self,
                    request: Request<Streaming<pb::ServerReflectionRequest>>,
                ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
                    let files = self.0.clone();
                    let answers = request.into_inner().map(move |asked| {
                        let asked = asked?;
                        // What is not there is told in the stream, which goes on: that is how the protocol has it.
                        let answer = files.$version(asked.message_request.clone()).unwrap_or_else(|status| {
                            Answer::ErrorResponse(pb::ErrorResponse {
                                error_code: status.code() as i32,
                                error_message: status.message().to_owned(),
                            })
                        });
                        Ok(pb::ServerReflectionResponse {
                            valid_host: asked.host.clone(),
                            original_request: Some(asked),
                            message_response: Some(answer),
                        })
                    });
                    Ok(Response::new(answers.boxed()))
                }
            }
        }
    };
}

answers!(v1);
answers!(v1alpha);

#[cfg(test)]
mod tests {
    use super::*;

    fn reflection() -> Reflection {
        Reflection::of(lojal_proto::descriptors().unwrap(), &[], vec!["lojal.v1.NpsService".to_owned()])
            .unwrap()
    }

    #[test]
    fn files_are_found_by_what_is_in_them() {
        let files = reflection().0;
        let nps = files.by_name("lojal/v1/nps_service.proto").unwrap();
        for symbol in [
            "lojal.v1.NpsService",
            "lojal.v1.NpsService.GetNps",
            "lojal.v1.GetNpsRequest",
            "lojal.v1.GetNpsRequest.window",
        ] {
            assert!(files.with_symbol(symbol).unwrap() == nps, "{symbol}");
        }
        let options = files.by_name("lojal/v1/options.proto").unwrap();
        assert!(files.with_symbol("lojal.v1.scope").unwrap() == options);
        assert!(files.with_symbol("lojal.v1.Scope").unwrap() == options);
        assert!(files.with_extension("google.protobuf.MethodOptions", 50_051).unwrap() == options);
        assert_eq!(files.extensions_of("google.protobuf.MethodOptions").unwrap(), [50_051]);
        for nothing in ["", "lojal", "lojal.v2.NpsService", "."] {
            assert!(files.with_symbol(nothing).is_err(), "{nothing}");
        }
    }

    #[test]
    fn what_the_contract_says_nothing_of_is_beside_it() {
        let others = [tonic_health::pb::FILE_DESCRIPTOR_SET, tonic_types::pb::FILE_DESCRIPTOR_SET];
        let files = Reflection::of(lojal_proto::descriptors().unwrap(), &others, Vec::new()).unwrap().0;
        for symbol in ["grpc.health.v1.Health", "google.rpc.BadRequest", "lojal.v1.NpsService"] {
            assert!(files.with_symbol(symbol).is_ok(), "{symbol}");
        }
        // Whoever was told of a file asks for those that it imports.
        let all = files.pools.iter().flat_map(DescriptorPool::files);
        for import in all.flat_map(|file| file.dependencies().collect::<Vec<_>>()) {
            assert!(files.by_name(import.name()).is_ok(), "{}", import.name());
        }
    }

    #[test]
    fn scopes_and_comments_are_told() {
        use prost::Message as _;
        let file = reflection().0.by_name("lojal/v1/nps_service.proto").unwrap();
        let read = prost_types::FileDescriptorProto::decode(&*file).unwrap();
        let comments = read.source_code_info.unwrap().location;
        assert!(comments.iter().any(|of| of.leading_comments().contains("Reichheld")));
        // Options of ours are what a decoder that does not know them leaves out.
        let plain = prost_types::FileDescriptorProto::decode(&*file).unwrap().encode_to_vec();
        assert!(plain.len() < file.len());
    }
}
