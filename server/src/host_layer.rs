//! Which names callers may call the server by, and which web pages may call it at all.
//!
//! A browser lets any page send requests anywhere, and a page can have its own name resolved to this very machine. What
//! tells such a request from one that was meant for us is the name it was sent to and the page it came from, which no
//! script can change. So both are looked at before anything else is: a page nobody invited cannot even write.

use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::{Either, Ready, ready};
use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use tower::{Layer, Service};

/// By what names, and from which pages.
#[derive(Clone, Debug)]
pub(crate) struct Hosts(Arc<Allowed>);

#[derive(Clone, Debug)]
struct Allowed {
    /// Where the server listens; all addresses of the machine if it is no particular one.
    address: IpAddr,
    names: Vec<String>,
    any_name: bool,
    origins: Vec<String>,
    local_origins: bool,
    any_origin: bool,
    /// Whether the server has pages of its own, which may call it.
    own_pages: bool,
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// It was sent to a name that is not the server's.
    Host,
    /// It comes from a page that may not call the server.
    Origin,
}

impl Hosts {
    /// The server listens at `address`, may be called `names` besides, and by pages of `origins`.
    ///
    /// # Errors
    /// For what is no name or no origin, with the setting and what to write.
    pub(crate) fn new(address: IpAddr, names: &[String], origins: &[String]) -> anyhow::Result<Self> {
        for name in names.iter().filter(|name| *name != "*") {
            let is_name = name.parse::<Authority>().is_ok_and(|parsed| parsed.host() == name);
            anyhow::ensure!(
                is_name,
                "server.hosts holds {name:?}, which is not a name such as \"lojal.internal\" or an address, without a port"
            );
        }
        for origin in origins.iter().filter(|origin| !matches!(origin.as_str(), "*" | "localhost")) {
            let is_origin = origin.parse::<Uri>().is_ok_and(|uri| {
                uri.scheme().is_some()
                    && uri.authority().is_some()
                    && uri.path() == "/"
                    && !origin.ends_with('/')
            });
            anyhow::ensure!(
                is_origin,
                "server.web_origins holds {origin:?}, which is not an origin such as \"https://app.example\", without a path"
            );
        }
        let has = |list: &[String], wanted: &str| list.iter().any(|entry| entry == wanted);
        Ok(Self(Arc::new(Allowed {
            address,
            names: names.to_vec(),
            any_name: has(names, "*"),
            origins: origins.iter().filter(|origin| origin.contains("://")).cloned().collect(),
            local_origins: has(origins, "localhost"),
            any_origin: has(origins, "*"),
            own_pages: false,
        })))
    }

    /// The same for a server that has pages of its own, which may call it.
    pub(crate) fn with_own_pages(self) -> Self {
        Self(Arc::new(Allowed { own_pages: true, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Whether the server goes by this name: those of this machine, the address it listens at, and those it was given.
    fn is_called(&self, authority: &Authority) -> bool {
        self.0.any_name || self.is_known_as(authority)
    }

    /// The same without the names that stand for any: somebody said that it goes by this one.
    fn is_known_as(&self, authority: &Authority) -> bool {
        let (allowed, host) = (&*self.0, authority.host());
        if is_local(host) {
            return true;
        }
        // An address cannot be made to lead elsewhere, as a name can.
        let address: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        address.is_some_and(|address| allowed.address.is_unspecified() || address == allowed.address)
            || allowed.names.iter().any(|name| name.eq_ignore_ascii_case(host))
    }

    /// Whether pages of this origin may call the server.
    pub(crate) fn may_call(&self, origin: &HeaderValue) -> bool {
        let allowed = &*self.0;
        if allowed.any_origin {
            return true;
        }
        let Ok(origin) = origin.to_str() else { return false };
        allowed.origins.iter().any(|named| named == origin)
            || allowed.local_origins && origin_host(origin).is_some_and(|host| is_local(&host))
    }

    /// Whether this is a page of the server's own, of the name and the port that it calls: no other page can be.
    ///
    /// A page that has its own name lead here calls by that name, too. So it must be one that the server is known by.
    fn is_own_page(&self, origin: &HeaderValue, called: &Authority) -> bool {
        let from = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
        self.0.own_pages
            && self.is_known_as(called)
            && from.and_then(|uri| uri.into_parts().authority).is_some_and(|from| from == *called)
    }

    /// Whether a request may come in.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Stranger> {
        // HTTP/2 says in its address what HTTP/1.1 says in a header, and may say both.
        let mut in_headers = headers.get_all(HOST).iter().peekable();
        let is_named = uri.authority().is_some() || in_headers.peek().is_some();
        let is_called = |host: &HeaderValue| {
            Authority::try_from(host.as_bytes()).is_ok_and(|authority| self.is_called(&authority))
        };
        if !(is_named && uri.authority().is_none_or(|name| self.is_called(name)) && in_headers.all(is_called))
        {
            return Err(Stranger::Host);
        }
        let called = || {
            let in_header = || Authority::try_from(headers.get(HOST)?.as_bytes()).ok();
            uri.authority().cloned().or_else(in_header)
        };
        let may_call = |origin: &HeaderValue| {
            self.may_call(origin) || called().is_some_and(|called| self.is_own_page(origin, &called))
        };
        if headers.get_all(ORIGIN).iter().all(may_call) { Ok(()) } else { Err(Stranger::Origin) }
    }
}

/// A name or address of this machine for itself.
pub(crate) fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

fn origin_host(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    uri.scheme()?;
    Some(uri.host()?.to_owned())
}

/// Lets nobody in who is a stranger.
#[derive(Clone)]
pub(crate) struct HostLayer(pub(crate) Hosts);

impl<S> Layer<S> for HostLayer {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, hosts: self.0.clone() }
    }
}

/// A service that strangers do not reach.
#[derive(Clone)]
pub(crate) struct Guarded<S> {
    inner: S,
    hosts: Hosts,
}

impl<S, B, R> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response<R>, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let refusal = match self.hosts.check(request.uri(), request.headers()) {
            Ok(()) => return Either::Left(self.inner.call(request)),
            Err(Stranger::Host) => lojal_rpc::error::unknown_host(),
            Err(Stranger::Origin) => lojal_rpc::error::unknown_origin(),
        };
        Either::Right(ready(Ok(refusal.into_http())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_called(hosts: &Hosts, name: &'static str) -> bool {
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(name))]);
        hosts.check(&Uri::from_static("/a"), &headers).is_ok()
    }

    fn hosts(address: &str, names: &[&str], origins: &[&str]) -> Hosts {
        let owned = |list: &[&str]| list.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>();
        Hosts::new(address.parse().unwrap(), &owned(names), &owned(origins)).unwrap()
    }

    #[test]
    fn a_server_on_this_machine_goes_by_its_names_alone() {
        let hosts = hosts("127.0.0.1", &[], &[]);
        for name in ["localhost", "LOCALHOST:50051", "127.0.0.1:1", "127.8.8.8", "[::1]:50051"] {
            assert!(is_called(&hosts, name), "{name}");
        }
        for name in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:50051",
            "10.0.0.1",
            "user@localhost@evil.example",
            "",
            ":50051",
            "[::1",
        ] {
            assert!(!is_called(&hosts, name), "{name}");
        }
    }

    #[test]
    fn elsewhere_it_goes_by_its_address_and_the_names_it_was_given() {
        let one = hosts("10.0.0.1", &["lojal.internal"], &[]);
        for name in ["10.0.0.1:50051", "Lojal.Internal:50051", "localhost"] {
            assert!(is_called(&one, name), "{name}");
        }
        assert!(!is_called(&one, "10.0.0.2"));
        // Listening everywhere, every address is one of its own; names are not.
        let all = hosts("0.0.0.0", &[], &[]);
        assert!(is_called(&all, "10.0.0.2:50051") && is_called(&all, "[fd00::1]:50051"));
        assert!(!is_called(&all, "lojal:50051"));
        assert!(is_called(&hosts("0.0.0.0", &["*"], &[]), "lojal:50051"));
    }

    #[test]
    fn only_pages_that_were_invited_may_call() {
        let may_call = |hosts: &Hosts, origin| hosts.may_call(&HeaderValue::from_static(origin));
        let local = hosts("127.0.0.1", &[], &["localhost", "https://app.example"]);
        for origin in [
            "http://localhost:5173",
            "http://127.0.0.1",
            "https://localhost",
            "http://[::1]:80",
            "https://app.example",
        ] {
            assert!(may_call(&local, origin), "{origin}");
        }
        for origin in [
            "http://localhost.evil.example",
            "http://evil.example:80",
            "null",
            "http://127.0.0.1.evil.example",
            "http://app.example",
            "https://app.example.evil.example",
            "localhost",
        ] {
            assert!(!may_call(&local, origin), "{origin}");
        }
        assert!(may_call(&hosts("127.0.0.1", &[], &["*"]), "null"));
        assert!(!may_call(&hosts("127.0.0.1", &[], &[]), "http://localhost"));
    }

    #[test]
    fn every_name_a_request_is_sent_to_counts() {
        let hosts = hosts("127.0.0.1", &[], &["localhost"]);
        let check = |uri: &'static str, named: &[&'static str], origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            named.iter().for_each(|name| _ = headers.append(HOST, HeaderValue::from_static(name)));
            origin.map(|origin| headers.insert(ORIGIN, HeaderValue::from_static(origin)));
            hosts.check(&Uri::from_static(uri), &headers)
        };
        assert_eq!(check("http://localhost:1/a", &[], None), Ok(()));
        assert_eq!(check("/a", &["localhost:1"], None), Ok(()));
        assert_eq!(check("/a", &[], None), Err(Stranger::Host));
        assert_eq!(check("http://localhost:1/a", &["evil.example"], None), Err(Stranger::Host));
        assert_eq!(check("/a", &["localhost", "evil.example"], None), Err(Stranger::Host));
        assert_eq!(check("http://evil.example/a", &["localhost"], None), Err(Stranger::Host));
        assert_eq!(check("/a", &["localhost"], Some("http://evil.example")), Err(Stranger::Origin));
        assert_eq!(check("/a", &["localhost"], Some("http://localhost:3000")), Ok(()));
    }

    #[test]
    fn pages_of_the_servers_own_may_call_it_by_names_it_is_known_by() {
        let check = |hosts: &Hosts, host: &'static str, origin: &'static str| {
            let named = [(HOST, HeaderValue::from_static(host)), (ORIGIN, HeaderValue::from_static(origin))];
            hosts.check(&Uri::from_static("/a"), &HeaderMap::from_iter(named))
        };
        let named = hosts("10.0.0.1", &["lojal.internal"], &[]);
        // Without pages nobody is let in but by the settings.
        assert_eq!(check(&named, "10.0.0.1:7", "http://10.0.0.1:7"), Err(Stranger::Origin));
        let own = named.with_own_pages();
        for (host, origin) in [
            ("10.0.0.1:7", "http://10.0.0.1:7"),
            ("lojal.internal", "https://lojal.internal"),
            ("localhost:7", "http://localhost:7"),
        ] {
            assert_eq!(check(&own, host, origin), Ok(()), "{origin}");
        }
        for (host, origin) in [
            ("10.0.0.1:7", "http://10.0.0.1:8"),
            ("10.0.0.1:7", "http://10.0.0.1"),
            ("lojal.internal", "http://evil.example"),
            ("lojal.internal", "null"),
        ] {
            assert_eq!(check(&own, host, origin), Err(Stranger::Origin), "{origin}");
        }
        // Where any name will do, a page whose name leads here is no page of ours.
        let any = hosts("0.0.0.0", &["*"], &[]).with_own_pages();
        assert_eq!(check(&any, "evil.example:7", "http://evil.example:7"), Err(Stranger::Origin));
        assert_eq!(check(&any, "10.0.0.9:7", "http://10.0.0.9:7"), Ok(()));
    }

    #[test]
    fn nonsense_in_the_settings_is_named() {
        let address = IpAddr::from([127, 0, 0, 1]);
        for name in ["lojal:50051", "http://lojal", "", "a b"] {
            let problem = Hosts::new(address, &[name.to_owned()], &[]).unwrap_err().to_string();
            assert!(problem.contains("server.hosts"), "{name}: {problem}");
        }
        for origin in ["app.example", "https://app.example/", "https://app.example/page", ""] {
            let problem = Hosts::new(address, &[], &[origin.to_owned()]).unwrap_err().to_string();
            assert!(problem.contains("server.web_origins"), "{origin}: {problem}");
        }
    }
}
