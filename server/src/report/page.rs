//! The console's page with its program, its looks and the answers in it.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Serialize;

const PAGE: &str = include_str!("../../console/dist/index.html");
const PROGRAM: &str = include_str!("../../console/dist/console.js");
const LOOKS: &str = include_str!("../../console/dist/console.css");

/// Nothing from anywhere, whatever the answers hold.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\" />";

/// What a page finds in itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report<'a> {
    /// Where the same can be asked.
    pub(super) origin: String,
    pub(super) workspace: &'a str,
    /// The day at whose start the answers are; none for the latest there was.
    pub(super) as_of: Option<String>,
    pub(super) made: String,
    pub(super) has_customers: bool,
    /// Answers as they come over gRPC-Web, in base64, by what was asked.
    pub(super) answers: BTreeMap<String, String>,
}

/// The page.
pub(super) fn html(report: &Report<'_>) -> anyhow::Result<String> {
    // No text of an answer can end the element that holds it.
    let answers = serde_json::to_string(report)?.replace('<', "\\u003c");
    let answers = format!("<script type=\"application/json\" id=\"report\">{answers}</script>");
    let program = format!("<script type=\"module\">{}</script>", PROGRAM.replace("</script", "<\\/script"));
    let looks = format!("<style>{LOOKS}</style>");
    let page = without(PAGE, "<link rel=\"icon\"", "/>")?;
    let page = without(&page, "<script type=\"module\"", "</script>")?;
    let page = without(&page, "<link rel=\"stylesheet\"", ">")?;
    let (head, rest) =
        page.split_once("<meta name=\"viewport\"").context("the console's page has no viewport")?;
    let (middle, end) = rest.split_once("</body>").context("the console's page has no end")?;
    Ok(format!("{head}{POLICY}\n    <meta name=\"viewport\"{middle}{looks}{answers}{program}</body>{end}"))
}

/// A page without the element that begins and ends so.
fn without(page: &str, begins: &str, ends: &str) -> anyhow::Result<String> {
    let missing = || format!("the console's page has no {begins}");
    let (before, rest) = page.split_once(begins).with_context(missing)?;
    let (_, after) = rest.split_once(ends).with_context(missing)?;
    Ok(format!("{before}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_in_the_page_and_nothing_ends_it_early() {
        let answers = BTreeMap::from([(
            "NpsService/GetNps {\"groupBy\":\"</script><b>\"}".to_owned(),
            "AAAA".to_owned(),
        )]);
        let report = Report {
            origin: "http://127.0.0.1:50051".to_owned(),
            workspace: "default",
            as_of: None,
            made: "2026-01-01 00:00 UTC".to_owned(),
            has_customers: true,
            answers,
        };
        let html = html(&report).unwrap();
        assert_eq!(html.matches("</script>").count(), 2, "the program and the answers");
        assert_eq!(html.matches("<style>").count(), 1);
        for elsewhere in ["src=\"", "<link"] {
            let head = html.split("<script").next().unwrap();
            assert!(!head.contains(elsewhere), "{elsewhere}");
        }
        let (_, json) = html.split_once("id=\"report\">").unwrap();
        let json = json.split("</script>").next().unwrap();
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["answers"]["NpsService/GetNps {\"groupBy\":\"</script><b>\"}"], "AAAA");
    }
}
