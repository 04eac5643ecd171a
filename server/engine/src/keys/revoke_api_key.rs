//! Let a key be no more.

use std::sync::Arc;

use crate::EngineError;
use crate::keys::ApiKeys;
use crate::keys::api_key::ApiKey;
use crate::keys::kept::KeptKey;

impl ApiKeys {
    /// Ends a key for good. Revoking again changes nothing.
    ///
    /// # Errors
    /// [`EngineError::ApiKeyNotFound`].
    pub async fn revoke(&self, id: &str) -> Result<Arc<ApiKey>, EngineError> {
        let _alone = self.changing.lock().await;
        let kept = self.kept.read().get(id).cloned();
        let kept = kept.ok_or_else(|| EngineError::ApiKeyNotFound(id.to_owned()))?;
        if kept.key.revoked.is_some() {
            return Ok(kept.key);
        }
        let key = Arc::new(ApiKey { revoked: Some(self.clock.now()), ..(*kept.key).clone() });
        self.keep(KeptKey { key: key.clone(), ..kept }).await?;
        Ok(key)
    }
}
