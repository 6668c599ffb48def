//! What the check does not catch, and what it refuses although it is right. `accept` is wrong in
//! the first half, and `refuse` in the second; `docs/cancel-safety-limits.md` tells the same. Parsed,
//! never compiled.

impl Missed {
    /// accept: an effect of a function
    async fn effect(&mut self) -> u32 {
        write_log("waiting");
        self.rx.recv().await
    }

    /// accept: a method that both changes `self` and gives a value that is used
    async fn effect_with_value(&mut self) -> u32 {
        if self.advance_clock() > 3 {
            return 0;
        }
        self.rx.recv().await
    }

    /// accept: the guard is believed
    async fn believed_guard(&mut self) -> u32 {
        if self.count < 9 {
            self.count = self.tick().await;
        }
        self.rx.recv().await
    }

    /// accept: what is taken out may not be a future
    async fn taken_as_future(&mut self) -> u32 {
        self.stream.write(self.items.next()).await
    }

    /// accept: the receiver of the awaited call may have been taken out
    async fn taken_receiver(&mut self) -> u32 {
        self.next_job().run().await
    }

    /// accept: interior mutability under a name that says nothing
    async fn interior(&self) -> u32 {
        let item = self.shared.grab();
        self.stream.write(item).await
    }

    /// accept: moved from one field to another, once for each call
    async fn moved_on(&mut self) -> u32 {
        let item = self.first.pop_front();
        self.second.push_back(item);
        self.rx.recv().await
    }

    /// accept: a boxed future in a local
    async fn boxed(&mut self) -> u32 {
        let mut call = Box::pin(transfer(3));
        (&mut call).await
    }
}

impl Refused {
    /// refuse CS4: a step that is harmless to repeat: say `repeatable`
    async fn harmless_step(&mut self) -> u32 {
        self.stream.readable().await;
        self.rx.recv().await
        //~^ await: `self.stream.readable()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// refuse CS1: a lock that protects nothing half done
    async fn lock(&self) -> u32 {
        let guard = self.state.lock().await;
        guard.value().await
        //~^ guard: `guard` holds what `self.state.lock()` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: do not hold it while waiting, or write `repeatable(..)` around it if asking for it again is harmless
    }

    /// refuse CS6: an argument that the caller can make again
    async fn argument(&mut self, name: String) -> u32 {
        self.resolve(&name).await
        //~^ name: the argument `name` belongs to this call, and is lost if the call is dropped at this `.await` [CS6]
        //~  help: take `name` by reference
    }

    /// refuse CS4: the helper stores what it reads, but not where this body shows it
    async fn stored_by_helper(&mut self) -> u32 {
        if self.header.is_none() {
            self.read_header_into_self().await;
        }
        self.rx.recv().await
        //~^ await: `self.read_header_into_self()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// refuse CS2: a function that is lent a field and only looks
    async fn lent_to_function(&mut self) -> u32 {
        let size = measure(&mut self.buffer);
        self.stream.write(size).await
        //~^ size: `size` comes from `measure(&mut self.buffer)`, which may take it out of `self`, and is lost if the call is dropped at this `.await` [CS2]
        //~  help: borrow it, or take it out only after the last `.await`
    }
}
