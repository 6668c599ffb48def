//! Actors that wait for each other in a ring, found in debug builds.
//!
//! While a handler waits for another actor, an edge from its actor to the other one is on record.
//! A wait that would close a ring is refused before it begins. In release builds all of this is
//! empty; a call to oneself is refused there too, by [`current`](crate::thread::current) alone.
//!
//! An edge counts only as long as both handlers run. When the one that was called is over, whatever
//! it left to be answered later may be answered by anybody. When the one that called is over, it
//! has kept the answer for later, and does not wait.

pub(crate) use imp::{Link, Wait, over};

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

    /// Says whether the handler that was called is over, to whoever still waits for its answer.
    #[derive(Clone, Default)]
    pub(crate) struct Link(Arc<AtomicBool>);

    impl Link {
        pub(crate) fn cut(&self) {
            self.0.store(true, Ordering::Relaxed);
        }

        fn is_cut(&self) -> bool {
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

    /// On record until it is dropped.
    pub(crate) struct Wait(Option<Link>);

    impl Wait {
        /// Records that the actor that runs here waits for `method` of `to`.
        ///
        /// # Errors
        ///
        /// Who waits for whom, if that closed a ring.
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

    /// A handler of `actor` is over: it does not wait any more.
    pub(crate) fn over(actor: ActorId) {
        EDGES.lock().unwrap_or_else(PoisonError::into_inner).retain(|edge| edge.from != actor);
    }

    /// The waits that lead from one actor to another.
    fn path(edges: &[Edge], from: ActorId, to: ActorId) -> Option<Vec<Method>> {
        let mut seen = vec![from];
        let mut open = vec![(from, Vec::new())];
        while let Some((at, path)) = open.pop() {
            for edge in edges.iter().filter(|edge| edge.from == at && !edge.link.is_cut()) {
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
        #[expect(clippy::unused_self, reason = "the debug twin needs it")]
        pub(crate) fn cut(&self) {}
    }

    pub(crate) fn over(_: ActorId) {}

    pub(crate) struct Wait;

    impl Wait {
        #[expect(clippy::unnecessary_wraps, reason = "the debug twin can fail")]
        pub(crate) fn begin(_: ActorId, _: Method, _: &Link) -> Result<Self, Vec<Method>> {
            Ok(Self)
        }
    }
}
