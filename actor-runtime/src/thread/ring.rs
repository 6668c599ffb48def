//! Deadlock detection in debug builds: actors that wait for each other in a ring.
//!
//! While a handler waits for another actor, an edge from its actor to the other is recorded, and a wait
//! that would close a ring is refused. In release builds this module is empty; calls of an actor to
//! itself are refused in every build, by means of [`current`](crate::thread::current).
//!
//! An edge counts only while both handlers run. Once the called handler is over, anyone may hold the
//! reply it has kept. Once the calling handler is over, it has kept the call for later and does not wait.

pub(crate) use imp::{Link, Wait, remove_waits_of};

#[cfg(all(debug_assertions, not(shuttle)))]
mod imp {
    use std::sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    };

    use crate::{
        error::Method,
        thread::current::{self, ActorId},
    };

    /// Shared by a wait and the handler that it waits for, which releases it when it is over or has
    /// answered.
    #[derive(Clone, Default)]
    pub(crate) struct Link(Arc<AtomicBool>);

    impl Link {
        pub(crate) fn release(&self) {
            self.0.store(true, Ordering::Relaxed);
        }

        fn is_released(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }

    struct Edge {
        from: ActorId,
        to: ActorId,
        method: Method,
        link: Link,
    }

    static EDGES: Mutex<Vec<Edge>> = Mutex::new(Vec::new());

    /// A recorded wait. Dropping it removes its edge.
    pub(crate) struct Wait(Option<Link>);

    impl Wait {
        /// Records that the actor that runs on this thread, if any, waits for `method` of `to`.
        ///
        /// # Errors
        ///
        /// The methods along the ring that this wait would close, except its own.
        pub(crate) fn begin(to: ActorId, method: Method, link: &Link) -> Result<Self, Vec<Method>> {
            let Some(from) = current::actor() else {
                return Ok(Self(None));
            };
            let mut edges = EDGES.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(ring) = path(&edges, to, from) {
                return Err(ring);
            }
            edges.push(Edge { from, to, method, link: link.clone() });
            Ok(Self(Some(link.clone())))
        }
    }

    impl Drop for Wait {
        fn drop(&mut self) {
            if let Some(link) = &self.0 {
                let mut edges = EDGES.lock().unwrap_or_else(PoisonError::into_inner);
                edges.retain(|edge| !Arc::ptr_eq(&edge.link.0, &link.0));
            }
        }
    }

    /// Removes the edges of `actor`, because its handler is over.
    pub(crate) fn remove_waits_of(actor: ActorId) {
        EDGES.lock().unwrap_or_else(PoisonError::into_inner).retain(|edge| edge.from != actor);
    }

    /// Returns the methods along a path of waits between two actors.
    fn path(edges: &[Edge], from: ActorId, to: ActorId) -> Option<Vec<Method>> {
        let mut seen = vec![from];
        let mut open = vec![(from, Vec::new())];
        while let Some((at, path)) = open.pop() {
            for edge in edges.iter().filter(|edge| edge.from == at && !edge.link.is_released()) {
                let mut path = path.clone();
                path.push(edge.method);
                if edge.to == to {
                    return Some(path);
                }
                if !seen.contains(&edge.to) {
                    seen.push(edge.to);
                    open.push((edge.to, path));
                }
            }
        }
        None
    }
}

#[cfg(not(all(debug_assertions, not(shuttle))))]
mod imp {
    use crate::{error::Method, thread::current::ActorId};

    #[derive(Clone, Default)]
    pub(crate) struct Link;

    impl Link {
        #[expect(clippy::unused_self, reason = "debug builds use it")]
        pub(crate) fn release(&self) {}
    }

    pub(crate) fn remove_waits_of(_: ActorId) {}

    pub(crate) struct Wait;

    impl Wait {
        #[expect(clippy::unnecessary_wraps, reason = "fails in debug builds")]
        pub(crate) fn begin(_: ActorId, _: Method, _: &Link) -> Result<Self, Vec<Method>> {
            Ok(Self)
        }
    }
}
