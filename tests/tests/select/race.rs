//! The winner, and the order in which branches are polled.

use std::{
    cell::Cell,
    future::{pending, poll_fn, ready},
    pin::pin,
    task::Poll,
};

use actor_runtime::select;
use tokio::{
    sync::{mpsc, oneshot},
    task::{coop, yield_now},
};
use tokio_test::{assert_pending, assert_ready, task};

use super::safe;

#[tokio::test]
async fn only_the_winner_is_polled_to_completion() {
    let ended = Cell::new(0);
    let end = async |value| {
        ended.set(ended.get() + 1);
        value
    };
    let winner = select! {
        x = safe(end(1)) => x,
        x = safe(end(2)) => x,
    };
    assert_eq!(ended.get(), 1);
    assert!(winner == 1 || winner == 2);
}

#[tokio::test]
async fn the_ready_branch_wins() {
    let (sender, mut receiver) = oneshot::channel();
    let (_keep, mut other) = oneshot::channel::<u8>();
    sender.send(1).unwrap();
    let winner = select! {
        x = &mut receiver => x.unwrap(),
        _ = &mut other => unreachable!(),
    };
    assert_eq!(winner, 1);
}

#[tokio::test]
async fn losers_are_dropped_before_the_handler_runs() {
    struct Flag<'a>(&'a Cell<bool>);
    impl Drop for Flag<'_> {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let dropped = Cell::new(false);
    let flag = Flag(&dropped);
    select! {
        _ = ready(()) => assert!(dropped.get()),
        _ = safe(async move { let _flag = flag; pending::<()>().await }) => {}
    }
}

#[tokio::test]
async fn streams_are_read_until_all_end() {
    let (left, mut lefts) = mpsc::unbounded_channel();
    let (right, mut rights) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for (sender, number) in [(&right, 1), (&left, 2), (&right, 3)] {
            sender.send(number).unwrap();
            yield_now().await;
        }
    });
    let mut seen = Vec::new();
    loop {
        select! {
            Some(number) = lefts.recv() => seen.push(number),
            Some(number) = rights.recv() => seen.push(number),
            else => break,
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3]);
}

#[tokio::test]
async fn a_branch_that_did_not_match_is_not_polled_again() {
    let (sender, mut receiver) = oneshot::channel();
    let mut is_polled = false;
    let once = poll_fn(|_| {
        assert!(!is_polled);
        is_polled = true;
        Poll::Ready(None::<()>)
    });
    let mut task = task::spawn(async {
        select! {
            Some(()) = safe(once) => unreachable!(),
            x = &mut receiver => x.unwrap(),
        }
    });
    assert_pending!(task.poll());
    assert_pending!(task.poll());
    sender.send(1).unwrap();
    assert_eq!(assert_ready!(task.poll()), 1);
}

#[tokio::test]
async fn a_disabled_branch_is_created_and_never_polled() {
    let never = poll_fn(|_| -> Poll<()> { panic!("polled") });
    let made = Cell::new(false);
    let make = || {
        made.set(true);
        safe(never)
    };
    let (sender, mut receiver) = oneshot::channel();
    let mut task = task::spawn(async {
        select! {
            _ = make(), if false => unreachable!(),
            x = &mut receiver => x.unwrap(),
        }
    });
    assert_pending!(task.poll());
    sender.send(()).unwrap();
    assert!(task.is_woken());
    assert_ready!(task.poll());
    drop(task);
    assert!(made.get());
}

#[tokio::test]
async fn join_by_hand() {
    let (first, mut firsts) = oneshot::channel();
    let (second, mut seconds) = oneshot::channel();
    let mut task = task::spawn(async {
        let (mut a, mut b) = (None, None);
        while a.is_none() || b.is_none() {
            select! {
                x = &mut firsts, if a.is_none() => a = x.ok(),
                x = &mut seconds, if b.is_none() => b = x.ok()
            }
        }
        (a, b)
    });
    assert_pending!(task.poll());
    first.send(123).unwrap();
    assert!(task.is_woken());
    assert_pending!(task.poll());
    second.send(456).unwrap();
    assert!(task.is_woken());
    assert_eq!(assert_ready!(task.poll()), (Some(123), Some(456)));
}

#[tokio::test]
async fn biased_goes_from_top_to_bottom() {
    let polled = Cell::new(0);
    let poll = |number| {
        let polled = &polled;
        safe(poll_fn(move |_| {
            assert_eq!(polled.replace(number), number - 1);
            if number == 3 { Poll::Ready(()) } else { Poll::Pending }
        }))
    };
    select! {
        biased;
        () = poll(1) => unreachable!(),
        () = poll(2) => unreachable!(),
        () = poll(3) => {}
        () = poll(4) => unreachable!("polled after the winner"),
    }
    assert_eq!(polled.get(), 3);
}

#[tokio::test]
async fn biased_with_preconditions() {
    let (mut none, mut some, mut more) = (pin!(ready(())), pin!(yield_now()), pin!(yield_now()));
    let mut count = 0;
    loop {
        select! {
            biased;
            () = &mut some, if count < 2 => { count += 1; assert_eq!(count, 2); }
            () = &mut more, if count < 3 => { count += 1; assert_eq!(count, 3); }
            () = &mut none, if count < 1 => { count += 1; assert_eq!(count, 1); }
            else => break,
        }
    }
    assert_eq!(count, 3);
}

#[tokio::test]
async fn fair_to_every_branch() {
    let mut wins = [0_u32; 5];
    for _ in 0..10_000 {
        let winner = select! {
            _ = ready(()) => 0,
            _ = ready(()) => 1,
            _ = ready(()) => 2,
            _ = ready(()) => 3,
            _ = ready(()) => 4,
        };
        wins[winner] += 1;
    }
    // 2000 each on average, with a standard deviation of 40.
    assert!(wins.iter().all(|wins| (1700..2300).contains(wins)), "{wins:?}");
}

/// A branch that uses the budget must not starve the rest of the task, and one that does not use it must
/// not win every race.
#[tokio::test]
async fn the_budget_of_the_task_is_respected() {
    const BUDGET: usize = 128;
    let round = || {
        Box::pin(async {
            select! {
                biased;
                () = safe(coop::consume_budget()) => {}
                () = ready(()) => {}
            }
        })
    };
    for _ in 0..BUDGET {
        assert!(futures::poll!(&mut round()).is_ready());
    }
    assert!(futures::poll!(&mut round()).is_pending());
    yield_now().await;
    assert!(futures::poll!(&mut round()).is_ready());
}

#[tokio::test]
async fn polling_does_not_cost_budget_by_itself() {
    for _ in 0..1000 {
        assert!(
            futures::poll!(Box::pin(async {
                select! { () = ready(()) => {} }
            }))
            .is_ready()
        );
    }
}

#[tokio::test]
async fn may_run_on_any_thread() {
    let (_sender, mut receiver) = mpsc::channel::<u8>(1);
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(1));
    let lock = std::sync::Arc::new(tokio::sync::Mutex::new(mpsc::channel::<u8>(1).1));
    let task = async move {
        select! {
            _ = receiver.recv() => {}
            _ = &mut ticks => {}
            _ = ticks_of(&lock) => {}
        }
    };
    fn ticks_of(_: &tokio::sync::Mutex<mpsc::Receiver<u8>>) -> std::future::Pending<()> {
        pending()
    }
    tokio::spawn(task).await.unwrap();
}
