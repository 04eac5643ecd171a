//! Where a store behind the API is: a server on a directory that stays, and when its revisions were written.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use lojal_domain::{EventTime, WorkspaceName};

use crate::Server;

/// A server, and what a client must remember to ask about earlier revisions.
#[derive(Default)]
pub(super) struct Place {
    server: Mutex<Kept>,
    /// An instant after each revision and before the next, by the server's clock. The API knows instants only.
    instants: Mutex<HashMap<WorkspaceName, BTreeMap<u64, EventTime>>>,
}

#[derive(Default)]
enum Kept {
    #[default]
    Nowhere,
    Running(Server),
    Stopped(Server),
}

impl Place {
    /// Starts the server, on its directory if there was one before, and tells its address.
    pub(super) fn start(&self) -> String {
        let mut kept = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        let server = match std::mem::take(&mut *kept) {
            Kept::Nowhere => Server::start(),
            Kept::Stopped(mut server) => {
                server.start_again();
                server
            }
            Kept::Running(_) => panic!("a store is closed before it is opened again"),
        };
        let url = server.url().to_owned();
        *kept = Kept::Running(server);
        url
    }

    /// Stops the server in order. Its directory stays.
    pub(super) fn stop(&self) {
        let mut kept = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = match std::mem::take(&mut *kept) {
            Kept::Running(mut server) => {
                let stopped = server.stop();
                assert!(
                    stopped.status.success(),
                    "the server ended with {}: {}",
                    stopped.status,
                    server.log()
                );
                Kept::Stopped(server)
            }
            other => other,
        };
    }

    /// Remembers an instant at which a revision was the last one.
    pub(super) fn remember(&self, workspace: &WorkspaceName, revision: u64, at: EventTime) {
        let mut instants = self.instants.lock().unwrap_or_else(PoisonError::into_inner);
        instants.entry(workspace.clone()).or_default().entry(revision).or_insert(at);
    }

    /// An instant at which a revision was the last one.
    pub(super) fn instant_of(&self, workspace: &WorkspaceName, revision: u64) -> Option<EventTime> {
        let instants = self.instants.lock().unwrap_or_else(PoisonError::into_inner);
        match revision {
            0 => Some(EventTime::MIN),
            _ => instants.get(workspace)?.get(&revision).copied(),
        }
    }

    /// Revisions of a workspace that is deleted begin anew.
    pub(super) fn forget(&self, workspace: &WorkspaceName) {
        self.instants.lock().unwrap_or_else(PoisonError::into_inner).remove(workspace);
    }
}
