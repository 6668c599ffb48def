//! The accept and refuse cases of the design. Parsed, never compiled.

impl Connection {
    /// accept: the right read_frame: parse from self.buffer, else read more into self.buffer
    async fn read_frame(&mut self) -> Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.parse_frame()? {
                return Ok(Some(frame));
            }
            if 0 == self.stream.read_buf(&mut self.buffer).await? {
                if self.buffer.is_empty() {
                    return Ok(None);
                } else {
                    return Err("connection reset by peer".into());
                }
            }
        }
    }

    /// accept: the same through a helper method
    async fn read_frame_helper(&mut self) -> Result<Frame> {
        loop {
            if let Some(f) = parse(&self.buffer) {
                return Ok(f);
            }
            self.read_more().await?;
        }
    }

    /// accept: the same as a while let None
    async fn read_frame_while(&mut self) -> Result<Frame> {
        while self.buffer.len() < self.need() {
            self.read_more().await?;
        }
        Ok(self.parse_frame())
    }

    /// refuse: broken variant 1: the buffer is a local
    async fn read_frame_local_buffer(&mut self) -> Result<Frame> {
        let mut buffer = BytesMut::new();
        loop {
            if let Some(f) = parse(&buffer) {
                return Ok(f);
            }
            self.read_more(&mut buffer).await?;
            //~^ &mut buffer: what `buffer` collects lives only in this call, and is lost if the call is dropped at this `.await`
            //~  help: keep it in `self`, or behind a `&mut` argument
        }
    }

    /// refuse: broken variant 1, local buffer filled through a temporary
    async fn read_frame_local_vec(&mut self) -> Result<Frame> {
        let mut acc = Vec::new();
        loop {
            let mut tmp = [0u8; 64];
            let n = self.stream.read(&mut tmp).await?;
            acc.extend_from_slice(&tmp[..n]);
            //~^ acc: `acc` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
            if let Some(f) = parse(&acc) {
                return Ok(f);
            }
        }
    }

    /// refuse: broken variant 2: the name decides which await runs next
    async fn read_command(&mut self) -> Result<Command> {
        let name = self.read_command_name().await;
        //~^ self.read_command_name(): `self.read_command_name()` has completed when the call waits for `self.parse_subscribe_command()`: if it is dropped there, calling the function again waits for `self.read_command_name()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_command_name())`
        match name {
            "subscribe" => self.parse_subscribe_command().await,
            "publish" => self.parse_publish_command().await,
            _ => Err(Unknown),
        }
    }

    /// refuse: broken variant 2 without the local
    async fn read_command_direct(&mut self) -> Result<Command> {
        match self.read_command_name().await {
        //~^ self.read_command_name(): `self.read_command_name()` has completed when the call waits for `self.parse_subscribe_command()`: if it is dropped there, calling the function again waits for `self.read_command_name()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_command_name())`
            "subscribe" => self.parse_subscribe_command().await,
            _ => Err(Unknown),
        }
    }

    /// refuse: broken variant 2 with if
    async fn read_command_if(&mut self) -> Result<Command> {
        let name = self.read_command_name().await;
        //~^ self.read_command_name(): `self.read_command_name()` has completed when the call waits for `self.parse_subscribe_command()`: if it is dropped there, calling the function again waits for `self.read_command_name()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_command_name())`
        if name == "subscribe" {
            self.parse_subscribe_command().await
        } else {
            Err(Unknown)
        }
    }

    /// refuse: broken variant 2, the name is passed on
    async fn read_command_passed(&mut self) -> Result<Command> {
        let name = self.read_command_name().await?;
        //~^ self.read_command_name(): `self.read_command_name()` has completed when the call waits for `self.parse_rest(name)`: if it is dropped there, calling the function again waits for `self.read_command_name()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_command_name())`
        self.parse_rest(name).await
    }

    /// accept: variant 2 done right: the name is kept in self
    async fn read_command_kept(&mut self) -> Result<Command> {
        if self.name.is_none() {
            self.name = Some(self.read_command_name().await?);
        }
        self.parse_rest_of_named().await
    }

    /// refuse: both steps stored, but nothing skips the first one in a new call
    async fn two_stores_unguarded(&mut self) -> Result<()> {
        self.header = Some(self.read_header().await?);
        //~^ self.read_header(): `self.read_header()` has completed when the call waits for `self.read_body()`: if it is dropped there, calling the function again waits for `self.read_header()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_header())`
        self.body = Some(self.read_body().await?);
        Ok(())
    }

    /// accept: both steps stored and guarded
    async fn two_stores_guarded(&mut self) -> Result<(Header, Body)> {
        if self.header.is_none() {
            self.header = Some(self.read_header().await?);
        }
        if self.body.is_none() {
            self.body = Some(self.read_body().await?);
        }
        Ok((self.header.take().unwrap(), self.body.take().unwrap()))
    }

    /// accept: a state machine kept in self
    async fn state_machine(&mut self) -> Result<Msg> {
        loop {
            match self.state {
                State::Len => {
                    self.len = self.peek_len().await?;
                    self.state = State::Body;
                }
                State::Body => {
                    self.fill(self.len).await?;
                    self.state = State::Done;
                }
                State::Done => {
                    self.state = State::Len;
                    return Ok(self.split_message());
                }
            }
        }
    }

    /// accept: one await
    async fn single(&mut self) -> Option<u32> {
        self.rx.recv().await
    }

    /// accept: one await, then work on the result
    async fn single_then_work(&mut self) -> Result<usize> {
        let mut tmp = [0u8; 1024];
        let n = self.stream.read(&mut tmp).await?;
        self.buffer.extend_from_slice(&tmp[..n]);
        self.total += n;
        Ok(n)
    }

    /// accept: no await at all
    async fn none(&mut self) -> usize {
        self.items.pop();
        self.items.len()
    }

    /// accept: filter loop: what does not match is dropped on purpose
    async fn wait_for(&mut self, id: u64) -> Option<Event> {
        loop {
            let e = self.rx.recv().await?;
            if e.id == id {
                return Some(e);
            }
        }
    }

    /// accept: collecting into self
    async fn gather(&mut self, n: usize) -> Vec<Item> {
        while self.got.len() < n {
            let x = self.rx.recv().await;
            self.got.extend(x);
        }
        self.got.drain(..n).collect()
    }

    /// refuse: collecting into a local
    async fn gather_local(&mut self, n: usize) -> Vec<Item> {
        let mut got = Vec::new();
        while got.len() < n {
            if let Some(x) = self.rx.recv().await {
                got.push(x);
                //~^ got: `got` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
                //~  help: keep it in `self`, or behind a `&mut` argument
            }
        }
        got
    }

    /// refuse: a counter lives across awaits
    async fn skip_three(&mut self) {
        let mut n = 0;
        while n < 3 {
            self.rx.recv().await;
            n += 1;
            //~^ n: `n` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
        }
    }

    /// accept: the counter is in self
    async fn skip_three_kept(&mut self) {
        while self.skipped < 3 {
            self.rx.recv().await;
            self.skipped += 1;
        }
        self.skipped = 0;
    }

    /// refuse: Barbara: read, then send each
    async fn read_send(db: &mut Database, channel: &mut Sender<Item>) {
        loop {
            let data = read_next(db).await;
            //~^ read_next(db): `read_next(db)` has completed when the call waits for `channel.send(item)`: if it is dropped there, calling the function again waits for `read_next(db)` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(read_next(db))`
            let items = parse(&data);
            for item in items {
            //~^ for: how far this `for` loop has come is lost if the call is dropped in it
            //~  help: keep the position in `self` and use `while`
                channel.send(item).await;
            }
        }
    }

    /// refuse: Alan: the response is cached only after the send
    async fn get_response(&mut self, key: &str) {
        if let Some(cached) = self.cache.get(key) {
            self.channel.send(cached).await;
            return;
        }
        let response = self.http_client.make_request(key).await;
        //~^ self.http_client.make_request(key): `self.http_client.make_request(key)` has completed when the call waits for `self.channel.send(response.clone())`: if it is dropped there, calling the function again waits for `self.http_client.make_request(key)` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.http_client.make_request(key))`
        self.channel.send(response.clone()).await;
        self.cache.set(key, response);
    }

    /// refuse: Alan's own fix still asks twice (the request is made again)
    async fn get_response_fixed(&mut self, key: &str) {
        let response = self.http_client.make_request(key).await;
        //~^ self.http_client.make_request(key): `self.http_client.make_request(key)` has completed when the call waits for `self.channel.send_cached(key)`: if it is dropped there, calling the function again waits for `self.http_client.make_request(key)` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.http_client.make_request(key))`
        self.cache.set(key, response);
        self.channel.send_cached(key).await;
    }

    /// refuse: taken out, then awaited (one await only)
    async fn flush(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.pending);
        //~^ std::mem::take(&mut self.pending): `&mut self.pending` is lent to be changed and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: lend it with `&`, or do this behind the last `.await`; if doing it again is harmless, write `repeatable(std::mem::take(&mut self.pending))`
        self.sink.send_all(batch).await
    }

    /// refuse: popped, then awaited
    async fn work(&mut self) {
        if let Some(job) = self.queue.pop_front() {
        //~^ self.queue.pop_front(): `self.queue.pop_front()` changes `self.queue` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.queue.pop_front() { return x; }`
            self.run(job).await;
        }
    }

    /// refuse: taken inside the awaited call
    async fn work_inline(&mut self) -> Result<()> {
        self.sink.write(&self.queue.pop_front().unwrap()).await
        //~^ self.queue.pop_front(): `self.queue.pop_front()` changes `self.queue` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.queue.pop_front() { return x; }`
    }

    /// accept: look, wait, then take
    async fn flush_right(&mut self) -> Result<()> {
        while !self.pending.is_empty() {
            let n = self.stream.write(&self.pending).await?;
            self.pending.advance(n);
        }
        Ok(())
    }

    /// accept: reserve, then take
    async fn forward(&mut self) -> Result<()> {
        let permit = self.tx.reserve().await?;
        permit.send(self.queue.pop_front().unwrap());
        Ok(())
    }

    /// refuse: join of a receive and a permit (sui #5137's shape, in sequence)
    async fn recv_then_permit(&mut self) -> Result<()> {
        let item = self.rx.recv().await;
        //~^ self.rx.recv(): `self.rx.recv()` has completed when the call waits for `self.tx.reserve()`: if it is dropped there, calling the function again waits for `self.rx.recv()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`
        let permit = self.tx.reserve().await?;
        permit.send(item);
        Ok(())
    }

    /// refuse: join loses the finished half
    async fn recv_join_permit(&mut self) -> Result<()> {
        let (item, permit) = tokio::join!(self.rx.recv(), self.tx.reserve());
        //~^ tokio::join: `join!` holds what its first branches gave, and it is lost if the call is dropped while the others wait
        //~  help: wait for one after the other, or with `select!` in a loop, and store each result in `self`
        permit?.send(item);
        Ok(())
    }

    /// refuse: the tick is eaten if the refresh is dropped
    async fn tick_refresh(&mut self) {
        self.interval.tick().await;
        //~^ self.interval.tick(): `self.interval.tick()` has completed when the call waits for `self.refresh()`: if it is dropped there, calling the function again waits for `self.interval.tick()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.interval.tick())`
        self.refresh().await;
    }

    /// accept: doing it again is harmless, said so
    async fn ready_then_recv(&mut self) -> Msg {
        repeatable(self.stream.readable()).await;
        self.rx.recv().await
    }

    /// accept: else-branches: one await on each path
    async fn either(&mut self) -> u32 {
        if self.fast {
            self.a.recv().await
        } else {
            self.b.recv().await
        }
    }

    /// accept: match on own state, one await per arm
    async fn per_mode(&mut self) -> u32 {
        match self.mode {
            Mode::A => self.a.recv().await,
            Mode::B => self.b.recv().await,
        }
    }

    /// accept: an owned argument is lost
    async fn push_when_room(&mut self, item: Item) {
        self.room.changed().await;
        self.items.push(item);
    }

    /// accept: arguments by reference and Copy arguments
    async fn fill_to(&mut self, n: usize, out: &mut Vec<u8>) {
        while out.len() < n {
            self.stream.read_buf(out).await;
        }
    }

    /// refuse: self by value
    async fn into_end(self) -> u32 {
    //~^ self: `self` belongs to this call, and is lost with all that is in it if the call is dropped
    //~  help: take `&mut self`
        self.rx.recv().await
    }

    /// refuse: counted before the wait, counted again by a new call
    async fn count_then_wait(&mut self) -> u32 {
        self.calls += 1;
        //~^ self.calls += 1: `self.calls += 1` changes `self.calls` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`
        self.rx.recv().await
    }

    /// accept: counted after the wait
    async fn wait_then_count(&mut self) -> u32 {
        let x = self.rx.recv().await;
        self.calls += 1;
        x
    }

    /// refuse: a lock is held across an await
    async fn locked(&self) {
        let mut g = self.state.lock().await;
        //~^ self.state.lock(): `self.state.lock()` has completed when the call waits for `g.refresh()`: if it is dropped there, calling the function again waits for `self.state.lock()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.state.lock())`
        g.refresh().await;
    }

    /// refuse: for loop with await in it
    async fn send_all(&mut self, xs: &[u8]) {
        for x in xs {
        //~^ for: how far this `for` loop has come is lost if the call is dropped in it
        //~  help: keep the position in `self` and use `while`
            self.tx.write(x).await;
        }
    }

    /// accept: for loop without await
    async fn sum(&mut self) -> u32 {
        let mut s = 0;
        for x in &self.items {
            s += x;
        }
        self.rx.recv().await + s
    }

    /// accept: locals made anew before the await
    async fn built(&mut self) -> Result<()> {
        let mut req = Vec::new();
        req.push(1);
        req.extend_from_slice(&self.key);
        let len = req.len();
        self.sock.send_to(&req[..len], self.addr).await?;
        Ok(())
    }

    /// accept: select over safe sources, handlers do no awaiting
    async fn next_event(&mut self) -> Event {
        select! { m = self.rx.recv() => Event::Msg(m), _ = self.interval.tick() => Event::Tick, _ = sleep(self.timeout) => Event::Timeout }
    }

    /// refuse: a select handler awaits with the message in hand
    async fn select_then_send(&mut self) {
        select! { m = self.rx.recv() => { self.tx.send(m).await; } _ = self.stop.cancelled() => {} }
        //~^ select: `select!` has completed when the call waits for `self.tx.send(m)`: if it is dropped there, calling the function again waits for `select!` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`
    }

    /// accept: borrowed view of self
    async fn with_view(&mut self) -> Result<()> {
        let buf = &mut self.buffer;
        self.stream.read_buf(buf).await?;
        Ok(())
    }

    /// accept: shadowed result, dead before the loop goes round
    async fn shadow(&mut self) -> u8 {
        loop {
            let b = self.io.read_u8().await;
            let b = b & 0x7f;
            if b != 0 {
                return b;
            }
        }
    }

    /// refuse: a result held over a later await in the same pass
    async fn two_reads(&mut self) -> (u8, u8) {
        let a = self.io.read_u8().await;
        //~^ self.io.read_u8(): `self.io.read_u8()` has completed when the call waits for `self.io.read_u8()`: if it is dropped there, calling the function again waits for `self.io.read_u8()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`
        let b = self.io.read_u8().await;
        (a, b)
    }

    /// refuse: both awaits in one expression
    async fn two_in_one(&mut self) -> u32 {
        self.a.recv().await + self.b.recv().await
        //~^ self.a.recv(): `self.a.recv()` has completed when the call waits for `self.b.recv()`: if it is dropped there, calling the function again waits for `self.a.recv()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`
    }

    /// refuse: method chain on an awaited value
    async fn chain(&mut self) -> u32 {
        self.pool.get_conn().await.query("x").await
        //~^ self.pool.get_conn(): `self.pool.get_conn()` has completed when the call waits for `self.pool.get_conn().await.query("x")`: if it is dropped there, calling the function again waits for `self.pool.get_conn()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.pool.get_conn())`
    }

    /// refuse: sleep first: the waiting starts over
    async fn debounce(&mut self) -> u32 {
        sleep(self.delay).await;
        //~^ sleep(self.delay): `sleep(self.delay)` has completed when the call waits for `self.rx.recv()`: if it is dropped there, calling the function again waits for `sleep(self.delay)` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(sleep(self.delay))`
        self.rx.recv().await
    }

    /// accept: poll_fn over own state
    async fn polled(&mut self) -> Option<u32> {
        poll_fn(|cx| self.chan.poll_recv(cx)).await
    }

    /// refuse: alias of a local buffer
    async fn aliased(&mut self) -> Frame {
        let mut b = Vec::new();
        let r = &mut b;
        loop {
            self.read_more(r).await;
            //~^ r (3): what `r` collects lives only in this call, and is lost if the call is dropped at this `.await`
            //~  help: keep it in `self`, or behind a `&mut` argument
            if let Some(f) = parse(&b) {
                return f;
            }
        }
    }

    /// accept: labelled loops with break on own state
    async fn labelled(&mut self) -> u32 {
        'a: loop {
            if self.ready {
                break 'a;
            }
            self.poll_once().await;
        }
        self.value
    }

    /// accept: a loop that stops on own state, then one more await
    async fn fill_then_ack(&mut self) -> Result<()> {
        loop {
            if self.buf.len() >= 4 {
                break;
            }
            self.stream.read_buf(&mut self.buf).await?;
        }
        self.stream.flush().await
    }

    /// refuse: a loop that stops on the result, then one more await
    async fn drain_then_ack(&mut self) -> Result<()> {
        loop {
            let n = self.stream.read_buf(&mut self.buf).await?;
            //~^ self.stream.read_buf(&mut self.buf): `self.stream.read_buf(&mut self.buf)` has completed when the call waits for `self.stream.flush()`: if it is dropped there, calling the function again waits for `self.stream.read_buf(&mut self.buf)` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`
            if n == 0 {
                break;
            }
        }
        self.stream.flush().await
    }

    /// refuse: what is noted may be nothing
    async fn read_two(&mut self, first: &mut Option<Frame>) -> Option<(Frame, Frame)> {
        if first.is_none() {
            *first = self.read_frame().await;
            //~^ *first = self.read_frame().await: `self.read_frame()` has completed when the call waits for `self.read_frame()`: if it is dropped there, calling the function again waits for `self.read_frame()` again
            //~  help: `None` is waited for again, so leave with it: write `*first = Some(self.read_frame().await?)`
        }
        let second = self.read_frame().await;
        first.take().zip(second)
    }

    /// accept: progress kept by the caller, behind a reference parameter
    async fn read_two_kept(&mut self, first: &mut Option<Frame>) -> Option<(Frame, Frame)> {
        if first.is_none() {
            *first = Some(self.read_frame().await?);
        }
        let second = self.read_frame().await;
        first.take().zip(second)
    }
}
