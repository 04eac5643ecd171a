//! What is known of this customer?

use std::collections::BTreeMap;

use lojal_domain::{CustomerId, EventTime, History, SurveyMetric, WorkspaceName, attributes_as_of};

use crate::ask::purchases::{Counting, net_purchases};
use crate::{Engine, EngineError, Moment, Provenance, Scope};

/// The definition of the totals.
pub(crate) const DEFINITION: &str = "customer@1";

/// What is known of this customer?
#[derive(Clone, Debug)]
pub struct GetCustomer {
    /// Who.
    pub customer: CustomerId,
    /// When.
    pub scope: Scope,
}

/// A customer with totals.
#[derive(Clone, Debug)]
pub struct CustomerView {
    /// Who.
    pub customer: String,
    /// Facts by name.
    pub attributes: BTreeMap<String, String>,
    /// First purchase.
    pub first_transaction: Option<EventTime>,
    /// Latest purchase.
    pub last_transaction: Option<EventTime>,
    /// Transactions, refunded ones included.
    pub transactions: u64,
    /// Days with a purchase that was kept.
    pub purchase_days: u64,
    /// Paid, before refunds, in micros.
    pub gross_micros: i128,
    /// Paid, less what was given back, in micros.
    pub net_micros: i128,
    /// Refunds.
    pub refunds: u64,
    /// Survey answers with a score, of any metric.
    pub responses: u64,
    /// Latest NPS score.
    pub last_nps_score: Option<i16>,
    /// Interactions.
    pub interactions: u64,
    /// Spent on them alone, in micros.
    pub cost_micros: i128,
}

impl CustomerView {
    /// A customer of whom nothing counts.
    pub(crate) fn nothing(customer: &str) -> Self {
        Self {
            customer: customer.to_owned(),
            attributes: BTreeMap::new(),
            first_transaction: None,
            last_transaction: None,
            transactions: 0,
            purchase_days: 0,
            gross_micros: 0,
            net_micros: 0,
            refunds: 0,
            responses: 0,
            last_nps_score: None,
            interactions: 0,
            cost_micros: 0,
        }
    }

    pub(crate) fn of(history: &History<'_>, moment: &Moment) -> Self {
        let attributes = attributes_as_of(history.attributes);
        let (mut gross_micros, mut net_micros) = (0, 0);
        for purchase in net_purchases(history) {
            gross_micros += i128::from(purchase.gross_micros);
            net_micros += i128::from(purchase.net_micros());
        }
        let answers: Vec<_> = history.all_answers().collect();
        let summary = Counting::Days.summary(history, &moment.zone, moment.today());
        Self {
            customer: history.customer.unwrap_or_default().to_owned(),
            attributes: attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            first_transaction: history.transactions.first().map(|fact| fact.time),
            last_transaction: history.transactions.last().map(|fact| fact.time),
            transactions: history.transactions.len() as u64,
            purchase_days: summary.map_or(0, |summary| u64::from(summary.frequency) + 1),
            gross_micros,
            net_micros,
            refunds: history.refunds.len() as u64,
            responses: answers.len() as u64,
            last_nps_score: answers
                .iter()
                .rev()
                .find(|answer| answer.metric == SurveyMetric::Nps)
                .and_then(|answer| answer.score),
            interactions: history.interactions.len() as u64,
            cost_micros: history.cost_micros(),
        }
    }
}

impl Engine {
    /// Answers [`GetCustomer`].
    ///
    /// # Errors
    /// [`EngineError::CustomerNotFound`].
    pub async fn get_customer(
        &self,
        workspace: &WorkspaceName,
        GetCustomer { customer, scope }: GetCustomer,
    ) -> Result<(CustomerView, Provenance), EngineError> {
        let moment = self.moment(workspace, scope).await?;
        let mut view = None;
        let mut look = |history: &History<'_>| view = Some(CustomerView::of(history, &moment));
        self.store.history(workspace, &customer, moment.cut(), &mut look).await?;
        let view = view.ok_or_else(|| moment.customer_not_found(&customer))?;
        Ok((view, moment.provenance(DEFINITION, None)))
    }
}
