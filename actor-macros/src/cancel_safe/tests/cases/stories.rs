//! Bodies from what people have written about cancellation. Parsed, never compiled.

impl Connection {
    /// accept: "The dark knight of async Rust", the right `read_frame`
    async fn right(&mut self) -> Result<Option<Frame>> {
        loop {
            if let Some(frame) = parse_frame(&self.buffer) {
                return Ok(Some(frame));
            }
            read_more_data_into_buffer(&mut self.buffer).await;
        }
    }

    /// refuse CS3: the same post, the buffer on the stack
    async fn on_the_stack(&mut self) -> Result<Option<Frame>> {
        let mut buffer = vec![];
        loop {
            if let Some(frame) = parse_frame(&buffer) {
                return Ok(Some(frame));
            }
            read_more_data_into_buffer(&mut buffer).await;
            //~^ buffer (2): `buffer` lives only in this call and collects what `read_more_data_into_buffer(&mut buffer)` gives: all of it is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `buffer` in `self`
        }
    }

    /// refuse CS1, CS1, CS1: the same post, the name first
    async fn name_first(&mut self) -> Result<Option<Frame>> {
        let command_name = self.read_command_name().await;
        match command_name {
            "subscribe" => self.parse_subscribe_command().await,
            //~^ await: whether this `.await` runs was decided by what `self.read_command_name()` gave, which is forgotten if the call is dropped here [CS1]
            //~  help: store it in `self` first, then decide from `self`
            "unsubscribe" => self.parse_unsubscribe_command().await,
            //~^ await: whether this `.await` runs was decided by what `self.read_command_name()` gave, which is forgotten if the call is dropped here [CS1]
            //~  help: store it in `self` first, then decide from `self`
            "publish" => self.parse_publish_command().await,
            //~^ await: whether this `.await` runs was decided by what `self.read_command_name()` gave, which is forgotten if the call is dropped here [CS1]
            //~  help: store it in `self` first, then decide from `self`
        }
    }
}

/// refuse CS1: "Barbara gets burned by select", a batch is read and its items are lost
async fn read_send(db: &mut Database, channel: &mut Sender<Item>) {
    let data = read_next(db).await;
    let items = parse(&data);
    for item in items {
        channel.send(item).await;
        //~^ item: `item` holds what `read_next(db)` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in a place behind `&mut` before waiting again
    }
}

impl Cache {
    /// refuse CS1: "Alan tries to cache requests, which doesn't always happen"
    async fn get_response(&mut self, key: &str) -> Response {
        if self.cache.contains_key(key) {
            return self.cache[key].clone();
        }
        let response = self.http_client.make_request(key).await;
        self.channel.send(response.clone()).await;
        //~^ response: `response` holds what `self.http_client.make_request(key)` gave, and is lost if the call is dropped at this `.await` [CS1]
        //~  help: store it in `self` before waiting again
        self.cache.insert(key, response);
    }

    /// accept: Alan's story, with the request kept until it is done
    async fn get_response_right(&mut self, key: &str) -> Response {
        if !self.cache.contains_key(key) {
            let response = self.http_client.make_request(key).await;
            self.cache.insert(key.to_owned(), response);
        }
        self.cache[key].clone()
    }

    /// accept: the same, and then it is sent
    async fn get_and_send(&mut self, key: &str) {
        if self.cache.get(key).is_none() {
            let response = self.http_client.make_request(key).await;
            self.cache.insert(key.to_owned(), response);
        }
        self.channel.send_cached(key).await;
    }
}

impl Lines {
    /// refuse CS3: tomaka's "A look back at asynchronous Rust": a length, then so many bytes
    async fn read_message(&mut self) -> Vec<u8> {
        let mut length = [0; 4];
        self.file.read_exact(&mut length).await;
        let mut message = vec![0; u32::from_be_bytes(length) as usize];
        self.file.read_exact(&mut message).await;
        //~^ message: `message` lives only in this call and collects what `self.file.read_exact(&mut length)` gives: all of it is lost if the call is dropped at this `.await` [CS3]
        //~  help: keep `message` in `self`
        message
    }

    /// refuse CS3: Alan's "builds a cache": a line is built up from chunks
    async fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        loop {
            let chunk = self.reader.fill_buf().await?;
            //~^ await: `line` lives only in this call and collects what `self.reader.fill_buf()` gives: all of it is lost if the call is dropped at this `.await` [CS3]
            //~  help: keep `line` in `self`
            line.push_str(chunk.text());
            if chunk.ends() {
                return Ok(line);
            }
        }
    }

    /// refuse CS2: Oxide's RFD 400: a message is taken out of the queue and then sent
    async fn forward(&mut self) -> Result<()> {
        while let Some(message) = self.queue.pop_front() {
            self.socket.send(&message).await?;
            //~^ message: `message` was taken out by `self.queue.pop_front()`, and is lost if the call is dropped at this `.await` [CS2]
            //~  help: look at it, wait, and take it out only after the last `.await`
        }
        Ok(())
    }

    /// refuse CS2: the same with a receiver
    async fn forward_received(&mut self) -> Result<()> {
        let message = self.receiver.try_recv()?;
        self.socket.send(&message).await
        //~^ message: `message` was taken out by `self.receiver.try_recv()`, and is lost if the call is dropped at this `.await` [CS2]
        //~  help: look at it, wait, and take it out only after the last `.await`
    }

    /// refuse CS5: state is inconsistent while it waits, as behind a lock that is dropped
    async fn replace_connection(&mut self) {
        self.state = State::Invalid;
        let connection = self.connect().await;
        //~^ await: `self.state = State::Invalid` has run when the call waits here and `self.state = State::Valid` has not: a call dropped in between leaves `self.state` half changed [CS5]
        //~  help: write `self.state` only after the `.await`
        self.connection = connection;
        self.state = State::Valid;
    }

    /// accept: the same, changed only when everything is there
    async fn replace_connection_right(&mut self) {
        let connection = self.connect().await;
        self.connection = connection;
        self.state = State::Valid;
    }

    /// refuse CS6: the mpsc hazard: the value to send is gone with the future
    async fn send(&mut self, value: Value) -> Result<()> {
        self.sender.send(value).await
        //~^ value: the argument `value` belongs to this call, and is lost if the call is dropped at this `.await` [CS6]
        //~  help: take `value` by reference
    }
}
