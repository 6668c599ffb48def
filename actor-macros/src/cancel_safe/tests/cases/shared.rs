//! Changes that do not look like one: behind shared references, through other names, and in macros.

impl Queue {
    /// refuse: what `make_contiguous` gives is changed
    async fn reversed(&mut self) -> u32 {
        self.items.make_contiguous().push(1);
        //~^ self.items.make_contiguous().push(1): `self.items.make_contiguous().push(1)` changes `self.items.make_contiguous()` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(self.items.make_contiguous().push(1))`
        self.rx.recv().await
    }

    /// refuse: what `get_or_insert` gives has a name
    async fn counted_in_option(&mut self) -> u32 {
        let count = self.count.get_or_insert(0);
        *count += 1;
        //~^ *count += 1: `*count += 1` changes `*count` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`
        self.rx.recv().await
    }

    /// accept: a deadline that is set once
    async fn deadline(&mut self) -> Option<u32> {
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + LIMIT);
        timeout_at(deadline, self.rx.recv()).await.ok()
    }

    /// refuse: a method by its path
    async fn mapped(&mut self) -> u32 {
        let sum: u32 = self.cells.iter().map(Cell::take).sum();
        //~^ Cell::take: `Cell::take` acts and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(Cell::take)`
        self.rx.recv().await + sum
    }

    /// refuse: the same, with a name
    async fn renamed(&mut self) -> u32 {
        let add = AtomicU32::fetch_add;
        //~^ AtomicU32::fetch_add: `AtomicU32::fetch_add` acts and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(AtomicU32::fetch_add)`
        add(&self.calls, 1, SeqCst);
        self.rx.recv().await
    }

    /// refuse: an adder of a type that is shared
    async fn registered(&self) -> u32 {
        self.clients.insert(self.id, Instant::now());
        //~^ self.clients.insert(self.id, Instant::now()): `self.clients.insert(self.id, Instant::now())` changes `self.clients` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(self.clients.insert(self.id, Instant::now()))`
        self.rx.recv().await
    }

    /// refuse: a file is written through `&`
    async fn logged(&mut self) -> u32 {
        (&self.log).write_all(b"waiting");
        //~^ (&self.log).write_all(b"waiting"): `(&self.log).write_all(b"waiting")` changes `(&self.log)` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable((&self.log).write_all(b"waiting"))`
        self.rx.recv().await
    }

    /// accept: adders of what belongs to the call
    async fn built(&mut self) -> u32 {
        let mut groups = HashMap::new();
        for item in &self.items {
            groups.entry(item.kind).or_insert_with(Vec::new).push(item.id);
        }
        let mut copy = self.items.clone();
        copy.extend(self.more.iter().take(3).cloned());
        self.stream.write(&groups).await
    }

    /// accept: methods of strings and iterators with names of acts
    async fn words(&mut self) -> Option<u32> {
        let words: Vec<_> = self.line.split(' ').take(2).collect();
        let name = self.name.replace('a', "b");
        self.rx.recv().await
    }

    /// refuse: the value of a place that is evaluated first
    async fn at_the_next(&mut self) {
        self.words[self.next.fetch_add(1, SeqCst)] += &self.rx.recv().await;
        //~^ self.next.fetch_add(1, SeqCst): `self.next.fetch_add(1, SeqCst)` acts and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: move it behind the last `.await`; if doing it again is harmless, write `repeatable(self.next.fetch_add(1, SeqCst))`
    }

    /// refuse: a field that is behind a name of the macro
    async fn traced(&mut self) -> u32 {
        info!(target: "queue", id = %self.id, next = ?self.queue.pop_front(), "waiting");
        //~^ self.queue.pop_front(): `self.queue.pop_front()` changes `self.queue` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.queue.pop_front() { return x; }`
        self.rx.recv().await
    }

    /// accept: fields that are looked at
    async fn traced_only(&mut self) -> u32 {
        debug!(target: "queue", ?self.id, len = self.queue.len(), next = ?self.queue.front(), "waiting");
        self.rx.recv().await
    }

    /// refuse: a macro that is defined here
    async fn local_macro(&mut self) -> u32 {
        let queue = &mut self.queue;
        macro_rules! take {
        //~^ macro_rules: the check cannot see what this macro does with variables of the body
        //~  help: define it outside of the function, and pass them to it
            () => {
                queue.pop_front()
            };
        }
        let first = take!();
        self.rx.recv().await
    }

    /// refuse: the element that is no value is taken, too
    async fn nested_some(&mut self) -> u32 {
        if let Some(Some(item)) = self.queue.pop_front() {
        //~^ self.queue.pop_front(): `self.queue.pop_front()` changes `self.queue` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.queue.pop_front() { return x; }`
            return item;
        }
        self.rx.recv().await
    }

    /// refuse: an error that was queued is taken, too
    async fn nested_ok(&mut self) -> u32 {
        match self.queue.pop_front() {
        //~^ self.queue.pop_front(): `self.queue.pop_front()` changes `self.queue` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.queue.pop_front() { return x; }`
            Some(Ok(item)) => return item,
            _ => {}
        }
        self.rx.recv().await
    }

    /// accept: whatever is taken is given
    async fn nested_both(&mut self) -> Result<u32> {
        match self.queue.pop_front() {
            Some(Ok(item)) => Ok(item),
            Some(Err(error)) => Err(error),
            None => self.rx.recv().await,
        }
    }

    /// refuse: `?` gives an element that is `None`
    async fn nested_question(&mut self) -> Option<u32> {
        if let Some(item) = self.queue.pop_front()? {
        //~^ self.queue.pop_front(): `self.queue.pop_front()` changes `self.queue` and an `.await` follows: if the call is dropped there, calling the function again repeats it
        //~  help: look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = self.queue.pop_front() { return x; }`
            return Some(item);
        }
        self.rx.recv().await
    }

    /// refuse: an error of the stream is lost, and the other branch waits on
    async fn nested_branch(&mut self) -> Option<u32> {
        select! {
            Some(Ok(item)) = self.stream.next() => Some(item),
            //~^ Some(Ok(item)): what does not fit this pattern is lost, and the other branches wait on
            //~  help: bind the value, and look at it in the handler
            item = self.rx.recv() => item,
        }
    }

    /// refuse: the same number, written otherwise
    async fn same_literal(&mut self) -> u32 {
        if self.step == 1 {
            self.calls += 1;
            //~^ self.calls += 1: `self.calls += 1` changes `self.calls` and an `.await` follows: if the call is dropped there, calling the function again repeats it
            //~  help: move it behind the last `.await`
            self.step = 0x1;
            //~^ self.step = 0x1: `self.step = 0x1` changes `self.step` and an `.await` follows: if the call is dropped there, calling the function again repeats it
            //~  help: move it behind the last `.await`; if doing it again is harmless, write `self.step = repeatable(0x1)`
        }
        self.rx.recv().await
    }

    /// refuse: constants may be equal
    async fn constants(&mut self) -> u32 {
        if self.step == Self::FIRST {
            self.calls += 1;
            //~^ self.calls += 1: `self.calls += 1` changes `self.calls` and an `.await` follows: if the call is dropped there, calling the function again repeats it
            //~  help: move it behind the last `.await`
            self.step = Self::NEXT;
            //~^ self.step = Self::NEXT: `self.step = Self::NEXT` changes `self.step` and an `.await` follows: if the call is dropped there, calling the function again repeats it
            //~  help: move it behind the last `.await`; if doing it again is harmless, write `self.step = repeatable(Self::NEXT)`
        }
        self.rx.recv().await
    }
}

impl Carried {
    /// refuse: a borrow of a temporary
    async fn borrowed(&mut self) -> Vec<u32> {
        let items = &mut Vec::new();
        loop {
            items.push(self.rx.recv().await);
            //~^ items: `items` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
            if items.len() == 2 {
                return items.clone();
            }
        }
    }

    /// refuse: a borrowed closure counts
    async fn borrowed_closure(&mut self) -> u32 {
        let mut sum = 0;
        let add = &mut |item| {
            sum += item;
            sum
        };
        while add(self.rx.recv().await) < 3 {}
        //~^ add: `add` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
        //~  help: keep it in `self`, or behind a `&mut` argument
        0
    }

    /// refuse: a cell of the call
    async fn cell(&mut self) -> Vec<u32> {
        let items = RefCell::new(Vec::new());
        loop {
            let item = self.rx.recv().await;
            items.borrow_mut().push(item);
            //~^ items: `items` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
            if items.borrow().len() == 2 {
                return items.into_inner();
            }
        }
    }

    /// refuse: another name of it
    async fn cell_by_another_name(&mut self) -> u32 {
        let sum = Arc::new(Mutex::new(0));
        loop {
            let other = Arc::clone(&sum);
            *other.lock().unwrap() += self.rx.recv().await;
            //~^ other: `other` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
            if *sum.lock().unwrap() > 3 {
            //~^ sum: `sum` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between
            //~  help: keep it in `self`, or behind a `&mut` argument
                return 3;
            }
        }
    }

    /// accept: a handle of what others have
    async fn handle(&mut self) -> u32 {
        let sum = self.sum.clone();
        loop {
            let item = self.rx.recv().await;
            *sum.lock().unwrap() += item;
            if item > 3 {
                return item;
            }
        }
    }

    /// refuse: a number that was read in a lock
    async fn locked(&mut self) -> usize {
        let start = self.items.lock().unwrap().len();
        loop {
            let item = self.rx.recv().await;
            self.items.lock().unwrap().push(item);
            if self.items.lock().unwrap().len() == start + 2 {
            //~^ start: `start` was made from `self.items`, which has changed since: another call would see another value
            //~  help: look at `self.items` where it is needed, or keep the value in `self`
                return start;
                //~^ start: `start` was made from `self.items`, which has changed since: another call would see another value
                //~  help: look at `self.items` where it is needed, or keep the value in `self`
            }
        }
    }

    /// refuse: the same through a guard with a name, and through a handle
    async fn locked_by_name(&mut self) -> usize {
        let items = Arc::clone(&self.items);
        let start = items.lock().unwrap().len();
        loop {
            let item = self.rx.recv().await;
            let mut guard = items.lock().unwrap();
            guard.push(item);
            if guard.len() == start + 2 {
            //~^ start: `start` was made from `self.items`, which has changed since: another call would see another value
            //~  help: look at `self.items` where it is needed, or keep the value in `self`
                return start;
                //~^ start: `start` was made from `self.items`, which has changed since: another call would see another value
                //~  help: look at `self.items` where it is needed, or keep the value in `self`
            }
        }
    }

    /// refuse: an atomic of an argument
    async fn atomic(count: &AtomicU32, rx: &mut Receiver<u32>) -> u32 {
        let end = count.load(SeqCst) + 2;
        while count.load(SeqCst) < end {
        //~^ end: `end` was made from `count`, which has changed since: another call would see another value
        //~  help: look at `count` where it is needed, or keep the value in `self`
            rx.recv().await;
            count.fetch_add(1, SeqCst);
        }
        end
        //~^ end: `end` was made from `count`, which has changed since: another call would see another value
        //~  help: look at `count` where it is needed, or keep the value in `self`
    }

    /// refuse: a decision that its turn changes, behind `&self`
    async fn decided(&self) -> &str {
        if self.count.load(SeqCst) == 0 {
        //~^ self.count.load(SeqCst) == 0: `self.count.load(SeqCst) == 0` decides whether a later `.await` is reached, and `self.count` is changed between the two: another call would decide otherwise
        //~  help: ask it inside of the loop or block that changes `self.count`; if the answer stays the same, write `repeatable(self.count.load(SeqCst) == 0)`
            while self.count.load(SeqCst) < 2 {
                requeue(&self.changed).notified().await;
                self.count.fetch_add(1, SeqCst);
            }
            return "first";
        }
        "later"
    }

    /// refuse: a text that names a variable
    async fn named_in_a_text(&mut self) -> String {
        let start = self.items.len();
        loop {
            self.items.push(self.rx.recv().await);
            if self.items.len() > 1 {
                return format!("{start} before");
                //~^ "{start} before": `start` was made from `self.items`, which has changed since: another call would see another value
                //~  help: look at `self.items` where it is needed, or keep the value in `self`
            }
        }
    }

    /// refuse: a text that was made before
    async fn text_made_before(&mut self) -> String {
        let text = format!("{} before", self.items.len());
        while self.items.len() < 2 {
            self.items.push(self.rx.recv().await);
        }
        text
        //~^ text: `text` was made from `self.items`, which has changed since: another call would see another value
        //~  help: look at `self.items` where it is needed, or keep the value in `self`
    }
}
