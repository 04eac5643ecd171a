//! ClvService: what a customer will be worth, and whether they are still there.

use std::ops::ControlFlow;

use lojal_engine::Prediction;
use lojal_proto::v1;
use lojal_proto::v1::clv_service_server::ClvService;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{backtests, models, predictions, questions, summaries};
use crate::Service;
use crate::context::open;
use crate::error::Refusal;
use crate::stream::{self, WAITING};
use crate::words::{page, provenance};

/// Steps of a fit that may wait for a slow reader, who misses others.
const STEPS: usize = 8;

#[tonic::async_trait]
impl ClvService for Service {
    type FitModelStream = ReceiverStream<Result<v1::FitModelResponse, Status>>;

    async fn fit_model(
        &self,
        request: Request<v1::FitModelRequest>,
    ) -> Result<Response<Self::FitModelStream>, Status> {
        use v1::fit_model_response::Event;
        let (workspace, request) = open(request)?;
        let question = questions::fit_question(request)?;
        let engine = self.engine.clone();
        let stream = stream::answer(STEPS, |events| async move {
            let told = events.share();
            let listen = move |stage| {
                // A reader that is slower than the fit misses steps, not the model.
                let event = Some(Event::Progress(models::progress(stage)));
                match told.offer(v1::FitModelResponse { event }) {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            };
            let (model, is_default) = engine.fit_model(&workspace, question, listen).await?;
            let event = Some(Event::Model(models::model(&model, is_default)));
            events.send(v1::FitModelResponse { event }).await;
            Ok(())
        });
        Ok(Response::new(stream))
    }

    async fn get_model(
        &self,
        request: Request<v1::GetModelRequest>,
    ) -> Result<Response<v1::GetModelResponse>, Status> {
        let (workspace, request) = open(request)?;
        let id = Some(request.model_id.as_str()).filter(|id| !id.is_empty());
        let (model, is_default) = self.engine.get_model(&workspace, id).await.map_err(Refusal::from)?;
        Ok(Response::new(v1::GetModelResponse { model: Some(models::model(&model, is_default)) }))
    }

    async fn list_models(
        &self,
        request: Request<v1::ListModelsRequest>,
    ) -> Result<Response<v1::ListModelsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let page = page(request.page_size, request.page_token);
        let page = self.engine.list_models(&workspace, page).await.map_err(Refusal::from)?;
        let models =
            page.entries.iter().map(|(model, is_default)| models::model(model, *is_default)).collect();
        Ok(Response::new(v1::ListModelsResponse { models, next_page_token: page.next_token }))
    }

    async fn predict_customer(
        &self,
        request: Request<v1::PredictCustomerRequest>,
    ) -> Result<Response<v1::PredictCustomerResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::prediction_question(request)?;
        let answer = self.engine.predict_customer(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(predictions::customer_forecast(answer)))
    }

    type PredictCustomersStream = ReceiverStream<Result<v1::PredictCustomersResponse, Status>>;

    async fn predict_customers(
        &self,
        request: Request<v1::PredictCustomersRequest>,
    ) -> Result<Response<Self::PredictCustomersStream>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::predictions(request)?;
        let method = question.outlook.intervals;
        let engine = self.engine.clone();
        let stream = stream::answer(WAITING, |messages| async move {
            let mut batches = engine.predict_customers(&workspace, question).await?;
            let model = batches.model().clone();
            let mut totals = batches.totals().map(predictions::totals);
            // Even an empty answer says where it comes from.
            let mut first = true;
            loop {
                let batch = batches.next().await?;
                if batch.is_empty() && !first {
                    return Ok(());
                }
                first = false;
                let told = |one: Prediction| {
                    let estimated = one.estimates(&model, method).all();
                    predictions::prediction(one, estimated)
                };
                let predictions = batch.into_iter().map(told).collect();
                // Each batch may have met values that the model does not know.
                let (model_id, provenance) = (model.id.clone(), Some(provenance(batches.provenance())));
                let totals = totals.take();
                messages
                    .send(v1::PredictCustomersResponse { predictions, model_id, provenance, totals })
                    .await;
            }
        });
        Ok(Response::new(stream))
    }

    type PredictSummariesStream = ReceiverStream<Result<v1::PredictSummariesResponse, Status>>;

    async fn predict_summaries(
        &self,
        request: Request<v1::PredictSummariesRequest>,
    ) -> Result<Response<Self::PredictSummariesStream>, Status> {
        let (workspace, request) = open(request)?;
        let question = summaries::question(request)?;
        let method = question.outlook.intervals;
        let engine = self.engine.clone();
        let stream = stream::answer(WAITING, |messages| async move {
            let mut batches = engine.predict_summaries(&workspace, question).await?;
            let model = batches.model().clone();
            let mut first = Some((models::model(&model, false), provenance(batches.provenance())));
            loop {
                let batch = batches.next().await?;
                if batch.is_empty() {
                    return Ok(());
                }
                let told = |one: Prediction| {
                    let estimated = one.estimates(&model, method).all();
                    predictions::prediction(one, estimated)
                };
                let predictions = batch.into_iter().map(told).collect();
                let (model, provenance) = first.take().unzip();
                messages.send(v1::PredictSummariesResponse { predictions, model, provenance }).await;
            }
        });
        Ok(Response::new(stream))
    }

    async fn summarize_predictions(
        &self,
        request: Request<v1::SummarizePredictionsRequest>,
    ) -> Result<Response<v1::SummarizePredictionsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::summary_question(request)?;
        let answer = self.engine.summarize_predictions(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(predictions::summary_answer(answer)))
    }

    async fn backtest(
        &self,
        request: Request<v1::BacktestRequest>,
    ) -> Result<Response<v1::BacktestResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::backtest_question(&request)?;
        let answer = self.engine.backtest(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(backtests::backtest(answer)))
    }

    async fn compare_models(
        &self,
        request: Request<v1::CompareModelsRequest>,
    ) -> Result<Response<v1::CompareModelsResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::comparison_question(&request)?;
        let answer = self.engine.compare_models(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(backtests::comparison(answer)))
    }

    async fn get_tracking(
        &self,
        request: Request<v1::GetTrackingRequest>,
    ) -> Result<Response<v1::GetTrackingResponse>, Status> {
        let (workspace, request) = open(request)?;
        let question = questions::tracking_question(request)?;
        let answer = self.engine.get_tracking(&workspace, question).await.map_err(Refusal::from)?;
        Ok(Response::new(backtests::tracking(answer)))
    }
}
