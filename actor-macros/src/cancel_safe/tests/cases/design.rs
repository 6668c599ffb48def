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

    /// refuse CS3: broken variant 1: the buffer is a local
    async fn read_frame_local_buffer(&mut self) -> Result<Frame> {
        let mut buffer = BytesMut::new();
        loop {
            if let Some(f) = parse(&buffer) {
                return Ok(f);
            }
            self.read_more(&mut buffer).await?;
            //~^ buffer: `buffer` lives only in this call and collects what `self.read_more(&mut buffer)` gives: all of it is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `buffer` in `self`
        }
    }

    /// refuse CS3: broken variant 1, local buffer filled through a temporary
    async fn read_frame_local_vec(&mut self) -> Result<Frame> {
        let mut acc = Vec::new();
        loop {
            let mut tmp = [0u8; 64];
            let n = self.stream.read(&mut tmp).await?;
            //~^ await: `acc` lives only in this call and collects what `self.stream.read(&mut tmp)` gives: all of it is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `acc` in `self`
            acc.extend_from_slice(&tmp[..n]);
            if let Some(f) = parse(&acc) {
                return Ok(f);
            }
        }
    }

    /// refuse CS1, CS1: broken variant 2: the name decides which await runs next
    async fn read_command(&mut self) -> Result<Command> {
        let name = self.read_command_name().await;
        match name {
            "subscribe" => self.parse_subscribe_command().await,
            //~^ await: whether this `.await` runs was decided by what `self.read_command_name()` gave, which is forgotten if the call is dropped here [CS1]
            //~  help: store it in `self` first, then decide from `self`
            "publish" => self.parse_publish_command().await,
            //~^ await: whether this `.await` runs was decided by what `self.read_command_name()` gave, which is forgotten if the call is dropped here [CS1]
            //~  help: store it in `self` first, then decide from `self`
            _ => Err(Unknown),
        }
    }

    /// refuse CS1: broken variant 2 without the local
    async fn read_command_direct(&mut self) -> Result<Command> {
        match self.read_command_name().await {
            "subscribe" => self.parse_subscribe_command().await,
            //~^ await: whether this `.await` runs was decided by what `self.read_command_name()` gave, which is forgotten if the call is dropped here [CS1]
            //~  help: store it in `self` first, then decide from `self`
            _ => Err(Unknown),
        }
    }

    /// refuse CS1: broken variant 2 with if
    async fn read_command_if(&mut self) -> Result<Command> {
        let name = self.read_command_name().await;
        if name == "subscribe" {
            self.parse_subscribe_command().await
            //~^ await: whether this `.await` runs was decided by what `self.read_command_name()` gave, which is forgotten if the call is dropped here [CS1]
            //~  help: store it in `self` first, then decide from `self`
        } else {
            Err(Unknown)
        }
    }

    /// refuse CS1: broken variant 2, the name is passed on
    async fn read_command_passed(&mut self) -> Result<Command> {
        let name = self.read_command_name().await?;
        self.parse_rest(name).await
        //~^ name: `name` holds what `self.read_command_name()` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in `self` before waiting again
    }

    /// accept: variant 2 done right: the name is kept in self
    async fn read_command_kept(&mut self) -> Result<Command> {
        if self.name.is_none() {
            self.name = Some(self.read_command_name().await?);
        }
        self.parse_rest_of_named().await
    }

    /// refuse CS4: both steps stored, but nothing skips the first one in a new call
    async fn two_stores_unguarded(&mut self) -> Result<()> {
        self.header = Some(self.read_header().await?);
        self.body = Some(self.read_body().await?);
        //~^ await: `self.read_header()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
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

    /// refuse CS3: collecting into a local
    async fn gather_local(&mut self, n: usize) -> Vec<Item> {
        let mut got = Vec::new();
        while got.len() < n {
            if let Some(x) = self.rx.recv().await {
            //~^ await: `got` lives only in this call and collects what `self.rx.recv()` gives: all of it is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `got` in `self`
                got.push(x);
            }
        }
        got
    }

    /// refuse CS3: a counter lives across awaits
    async fn skip_three(&mut self) {
        let mut n = 0;
        while n < 3 {
            self.rx.recv().await;
            //~^ await: `n` lives only in this call and is changed between waits (`n += 1`): the change is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `n` in `self`
            n += 1;
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

    /// refuse CS1: Barbara: read, then send each
    async fn read_send(db: &mut Database, channel: &mut Sender<Item>) {
        loop {
            let data = read_next(db).await;
            let items = parse(&data);
            for item in items {
                channel.send(item).await;
                //~^ item: `item` holds what `read_next(db)` gave, and is lost if the call is dropped at this `.await` [CS1]
                //~  help: store it in a place behind `&mut` before waiting again
            }
        }
    }

    /// refuse CS1: Alan: the response is cached only after the send
    async fn get_response(&mut self, key: &str) {
        if let Some(cached) = self.cache.get(key) {
            self.channel.send(cached).await;
            return;
        }
        let response = self.http_client.make_request(key).await;
        self.channel.send(response.clone()).await;
        //~^ response: `response` holds what `self.http_client.make_request(key)` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in `self` before waiting again
        self.cache.set(key, response);
    }

    /// refuse CS4: Alan's own fix still asks twice (the request is made again)
    async fn get_response_fixed(&mut self, key: &str) {
        let response = self.http_client.make_request(key).await;
        self.cache.set(key, response);
        self.channel.send_cached(key).await;
        //~^ await: `self.http_client.make_request(key)` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// refuse CS2: taken out, then awaited (one await only)
    async fn flush(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.pending);
        self.sink.send_all(batch).await
        //~^ batch: `batch` was taken out by `std::mem::take(&mut self.pending)`, and is lost if the call is dropped at this `.await` [CS2]
        //~  help: look at it, wait, and take it out only after the last `.await`
    }

    /// refuse CS2: popped, then awaited
    async fn work(&mut self) {
        if let Some(job) = self.queue.pop_front() {
            self.run(job).await;
            //~^ job: `job` was taken out by `self.queue.pop_front()`, and is lost if the call is dropped at this `.await` [CS2]
            //~  help: look at it, wait, and take it out only after the last `.await`
        }
    }

    /// refuse CS2: taken inside the awaited call
    async fn work_inline(&mut self) -> Result<()> {
        self.sink.write(&self.queue.pop_front().unwrap()).await
        //~^ pop_front: `self.queue.pop_front()` takes a value out for this wait, and it is lost if the call is dropped there [CS2]
        //~  help: wait first, then take it out
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

    /// refuse CS1: join of a receive and a permit (sui #5137's shape, in sequence)
    async fn recv_then_permit(&mut self) -> Result<()> {
        let item = self.rx.recv().await;
        let permit = self.tx.reserve().await?;
        //~^ await: `item` holds what `self.rx.recv()` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in `self` before waiting again
        permit.send(item);
        Ok(())
    }

    /// refuse CS7: join loses the finished half
    async fn recv_join_permit(&mut self) -> Result<()> {
        let (item, permit) = tokio::join!(self.rx.recv(), self.tx.reserve());
        //~^ join: `join!` holds the results of the branches that finish first, and they are lost if the call is dropped while it waits [CS7]
        //~  help: wait for one after the other and store each result in `self`
        permit?.send(item);
        Ok(())
    }

    /// refuse CS4: the tick is eaten if the refresh is dropped
    async fn tick_refresh(&mut self) {
        self.interval.tick().await;
        self.refresh().await;
        //~^ await: `self.interval.tick()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
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

    /// refuse CS6: an owned argument is lost
    async fn push_when_room(&mut self, item: Item) {
        self.room.changed().await;
        //~^ await: the argument `item` belongs to this call, and is lost if the call is dropped at this `.await` [CS6]
        //~  help: take `item` by reference
        self.items.push(item);
    }

    /// accept: arguments by reference and Copy arguments
    async fn fill_to(&mut self, n: usize, out: &mut Vec<u8>) {
        while out.len() < n {
            self.stream.read_buf(out).await;
        }
    }

    /// refuse CS6: self by value
    async fn into_end(self) -> u32 {
    //~^ self: `self` belongs to this call, and is lost with all that is in it if the call is dropped [CS6]
    //~  help: take `&mut self`
        self.rx.recv().await
    }

    /// refuse CS5: counted before the wait, counted again by a new call
    async fn count_then_wait(&mut self) -> u32 {
        self.calls += 1;
        self.rx.recv().await
        //~^ await: `self.calls += 1` has already run when the call waits here, and a call made anew would run it again [CS5]
        //~  help: move it after the `.await`
    }

    /// accept: counted after the wait
    async fn wait_then_count(&mut self) -> u32 {
        let x = self.rx.recv().await;
        self.calls += 1;
        x
    }

    /// refuse CS1: a lock is held across an await
    async fn locked(&self) {
        let mut g = self.state.lock().await;
        g.refresh().await;
        //~^ g: `g` holds what `self.state.lock()` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: do not hold it while waiting, or write `repeatable(..)` around it if asking for it again is harmless
    }

    /// refuse CS3: for loop with await in it
    async fn send_all(&mut self, xs: &[u8]) {
        for x in xs {
            self.tx.write(x).await;
            //~^ await: how far this `for` loop has come is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep the position in `self` and use `while`
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

    /// refuse CS1: a select handler awaits with the message in hand
    async fn select_then_send(&mut self) {
        select! { m = self.rx.recv() => { self.tx.send(m).await; } _ = self.stop.cancelled() => {} }
        //~^ m (2): `m` holds what `self.rx.recv()` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in `self` before waiting again
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

    /// refuse CS1: a result held over a later await in the same pass
    async fn two_reads(&mut self) -> (u8, u8) {
        let a = self.io.read_u8().await;
        let b = self.io.read_u8().await;
        //~^ await: `a` holds what `self.io.read_u8()` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in `self` before waiting again
        (a, b)
    }

    /// refuse CS4: both awaits in one expression
    async fn two_in_one(&mut self) -> u32 {
        self.a.recv().await + self.b.recv().await
        //~^ await (2): `self.a.recv()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// refuse CS4: method chain on an awaited value
    async fn chain(&mut self) -> u32 {
        self.pool.get_conn().await.query("x").await
        //~^ await (2): `self.pool.get_conn()` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// refuse CS4: sleep first: the waiting starts over
    async fn debounce(&mut self) -> u32 {
        sleep(self.delay).await;
        self.rx.recv().await
        //~^ await: `sleep(self.delay)` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// accept: poll_fn over own state
    async fn polled(&mut self) -> Option<u32> {
        poll_fn(|cx| self.chan.poll_recv(cx)).await
    }

    /// refuse CS3: alias of a local buffer
    async fn aliased(&mut self) -> Frame {
        let mut b = Vec::new();
        let r = &mut b;
        loop {
            self.read_more(r).await;
            //~^ r (3): `b` lives only in this call and collects what `self.read_more(r)` gives: all of it is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `b` in `self`
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

    /// refuse CS4: a loop that stops on the result, then one more await
    async fn drain_then_ack(&mut self) -> Result<()> {
        loop {
            let n = self.stream.read_buf(&mut self.buf).await?;
            if n == 0 {
                break;
            }
        }
        self.stream.flush().await
        //~^ await: `self.stream.read_buf(&mut self.buf)` has completed when the call waits here, and a call made anew would do it again [CS4]
        //~  help: keep its result in `self` and skip it when it is there, `if self.x.is_none() { self.x = Some(..) }`, or write `repeatable(..)` around it if doing it again is harmless
    }

    /// accept: progress kept by the caller, behind a reference parameter
    async fn read_two(&mut self, first: &mut Option<Frame>) -> Option<(Frame, Frame)> {
        if first.is_none() {
            *first = self.read_frame().await;
        }
        let second = self.read_frame().await;
        first.take().zip(second)
    }
}
