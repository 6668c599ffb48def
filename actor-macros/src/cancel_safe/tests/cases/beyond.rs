//! What the prototype of the design got wrong, or could not tell. Parsed, never compiled.

impl Queue {
    /// accept: a getter by a name that says nothing
    async fn getter(&mut self) -> Result<()> {
        let packet = self.packet();
        self.stream.write(packet).await
    }

    /// accept: a getter inside of the awaited call
    async fn getter_inside(&mut self) -> Result<()> {
        self.stream.write(self.encoder.frame()).await
    }

    /// accept: an effect before the wait, if it is one
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

    /// refuse: emptied and filled by the same wait
    async fn clear_then_read(&mut self) -> usize {
        self.buffer.clear();
        //~^ self.buffer.clear(): `self.buffer.clear()` changes `self.buffer` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(self.buffer.clear())`
        self.stream.read_buf(&mut self.buffer).await
    }

    /// refuse: emptied once, and filled by several waits
    async fn clear_then_read_all(&mut self) -> usize {
        self.buffer.clear();
        //~^ self.buffer.clear(): `self.buffer.clear()` changes `self.buffer` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(self.buffer.clear())`
        while self.buffer.len() < 4 {
            self.stream.read_buf(&mut self.buffer).await;
        }
        self.buffer.len()
    }

    /// refuse: a position that is reset at the beginning
    async fn position_reset(&mut self) {
        self.position = 0;
        //~^ self.position = 0: `self.position = 0` changes `self.position` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `self.position = repeatable(0)`
        while self.position < 4 {
            self.rx.recv().await;
            self.position += 1;
        }
    }

    /// refuse: counted with `=`
    async fn count_with_assign(&mut self) -> u32 {
        self.calls = self.calls + 1;
        //~^ self.calls = self.calls + 1: `self.calls = self.calls + 1` changes `self.calls` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `self.calls = repeatable(self.calls + 1)`
        self.rx.recv().await
    }

    /// refuse: setting a bit twice sets it once
    async fn flag(&mut self) -> u32 {
        self.flags |= INTERESTED;
        //~^ self.flags |= INTERESTED: `self.flags |= INTERESTED` changes `self.flags` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`
        self.rx.recv().await
    }

    /// refuse: a static is counted
    async fn count_in_static(&mut self) -> u32 {
        CALLS.fetch_add(1, Relaxed);
        //~^ CALLS.fetch_add(1, Relaxed): `CALLS.fetch_add(1, Relaxed)` acts and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(CALLS.fetch_add(1, Relaxed))`
        self.rx.recv().await
    }

    /// refuse: a task is spawned, and spawned again
    async fn spawn_then_wait(&mut self) -> u32 {
        tokio::spawn(work());
        //~^ tokio::spawn(work()): `tokio::spawn(work())` acts and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(tokio::spawn(work()))`
        self.rx.recv().await
    }

    /// accept: spawned once, because `self` knows
    async fn spawn_once(&mut self) -> u32 {
        if self.task.is_none() {
            self.started += 1;
            self.task = Some(tokio::spawn(work()));
        }
        self.rx.recv().await
    }

    /// refuse: what is taken out and thrown away
    async fn drop_one(&mut self) -> u32 {
        let _ = self.queue.pop_front();
        //~^ self.queue.pop_front(): `self.queue.pop_front()` changes `self.queue` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.queue.pop_front() { return x; }`
        self.rx.recv().await
    }

    /// refuse: the guard asks about another field than the one that is written
    async fn wrong_guard(&mut self) -> u32 {
        if self.header.is_none() {
            self.body = Some(self.read_body().await);
            //~^ self.read_body(): `self.read_body()` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `self.read_body()` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_body())`
        }
        self.rx.recv().await
    }

    /// refuse: it is written only sometimes
    async fn sometimes(&mut self) -> u32 {
        if self.header.is_none() {
            let header = self.read_header().await;
            //~^ self.read_header(): `self.read_header()` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `self.read_header()` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_header())`
            if header.is_valid() {
                self.header = Some(header);
            }
        }
        self.rx.recv().await
    }

    /// refuse: the guard was given a name
    async fn named_guard(&mut self) -> u32 {
        let is_missing = self.header.is_none();
        if is_missing {
            self.header = Some(self.read_header().await);
            //~^ self.read_header(): `self.read_header()` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `self.read_header()` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_header())`
        }
        self.rx.recv().await
    }

    /// refuse: the guard is a question to all of `self`
    async fn asked_guard(&mut self) -> u32 {
        if self.needs_header() {
            self.header = Some(self.read_header().await);
            //~^ self.read_header(): `self.read_header()` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `self.read_header()` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_header())`
        }
        self.rx.recv().await
    }

    /// refuse: each turn of the loop is guarded
    async fn fill_slots(&mut self) {
        for slot in &mut self.slots {
        //~^ for: how far this `for` loop has come is lost if the call is dropped in it
        //~  help: keep the position in `self` and use `while`
        //~^ &mut self.slots: `self.slots` is lent to be changed and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: lend it with `&`, or do this behind the last `.await`
            if slot.is_none() {
                *slot = Some(self.rx.recv().await);
            }
        }
    }

    /// accept: a receiver of one's own collects what nobody else gets
    async fn local_receiver(&mut self) -> u32 {
        let mut rx = self.sender.subscribe();
        loop {
            let item = rx.recv().await;
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

    /// refuse: a flag that is set after the first wait
    async fn local_flag(&mut self) -> u32 {
        let mut is_first = true;
        loop {
            let item = self.rx.recv().await;
            if !is_first {
                return item;
            }
            is_first = false;
            //~^ is_first: `is_first` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
        }
    }

    /// refuse: a back-off
    async fn back_off(&mut self) -> u32 {
        let mut delay = Duration::from_millis(1);
        loop {
            if let Ok(item) = self.try_it() {
                return item;
            }
            self.sleep(delay).await;
            delay *= 2;
            //~^ delay: `delay` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
        }
    }

    /// accept: a closure counts while it waits
    async fn counting_closure(&mut self) -> u32 {
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            self.channel.poll(context)
        })
        .await
    }

    /// refuse: printed after the next wait
    async fn printed(&mut self) {
        let name = self.rx.recv().await;
        //~^ self.rx.recv(): `self.rx.recv()` has completed when the call waits for `self.stream.flush()`: if it is dropped there, calling the function again waits for `self.rx.recv()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`
        self.stream.flush().await;
        println!("{name}");
    }

    /// refuse: a lazy operator decides too
    async fn lazy(&mut self) -> bool {
        self.rx.recv().await.is_some() && self.other.changed().await.is_ok()
        //~^ self.rx.recv(): `self.rx.recv()` has completed when the call waits for `self.other.changed()`: if it is dropped there, calling the function again waits for `self.rx.recv()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`
    }

    /// accept: a lazy operator on own state
    async fn lazy_state(&mut self) -> bool {
        self.is_open && self.other.changed().await.is_ok()
    }

    /// refuse: hidden in a macro
    async fn hidden(&mut self) {
        println!("{:?}", self.rx.recv().await);
        //~^ println: the check cannot see the `.await` inside of `println!`
        //~  help: move it out of the macro: `let value = future.await;`
    }

    /// refuse: a `?` in between is no guard
    async fn question(&mut self) -> Result<u32> {
        self.stream.flush().await?;
        //~^ self.stream.flush(): `self.stream.flush()` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `self.stream.flush()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.stream.flush())`
        self.rx.recv().await
    }

    /// accept: a panic does not go on
    async fn panics(&mut self) -> u32 {
        if self.is_broken {
            self.rx.recv().await;
            panic!("broken");
        }
        self.rx.recv().await
    }

    /// refuse: a labelled block that is left early
    async fn labelled_block(&mut self) -> u32 {
        'greeting: {
            if self.is_greeted {
                break 'greeting;
            }
            self.stream.greet().await;
            //~^ self.stream.greet(): `self.stream.greet()` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `self.stream.greet()` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.stream.greet())`
        }
        self.rx.recv().await
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

    /// refuse: the branch is forgotten after `select!`
    async fn select_then_wait(&mut self) -> u32 {
        let item = select! {
        //~^ select: `select!` has completed when the call waits for `self.stream.flush()`: if it is dropped there, calling the function again waits for `select!` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`
            item = self.rx.recv() => item,
            item = self.other.recv() => item,
        };
        self.stream.flush().await;
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

    /// refuse: a boxed receiver is not
    async fn boxed(self: Box<Self>) -> usize {
    //~^ self: `self` belongs to this call, and is lost with all that is in it if the call is dropped
    //~  help: take `&mut self`
        self.rx.recv().await
    }

    /// refuse: both are lost, each is told
    async fn two_mistakes(&mut self) {
        let item = self.rx.recv().await;
        //~^ self.rx.recv(): `self.rx.recv()` has completed when the call waits for `self.run(item, job)`: if it is dropped there, calling the function again waits for `self.rx.recv()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`
        let job = self.queue.pop_front();
        self.run(item, job).await;
    }
}

impl Stream {
    /// refuse: a cursor into what the caller lends
    async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = self.write(bytes).await?;
            bytes = &bytes[written..];
            //~^ bytes: `bytes` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
        }
        Ok(())
    }

    /// refuse: a cursor into a field
    async fn write_rest(&mut self) -> io::Result<()> {
        let mut rest = &self.buffer[..];
        while !rest.is_empty() {
            let written = self.stream.write(rest).await?;
            rest = &rest[written..];
            //~^ rest: `rest` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
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

    /// refuse: taking all there is twice is taking it once
    async fn close_input_first(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        //~^ self.stdin.take(): `self.stdin.take()` changes `self.stdin` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.stdin.take() { return x; }`
        self.inner.wait().await
    }

    /// refuse: a wrapper around what is lent
    async fn wrapper(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(out);
        self.stream.read_into(&mut buffer).await
        //~^ &mut buffer: what `buffer` collects lives only in this call, and is lost if the call is dropped at this `.await`
        //~  help: keep it in `self`, or behind a `&mut` argument
    }

    /// refuse: a cursor that is lent
    async fn write_all_chunks(&mut self, chunks: &mut [Bytes]) -> io::Result<()> {
        let mut rest = &mut chunks[..];
        while !rest.is_empty() {
            self.write_chunks(&mut rest).await?;
            //~^ &mut rest: what `rest` collects lives only in this call, and is lost if the call is dropped at this `.await`
            //~  help: keep it in `self`, or behind a `&mut` argument
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

    /// accept: whether it is a future is a question of types
    async fn kept_future(&mut self) -> u32 {
        let next = self.futures.pop();
        next.await
    }
}
