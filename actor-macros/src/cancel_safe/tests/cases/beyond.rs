//! What the prototype of the design got wrong, or could not tell. Parsed, never compiled.

impl Queue {
    /// ask the borrow checker: a getter by a name that says nothing
    async fn getter(&mut self) -> Result<()> {
        let packet = self.packet();
        self.stream.write(packet).await
    }

    /// ask the borrow checker: a getter inside of the awaited call
    async fn getter_inside(&mut self) -> Result<()> {
        self.stream.write(self.encoder.frame()).await
    }

    /// ask the borrow checker: an effect before the wait, if it is one
    async fn effect(&mut self) -> u32 {
        self.log_progress();
        self.rx.recv().await
    }

    /// accept: a getter behind `&self` needs no proof
    async fn shared(&self) -> Result<()> {
        let packet = self.packet();
        self.stream.write(packet).await
    }

    /// accept: a future given to a wrapper is not taken out
    async fn wrapped(&mut self) -> Option<u32> {
        timeout(self.limit, self.rx.recv()).await
    }

    /// accept: what `repeatable` gives can be had again
    async fn repeatable_value(&mut self) -> u32 {
        let ready = repeatable(self.stream.readable()).await;
        self.stream.try_answer(ready).await
    }

    /// accept: a part of `self` behind `Option`
    async fn part(&mut self) -> u32 {
        let stream = self.stream.as_mut().unwrap();
        stream.read_buf(&mut self.buffer).await
    }

    /// accept: a part of `self` that has a name of its own
    async fn accessor(&mut self) -> u32 {
        self.stream_mut().read_buf(&mut self.buffer).await
    }

    /// accept: the iterator is over a borrow
    async fn looks_first(&mut self) -> u32 {
        let first = self.items.iter().next();
        self.stream.write(first).await
    }

    /// accept: nothing was there, so nothing is lost
    async fn pop_or_wait(&mut self) -> Option<u32> {
        match self.queue.pop_front() {
            Some(item) => Some(item),
            None => self.rx.recv().await,
        }
    }

    /// accept: the same in a loop
    async fn pop_or_wait_again(&mut self) -> u32 {
        loop {
            if let Some(item) = self.queue.pop_front() {
                return item;
            } else {
                self.notified.changed().await;
            }
        }
    }

    /// accept: the same with `let else`
    async fn pop_or_leave(&mut self) -> Option<u32> {
        let Some(item) = self.queue.pop_front() else {
            return self.rx.recv().await;
        };
        Some(item)
    }

    /// accept: a request is built in a loop that does not wait
    async fn built_in_a_loop(&mut self) -> Result<()> {
        let mut request = Vec::new();
        for item in &self.items {
            request.push(item.id);
        }
        self.stream.write(&request).await
    }

    /// accept: emptied and filled by the same wait
    async fn clear_then_read(&mut self) -> usize {
        self.buffer.clear();
        self.stream.read_buf(&mut self.buffer).await
    }

    /// refuse CS5: emptied once, and filled by several waits
    async fn clear_then_read_all(&mut self) -> usize {
        self.buffer.clear();
        while self.buffer.len() < 4 {
            self.stream.read_buf(&mut self.buffer).await;
            //~^ await: `self.buffer.clear()` runs again in a call made anew, and undoes what an earlier wait has put into `self.buffer` [CS5]
            //~  help: move it after the last `.await`, or behind a question that `self` answers
        }
        self.buffer.len()
    }

    /// refuse CS5: a position that is reset at the beginning
    async fn position_reset(&mut self) {
        self.position = 0;
        while self.position < 4 {
            self.rx.recv().await;
            //~^ await: `self.position = 0` runs again in a call made anew, and undoes what an earlier wait has put into `self.position` [CS5]
            //~  help: move it after the last `.await`, or behind a question that `self` answers
            self.position += 1;
        }
    }

    /// refuse CS5: counted with `=`
    async fn count_with_assign(&mut self) -> u32 {
        self.calls = self.calls + 1;
        self.rx.recv().await
        //~^ await: `self.calls = self.calls + 1` has already run when the call waits here, and a call made anew would run it again [CS5]
        //~  help: move it after the `.await`
    }

    /// accept: setting a bit twice sets it once
    async fn flag(&mut self) -> u32 {
        self.flags |= INTERESTED;
        self.rx.recv().await
    }

    /// refuse CS5: a static is counted
    async fn count_in_static(&mut self) -> u32 {
        CALLS.fetch_add(1, Relaxed);
        self.rx.recv().await
        //~^ await: `CALLS.fetch_add(1, Relaxed)` has already run when the call waits here, and a call made anew would run it again [CS5]
        //~  help: move it after the `.await`
    }

    /// refuse CS5: a task is spawned, and spawned again
    async fn spawn_then_wait(&mut self) -> u32 {
        tokio::spawn(work());
        self.rx.recv().await
        //~^ await: `tokio::spawn(work())` has already run when the call waits here, and a call made anew would run it again [CS5]
        //~  help: move it after the `.await`
    }

    /// accept: spawned once, because `self` knows
    async fn spawn_once(&mut self) -> u32 {
        if self.task.is_none() {
            self.started += 1;
            self.task = Some(tokio::spawn(work()));
        }
        self.rx.recv().await
    }

    /// refuse CS5: what is taken out and thrown away
    async fn drop_one(&mut self) -> u32 {
        let _ = self.queue.pop_front();
        self.rx.recv().await
        //~^ await: `self.queue.pop_front()` has already run when the call waits here, and a call made anew would run it again [CS5]
        //~  help: move it after the `.await`
    }

    /// refuse CS4: the guard asks about another field than the one that is written
    async fn wrong_guard(&mut self) -> u32 {
        if self.header.is_none() {
            self.body = Some(self.read_body().await);
        }
        self.rx.recv().await
        //~^ await: `self.read_body()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// refuse CS4: it is written only sometimes
    async fn sometimes(&mut self) -> u32 {
        if self.header.is_none() {
            let header = self.read_header().await;
            if header.is_valid() {
                self.header = Some(header);
            }
        }
        self.rx.recv().await
        //~^ await: `self.read_header()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// accept: the guard was given a name
    async fn named_guard(&mut self) -> u32 {
        let is_missing = self.header.is_none();
        if is_missing {
            self.header = Some(self.read_header().await);
        }
        self.rx.recv().await
    }

    /// accept: the guard is a question to all of `self`
    async fn asked_guard(&mut self) -> u32 {
        if self.needs_header() {
            self.header = Some(self.read_header().await);
        }
        self.rx.recv().await
    }

    /// accept: each turn of the loop is guarded
    async fn fill_slots(&mut self) {
        for slot in &mut self.slots {
            if slot.is_none() {
                *slot = Some(self.rx.recv().await);
            }
        }
    }

    /// refuse CS3: a receiver of one's own collects what nobody else gets
    async fn local_receiver(&mut self) -> u32 {
        let mut rx = self.sender.subscribe();
        loop {
            let item = rx.recv().await;
            //~^ rx: `rx` lives only in this call and collects what `rx.recv()` gives: all of it is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `rx` in `self`
            if item.is_wanted() {
                return item;
            }
        }
    }

    /// accept: a local that only asks
    async fn local_token(&mut self) -> Option<u32> {
        let token = self.token.clone();
        loop {
            select! {
                () = token.cancelled() => return None,
                item = self.rx.recv() => if item.is_wanted() { return Some(item) },
            }
        }
    }

    /// refuse CS3: a flag that is set after the first wait
    async fn local_flag(&mut self) -> u32 {
        let mut is_first = true;
        loop {
            let item = self.rx.recv().await;
            //~^ await: `is_first` lives only in this call and is changed between waits (`is_first = false`): the change is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `is_first` in `self`
            if !is_first {
                return item;
            }
            is_first = false;
        }
    }

    /// refuse CS3: a back-off
    async fn back_off(&mut self) -> u32 {
        let mut delay = Duration::from_millis(1);
        loop {
            if let Ok(item) = self.try_it() {
                return item;
            }
            self.sleep(delay).await;
            //~^ delay: `delay` lives only in this call and is changed between waits (`delay *= 2`): the change is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `delay` in `self`
            delay *= 2;
        }
    }

    /// refuse CS3: a closure counts while it waits
    async fn counting_closure(&mut self) -> u32 {
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            //~^ polls: `polls` lives only in this call and is changed while it waits: the change is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `polls` in `self`
            self.channel.poll(context)
        })
        .await
    }

    /// refuse CS1: printed after the next wait
    async fn printed(&mut self) {
        let name = self.rx.recv().await;
        self.stream.flush().await;
        //~^ await: `name` holds what `self.rx.recv()` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in `self` before waiting again
        println!("{name}");
    }

    /// refuse CS1: a lazy operator decides too
    async fn lazy(&mut self) -> bool {
        self.rx.recv().await.is_some() && self.other.changed().await.is_ok()
        //~^ await (2): whether this `.await` runs was decided by what `self.rx.recv()` gave, which is forgotten if the call is dropped here [CS1]
        //~  help: store it in `self` first, then decide from `self`
    }

    /// accept: a lazy operator on own state
    async fn lazy_state(&mut self) -> bool {
        self.is_open && self.other.changed().await.is_ok()
    }

    /// refuse CS7: hidden in a macro
    async fn hidden(&mut self) {
        println!("{:?}", self.rx.recv().await);
        //~^ println: the check cannot see the `.await` inside of `println!` [CS7]
        //~  help: move it out of the macro: `let value = future.await;`
    }

    /// refuse CS4: a `?` in between is no guard
    async fn question(&mut self) -> Result<u32> {
        self.stream.flush().await?;
        self.rx.recv().await
        //~^ await: `self.stream.flush()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// accept: a panic does not go on
    async fn panics(&mut self) -> u32 {
        if self.is_broken {
            self.rx.recv().await;
            panic!("broken");
        }
        self.rx.recv().await
    }

    /// refuse CS4: a labelled block that is left early
    async fn labelled_block(&mut self) -> u32 {
        'greeting: {
            if self.is_greeted {
                break 'greeting;
            }
            self.stream.greet().await;
        }
        self.rx.recv().await
        //~^ await: `self.stream.greet()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// accept: `select!` in a loop, with `biased` and `else`
    async fn select_loop(&mut self) -> Option<Event> {
        loop {
            select! {
                biased;
                Some(item) = self.rx.recv(), if self.is_open => self.items.push(item),
                _ = self.interval.tick() => return Some(Event::Tick),
                else => return None,
            }
        }
    }

    /// refuse CS1: the branch is forgotten after `select!`
    async fn select_then_wait(&mut self) -> u32 {
        let item = select! {
            item = self.rx.recv() => item,
            item = self.other.recv() => item,
        };
        self.stream.flush().await;
        //~^ await: `item` holds what `self.rx.recv()` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in `self` before waiting again
        item
    }

    /// accept: arguments that are copies, shared or functions
    async fn arguments(&mut self, id: u64, shared: Arc<State>, pick: impl Fn(&Item) -> bool) -> Item {
        loop {
            let item = self.rx.recv().await;
            if item.id == id && shared.wants(&item) && pick(&item) {
                return item;
            }
        }
    }

    /// accept: a pinned receiver is behind a reference
    async fn pinned(self: Pin<&mut Self>, out: &mut [u8]) -> usize {
        self.project().stream.read(out).await
    }

    /// refuse CS6: a boxed receiver is not
    async fn boxed(self: Box<Self>) -> usize {
    //~^ self: `self` belongs to this call, and is lost with all that is in it if the call is dropped [CS6]
    //~  help: take `&mut self`
        self.rx.recv().await
    }

    /// refuse CS1, CS2: both are lost, each is told
    async fn two_mistakes(&mut self) {
        let item = self.rx.recv().await;
        let job = self.queue.pop_front();
        self.run(item, job).await;
        //~^ item: `item` holds what `self.rx.recv()` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in `self` before waiting again
        //~^ job: `job` was taken out by `self.queue.pop_front()`, and is lost if the call is dropped at this `.await` [CS2]
        //~  help: look at it, wait, and take it out only after the last `.await`
    }
}

impl Stream {
    /// refuse CS3: a cursor into what the caller lends
    async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = self.write(bytes).await?;
            //~^ bytes: `bytes` lives only in this call and is changed between waits (`bytes = &bytes[written..]`): the change is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `bytes` in `self`
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// refuse CS3: a cursor into a field
    async fn write_rest(&mut self) -> io::Result<()> {
        let mut rest = &self.buffer[..];
        while !rest.is_empty() {
            let written = self.stream.write(rest).await?;
            //~^ rest: `rest` lives only in this call and is changed between waits (`rest = &rest[written..]`): the change is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `rest` in `self`
            rest = &rest[written..];
        }
        Ok(())
    }

    /// accept: the cursor is where the caller keeps it
    async fn write_all_kept(&mut self, bytes: &mut &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = self.write(bytes).await?;
            *bytes = &bytes[written..];
        }
        Ok(())
    }

    /// accept: taking all there is twice is taking it once
    async fn close_input_first(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        self.inner.wait().await
    }

    /// accept: a wrapper around what is lent
    async fn wrapper(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(out);
        self.stream.read_into(&mut buffer).await
    }

    /// refuse CS3: a cursor that is lent
    async fn write_all_chunks(&mut self, chunks: &mut [Bytes]) -> io::Result<()> {
        let mut rest = &mut chunks[..];
        while !rest.is_empty() {
            self.write_chunks(&mut rest).await?;
            //~^ rest: `rest` lives only in this call and collects what `self.write_chunks(&mut rest)` gives: all of it is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `rest` in `self`
        }
        Ok(())
    }

    /// accept: a future that is made before it is awaited
    async fn made_before(&mut self) -> Option<u32> {
        let next = self.rx.recv();
        next.await
    }

    /// accept: the same, for a method of one's own and a limit
    async fn made_before_timeout(&mut self) -> Option<u32> {
        let next = self.read_frame();
        timeout(self.limit, next).await.ok()
    }

    /// accept: the same, pinned
    async fn made_before_pinned(&mut self) -> Option<u32> {
        let mut next = pin!(self.rx.recv());
        next.as_mut().await
    }

    /// refuse CS2: a future that was kept, taken out
    async fn kept_future(&mut self) -> u32 {
        let next = self.futures.pop();
        next.await
        //~^ next: `next` was taken out by `self.futures.pop()`, and is lost if the call is dropped at this `.await` [CS2]
        //~  help: look at it, wait, and take it out only after the last `.await`
    }
}
