//! Rows of one kind, and the call for each kind.

use lojal_domain::Record;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use tonic::Status;

use super::convert;
use crate::Clients;

/// Rows of one kind, as a chunk of an import holds them.
pub(super) fn rows(run: &[Record]) -> Rows {
    macro_rules! each {
        ($kind:ident, $convert:path) => {
            run.iter()
                .map(|row| match row {
                    Record::$kind(row) => $convert(row),
                    other => panic!("{other:?} is among rows of another kind"),
                })
                .collect()
        };
    }
    match run.first().expect("a row") {
        Record::Transaction(_) => {
            Rows::Transactions(v1::TransactionRows { rows: each!(Transaction, convert::transaction) })
        }
        Record::Refund(_) => Rows::Refunds(v1::RefundRows { rows: each!(Refund, convert::refund) }),
        Record::SurveyResponse(_) => {
            let rows = each!(SurveyResponse, convert::survey_response);
            Rows::SurveyResponses(v1::SurveyResponseRows { rows })
        }
        Record::CustomerUpsert(_) => {
            Rows::Customers(v1::CustomerRows { rows: each!(CustomerUpsert, convert::upsert) })
        }
        Record::Void(_) => Rows::Voids(v1::VoidRows { rows: each!(Void, convert::void) }),
        Record::Interaction(_) => {
            Rows::Interactions(v1::InteractionRows { rows: each!(Interaction, convert::interaction) })
        }
        Record::Cost(_) => Rows::Costs(v1::CostRows { rows: each!(Cost, convert::cost) }),
    }
}

/// Sends rows by the call for their kind.
pub(super) async fn send(
    clients: &Clients,
    rows: Rows,
    skip_invalid: bool,
) -> Result<Option<v1::WriteResult>, Status> {
    let (mut ingest, mut customers) = (clients.ingest.clone(), clients.customers.clone());
    match rows {
        Rows::Transactions(v1::TransactionRows { rows: transactions }) => {
            let request = v1::RecordTransactionsRequest { transactions, skip_invalid };
            Ok(ingest.record_transactions(request).await?.into_inner().result)
        }
        Rows::Refunds(v1::RefundRows { rows: refunds }) => {
            let request = v1::RecordRefundsRequest { refunds, skip_invalid };
            Ok(ingest.record_refunds(request).await?.into_inner().result)
        }
        Rows::SurveyResponses(v1::SurveyResponseRows { rows: survey_responses }) => {
            let request = v1::RecordSurveyResponsesRequest { survey_responses, skip_invalid };
            Ok(ingest.record_survey_responses(request).await?.into_inner().result)
        }
        Rows::Customers(v1::CustomerRows { rows: upserts }) => {
            let request = v1::UpsertCustomersRequest { customers: upserts, skip_invalid };
            Ok(customers.upsert_customers(request).await?.into_inner().result)
        }
        Rows::Voids(v1::VoidRows { rows: voids }) => {
            let request = v1::VoidTransactionsRequest { voids, skip_invalid };
            Ok(ingest.void_transactions(request).await?.into_inner().result)
        }
        Rows::Interactions(v1::InteractionRows { rows: interactions }) => {
            let request = v1::RecordInteractionsRequest { interactions, skip_invalid };
            Ok(ingest.record_interactions(request).await?.into_inner().result)
        }
        Rows::Costs(v1::CostRows { rows: costs }) => {
            let request = v1::RecordCostsRequest { costs, skip_invalid };
            Ok(ingest.record_costs(request).await?.into_inner().result)
        }
        Rows::Columns(_) => panic!("columns are imported"),
    }
}
