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

    /// refuse: the guard is believed
    async fn believed_guard(&mut self) -> u32 {
        if self.count < 9 {
            self.count = self.tick().await;
            //~^ self.tick(): `self.tick()` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `self.tick()` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.tick())`
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

    /// refuse: moved from one field to another, once for each call
    async fn moved_on(&mut self) -> u32 {
        let item = self.first.pop_front();
        //~^ self.first.pop_front(): `self.first.pop_front()` changes `self.first` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.first.pop_front() { return x; }`
        self.second.push_back(item);
        //~^ self.second.push_back(item): `self.second.push_back(item)` changes `self.second` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(self.second.push_back(item))`
        self.rx.recv().await
    }

    /// accept: a boxed future in a local
    async fn boxed(&mut self) -> u32 {
        let mut call = Box::pin(transfer(3));
        (&mut call).await
    }
}

impl Refused {
    /// refuse: a step that is harmless to repeat: say `repeatable`
    async fn harmless_step(&mut self) -> u32 {
        self.stream.readable().await;
        //~^ self.stream.readable(): `self.stream.readable()` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `self.stream.readable()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.stream.readable())`
        self.rx.recv().await
    }

    /// refuse: a lock that protects nothing half done
    async fn lock(&self) -> u32 {
        let guard = self.state.lock().await;
        //~^ self.state.lock(): `self.state.lock()` has completed when the call waits for `guard.value()`: if it is dropped there, calling the function again waits for `self.state.lock()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.state.lock())`
        guard.value().await
    }

    /// accept: an argument that the caller can make again
    async fn argument(&mut self, name: String) -> u32 {
        self.resolve(&name).await
    }

    /// refuse: the helper stores what it reads, but not where this body shows it
    async fn stored_by_helper(&mut self) -> u32 {
        if self.header.is_none() {
            self.read_header_into_self().await;
            //~^ self.read_header_into_self(): `self.read_header_into_self()` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `self.read_header_into_self()` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_header_into_self())`
        }
        self.rx.recv().await
    }

    /// refuse: a function that is lent a field and only looks
    async fn lent_to_function(&mut self) -> u32 {
        let size = measure(&mut self.buffer);
        //~^ measure(&mut self.buffer): `&mut self.buffer` is lent to be changed and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: lend it with `&`, or do this behind the last `.await`; if doing it again is harmless, write `repeatable(measure(&mut self.buffer))`
        self.stream.write(size).await
    }
}
