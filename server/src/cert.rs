//! `lojal cert`: certificates for a trial. In production they come from where the company's others come from.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use crate::cli::door::CertArgs;

/// By which a server on this machine is called.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const AUTHORITY_DAYS: u16 = 3_650;
/// Clocks of machines differ, and a certificate of this minute should hold everywhere.
const EARLIER_DAYS: i64 = 1;

/// Makes the files.
pub(crate) fn run(args: &CertArgs) -> anyhow::Result<()> {
    let out = &args.out;
    fs::create_dir_all(out).with_context(|| format!("cannot make the directory {}", out.display()))?;
    let mut written = Vec::new();
    let authority = authority(out, &mut written)?;
    let names: Vec<String> =
        if args.name.is_empty() { LOCAL.map(str::to_owned).to_vec() } else { args.name.clone() };
    // A client's certificate may come later, and the server's stays as it is.
    if args.client.is_empty() || args.force || !args.name.is_empty() || !out.join("server.pem").exists() {
        let mut server = CertificateParams::new(names.clone())
            .with_context(|| format!("--name {names:?} is no name or address"))?;
        server.distinguished_name.push(DnType::CommonName, names[0].as_str());
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        sign(server, args.days, &authority, &pair(out, "server", args.force)?, &mut written)?;
    }
    for name in &args.client {
        let is_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        anyhow::ensure!(
            is_name,
            "--client is {name:?}; write a name of letters, digits, \".\", \"_\" and \"-\", which its files are named by"
        );
        let mut client = CertificateParams::default();
        client.distinguished_name.push(DnType::CommonName, name.as_str());
        client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let files = pair(out, &format!("client-{name}"), args.force)?;
        sign(client, args.days, &authority, &files, &mut written)?;
    }
    let mut out = std::io::stdout().lock();
    for path in written {
        writeln!(out, "wrote {}", path.display())?;
    }
    Ok(())
}

/// The files of a certificate.
struct Pair {
    cert: PathBuf,
    key: PathBuf,
}

fn pair(out: &Path, name: &str, force: bool) -> anyhow::Result<Pair> {
    let pair = Pair { cert: out.join(format!("{name}.pem")), key: out.join(format!("{name}.key")) };
    for path in [&pair.cert, &pair.key] {
        anyhow::ensure!(
            force || !path.exists(),
            "{} is there already; choose another directory, or replace it with --force",
            path.display()
        );
    }
    Ok(pair)
}

/// The authority that is there, or a new one. A second one would be trusted by nobody who trusts the first.
fn authority(out: &Path, written: &mut Vec<PathBuf>) -> anyhow::Result<Issuer<'static, KeyPair>> {
    let files = Pair { cert: out.join("ca.pem"), key: out.join("ca.key") };
    if files.cert.exists() || files.key.exists() {
        let read = |path: &Path| {
            fs::read_to_string(path)
                .with_context(|| format!("cannot read {}; an authority is ca.pem and ca.key", path.display()))
        };
        let key = KeyPair::from_pem(&read(&files.key)?).context("ca.key is no private key")?;
        return Issuer::from_ca_cert_pem(&read(&files.cert)?, key)
            .context("ca.pem is no authority's certificate");
    }
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Lojal trial authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    hold(&mut params, AUTHORITY_DAYS)?;
    let cert = params.self_signed(&key)?;
    write(&files.key, &key.serialize_pem(), true, written)?;
    write(&files.cert, &cert.pem(), false, written)?;
    Ok(Issuer::new(params, key))
}

fn sign(
    mut params: CertificateParams,
    days: u16,
    authority: &Issuer<'static, KeyPair>,
    files: &Pair,
    written: &mut Vec<PathBuf>,
) -> anyhow::Result<()> {
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    hold(&mut params, days)?;
    let key = KeyPair::generate()?;
    let cert = params.signed_by(&key, authority)?;
    write(&files.key, &key.serialize_pem(), true, written)?;
    write(&files.cert, &cert.pem(), false, written)
}

/// From when, and until when, it holds: whole days, by this machine's clock.
fn hold(params: &mut CertificateParams, days: u16) -> anyhow::Result<()> {
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |days: i64| -> anyhow::Result<_> {
        let date = today.checked_add(jiff::Span::new().days(days))?;
        Ok(date_time_ymd(i32::from(date.year()), date.month() as u8, date.day() as u8))
    };
    (params.not_before, params.not_after) = (day(-EARLIER_DAYS)?, day(i64::from(days))?);
    Ok(())
}

/// Keys are for whoever made them alone.
fn write(path: &Path, text: &str, is_secret: bool, written: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    // Anew, since a file that is there keeps who may read it.
    if path.exists() {
        fs::remove_file(path).with_context(cannot)?;
    }
    let mode = if is_secret { 0o600 } else { 0o644 };
    let file = File::options().write(true).create_new(true).mode(mode).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).with_context(cannot)?;
    written.push(path.to_owned());
    Ok(())
}
