//! `lojal key`: who may ask. On the data directory of a stopped server, or by asking one that runs.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use lojal_domain::{EventTime, SystemClock, SystemEntropy, WorkspaceName, limits};
use lojal_engine::{ApiKey, ApiKeys, CreateApiKey, KeyScope, PageRequest};
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;
use lojal_store::{Store, StoreError};
use lojal_store_sled::{SledStore, is_data_directory};

use crate::cli::door::{KeyArgs, KeyCommand, ScopeName, ServerArgs};
use crate::config::{Config, Overrides};
use crate::connection::{Channel, connect, refusal};
use crate::maintenance::{explain, instant};

/// Makes, lists or revokes keys.
pub(crate) async fn run(args: &KeyArgs) -> anyhow::Result<()> {
    let Some(address) = &args.address else { return in_directory(args).await };
    let server = ServerArgs { server: address.clone(), credentials: args.credentials.clone() };
    on_server(AdminServiceClient::new(connect(&server).await?), &args.command).await
}

/// A key as both ways tell of it.
struct Line {
    id: String,
    name: String,
    scopes: Vec<String>,
    workspaces: Vec<String>,
    created: EventTime,
    expires: Option<EventTime>,
    revoked: Option<EventTime>,
    quota: String,
}

async fn in_directory(args: &KeyArgs) -> anyhow::Result<()> {
    let flags = Overrides { data_dir: args.data_dir.clone(), ..Overrides::default() };
    let directory = Config::read(args.config.as_deref(), &flags)?.server.data_dir;
    // A key may be made before the server ever ran, and nothing else.
    anyhow::ensure!(
        matches!(args.command, KeyCommand::Create { .. }) || is_data_directory(&directory),
        "{} is not a data directory of Lojal's; name it with --data-dir, or a running server with --address",
        directory.display()
    );
    let store: Arc<dyn Store> = Arc::new(open(directory).await?);
    let done = with_store(store.clone(), &args.command).await;
    store.close().await;
    done
}

async fn open(directory: PathBuf) -> anyhow::Result<SledStore> {
    let opened = {
        let directory = directory.clone();
        tokio::task::spawn_blocking(move || SledStore::open(&directory)).await?
    };
    opened.map_err(|error| match error {
        StoreError::InUse => anyhow::anyhow!(
            "the data directory {} is in use by a running server; ask that one with --address and an API key that has the scope admin, or stop it first",
            directory.display()
        ),
        error => explain(&directory, error),
    })
}

async fn with_store(store: Arc<dyn Store>, command: &KeyCommand) -> anyhow::Result<()> {
    let keys = ApiKeys::open(store, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
    match command {
        KeyCommand::Create { name, scope, workspace, expires, quota } => {
            let workspaces: Result<Vec<_>, _> = workspace.iter().map(WorkspaceName::new).collect();
            let workspaces = workspaces.map_err(|problem| anyhow::anyhow!("--workspace {problem}"))?;
            let scopes = scope.iter().copied().map(key_scope).collect();
            let command = CreateApiKey {
                name: name.clone(),
                scopes,
                workspaces,
                expires: *expires,
                quota: quota.quota(),
            };
            let (secret, key) = keys.create(command).await?;
            made(&secret, &key.id)
        }
        KeyCommand::List => {
            let page =
                keys.list(&PageRequest { size: Some(limits::PAGE_SIZE as i32), token: String::new() })?;
            list(page.entries.iter().map(|key| line_of(key)).collect())
        }
        KeyCommand::Revoke { key_id } => revoked(&keys.revoke(key_id).await?.name),
    }
}

async fn on_server(mut admin: AdminServiceClient<Channel>, command: &KeyCommand) -> anyhow::Result<()> {
    match command {
        KeyCommand::Create { name, scope, workspace, expires, quota } => {
            let request = v1::CreateApiKeyRequest {
                name: name.clone(),
                scopes: scope.iter().map(|scope| lojal_rpc::wire_scope(key_scope(*scope)).into()).collect(),
                workspaces: workspace.clone(),
                expire_time: expires.map(|at| prost_types::Timestamp {
                    seconds: at.micros().div_euclid(1_000_000),
                    nanos: (at.micros().rem_euclid(1_000_000) * 1_000) as i32,
                }),
                quota: Some(lojal_rpc::keys::quota(quota.quota())),
            };
            let answer = admin.create_api_key(request).await.map_err(|status| refusal(&status))?.into_inner();
            made(&answer.secret, &answer.api_key.unwrap_or_default().key_id)
        }
        KeyCommand::List => {
            let (mut lines, mut page_token) = (Vec::new(), String::new());
            loop {
                let request = v1::ListApiKeysRequest { page_size: 0, page_token };
                let page =
                    admin.list_api_keys(request).await.map_err(|status| refusal(&status))?.into_inner();
                lines.extend(page.api_keys.into_iter().map(line_of_wire));
                page_token = page.next_page_token;
                if page_token.is_empty() {
                    return list(lines);
                }
            }
        }
        KeyCommand::Revoke { key_id } => {
            let request = v1::RevokeApiKeyRequest { key_id: key_id.clone() };
            let answer = admin.revoke_api_key(request).await.map_err(|status| refusal(&status))?;
            revoked(&answer.into_inner().api_key.unwrap_or_default().name)
        }
    }
}

/// The key alone on standard output, for whoever puts it into a variable.
fn made(secret: &str, id: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{secret}")?;
    writeln!(
        std::io::stderr(),
        "this is the only time that key {id} is shown; keep it like a password, such as in LOJAL_API_KEY"
    )?;
    Ok(())
}

fn revoked(name: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "revoked the key \"{name}\"")?)
}

fn list(lines: Vec<Line>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if lines.is_empty() {
        return Ok(writeln!(out, "there are no API keys, so none is asked for")?);
    }
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    table.set_header(["Key", "Name", "Scopes", "Workspaces", "Made", "Expires", "Revoked", "Quota"]);
    for line in lines {
        let workspaces =
            if line.workspaces.is_empty() { "all".to_owned() } else { line.workspaces.join(", ") };
        table.add_row([
            line.id,
            line.name,
            line.scopes.join(", "),
            workspaces,
            instant(line.created),
            line.expires.map_or_else(|| "never".to_owned(), instant),
            line.revoked.map_or_else(String::new, instant),
            line.quota,
        ]);
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn line_of(key: &ApiKey) -> Line {
    Line {
        id: key.id.clone(),
        name: key.name.clone(),
        scopes: key.scopes.iter().map(ToString::to_string).collect(),
        workspaces: key.workspaces.iter().map(ToString::to_string).collect(),
        created: key.created,
        expires: key.expires,
        revoked: key.revoked,
        quota: quota(lojal_rpc::keys::quota(key.quota)),
    }
}

fn quota(quota: v1::Quota) -> String {
    let limits = [
        (u64::from(quota.calls_per_second), "calls a second"),
        (u64::from(quota.heavy_calls), "heavy at once"),
        (quota.rows_per_day, "rows a day"),
    ];
    let set: Vec<_> =
        limits.iter().filter(|(most, _)| *most > 0).map(|(most, what)| format!("{most} {what}")).collect();
    set.join(", ")
}

fn line_of_wire(key: v1::ApiKey) -> Line {
    let at = |at: prost_types::Timestamp| {
        EventTime::from_micros(
            at.seconds.saturating_mul(1_000_000).saturating_add(i64::from(at.nanos) / 1_000),
        )
    };
    let scopes = key.scopes().map(|scope| scope.as_str_name().trim_start_matches("SCOPE_").to_lowercase());
    Line {
        scopes: scopes.collect(),
        id: key.key_id,
        name: key.name,
        workspaces: key.workspaces,
        created: key.create_time.map_or(EventTime::from_micros(0), at),
        expires: key.expire_time.map(at),
        revoked: key.revoke_time.map(at),
        quota: key.quota.map(quota).unwrap_or_default(),
    }
}

fn key_scope(scope: ScopeName) -> KeyScope {
    match scope {
        ScopeName::Ingest => KeyScope::Ingest,
        ScopeName::Read => KeyScope::Read,
        ScopeName::Personal => KeyScope::Personal,
        ScopeName::Manage => KeyScope::Manage,
        ScopeName::Erase => KeyScope::Erase,
        ScopeName::Admin => KeyScope::Admin,
    }
}
