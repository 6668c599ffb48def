//! Bodies from what people have written about cancellation. Parsed, never compiled.

impl Connection {
    /// accept: "Async cancellation: a case study of pub-sub in mini-redis", the correct `read_frame`
    async fn right(&mut self) -> Result<Option<Frame>> {
        loop {
            if let Some(frame) = parse_frame(&self.buffer) {
                return Ok(Some(frame));
            }
            read_more_data_into_buffer(&mut self.buffer).await;
        }
    }

    /// refuse: the same post, the buffer on the stack
    async fn on_the_stack(&mut self) -> Result<Option<Frame>> {
        let mut buffer = vec![];
        loop {
            if let Some(frame) = parse_frame(&buffer) {
                return Ok(Some(frame));
            }
            read_more_data_into_buffer(&mut buffer).await;
            //~^ &mut buffer: what `buffer` collects lives only in this call, and is lost if the call is dropped at this `.await`
            //~  help: keep it in `self`, or behind a `&mut` argument
        }
    }

    /// refuse: the same post, the name first
    async fn name_first(&mut self) -> Result<Option<Frame>> {
        let command_name = self.read_command_name().await;
        //~^ self.read_command_name(): `self.read_command_name()` has completed when the call waits for `self.parse_subscribe_command()`: if it is dropped there, calling the function again waits for `self.read_command_name()` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.read_command_name())`
        match command_name {
            "subscribe" => self.parse_subscribe_command().await,
            "unsubscribe" => self.parse_unsubscribe_command().await,
            "publish" => self.parse_publish_command().await,
        }
    }
}

/// refuse: "Barbara gets burned by select", a batch is read and its items are lost
async fn read_send(db: &mut Database, channel: &mut Sender<Item>) {
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

impl Cache {
    /// refuse: "Alan tries to cache requests, which doesn't always happen"
    async fn get_response(&mut self, key: &str) -> Response {
        if self.cache.contains_key(key) {
            return self.cache[key].clone();
        }
        let response = self.http_client.make_request(key).await;
        //~^ self.http_client.make_request(key): `self.http_client.make_request(key)` has completed when the call waits for `self.channel.send(response.clone())`: if it is dropped there, calling the function again waits for `self.http_client.make_request(key)` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.http_client.make_request(key))`
        self.channel.send(response.clone()).await;
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

    /// refuse: the same, and then it is sent
    async fn get_and_send(&mut self, key: &str) {
        if self.cache.get(key).is_none() {
            let response = self.http_client.make_request(key).await;
            //~^ self.http_client.make_request(key): `self.http_client.make_request(key)` has completed when the call waits for `self.channel.send_cached(key)`: if it is dropped there, calling the function again waits for `self.http_client.make_request(key)` again
            //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.http_client.make_request(key))`
            self.cache.insert(key.to_owned(), response);
        }
        self.channel.send_cached(key).await;
    }
}

impl Lines {
    /// refuse: tomaka's "A look back at asynchronous Rust": a length, then so many bytes
    async fn read_message(&mut self) -> Vec<u8> {
        let mut length = [0; 4];
        self.file.read_exact(&mut length).await;
        //~^ self.file.read_exact(&mut length): `self.file.read_exact(&mut length)` has completed when the call waits for `self.file.read_exact(&mut message)`: if it is dropped there, calling the function again waits for `self.file.read_exact(&mut length)` again
        //~  help: keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`; if doing it again is harmless, write `repeatable(self.file.read_exact(&mut length))`
        //~^ &mut length: what `length` collects lives only in this call, and is lost if the call is dropped at this `.await`
        //~  help: keep it in `self`, or behind a `&mut` argument
        let mut message = vec![0; u32::from_be_bytes(length) as usize];
        self.file.read_exact(&mut message).await;
        //~^ &mut message: what `message` collects lives only in this call, and is lost if the call is dropped at this `.await`
        //~  help: keep it in `self`, or behind a `&mut` argument
        message
    }

    /// refuse: Alan's "builds a cache": a line is built up from chunks
    async fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        loop {
            let chunk = self.reader.fill_buf().await?;
            line.push_str(chunk.text());
            //~^ line: `line` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
            if chunk.ends() {
                return Ok(line);
            }
        }
    }

    /// refuse: Oxide's RFD 400: a message is taken out of the queue and then sent
    async fn forward(&mut self) -> Result<()> {
        while let Some(message) = self.queue.pop_front() {
        //~^ self.queue.pop_front(): `self.queue.pop_front()` changes `self.queue` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.queue.pop_front() { return x; }`
            self.socket.send(&message).await?;
        }
        Ok(())
    }

    /// refuse: the same with a receiver
    async fn forward_received(&mut self) -> Result<()> {
        let message = self.receiver.try_recv()?;
        //~^ self.receiver.try_recv(): `self.receiver.try_recv()` changes `self.receiver` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.receiver.try_recv() { return x; }`
        self.socket.send(&message).await
    }

    /// refuse: state is inconsistent while it waits, as behind a lock that is dropped
    async fn replace_connection(&mut self) {
        self.state = State::Invalid;
        //~^ self.state = State::Invalid: `self.state = State::Invalid` changes `self.state` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `self.state = repeatable(State::Invalid)`
        let connection = self.connect().await;
        self.connection = connection;
        self.state = State::Valid;
    }

    /// accept: the same, changed only when everything is there
    async fn replace_connection_right(&mut self) {
        let connection = self.connect().await;
        self.connection = connection;
        self.state = State::Valid;
    }

    /// accept: the mpsc hazard: the value to send is gone with the future
    async fn send(&mut self, value: Value) -> Result<()> {
        self.sender.send(value).await
    }
}
