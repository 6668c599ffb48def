//! The buffer is plain data, so it is tested as plain data.

use actor_examples::telemetry::{
    Buffer, Limits,
    buffer::{Account, Refusal},
};

use super::{emergency, routine, sequences};

fn buffer(frames: usize) -> Buffer {
    let mut buffer = Buffer::new(Limits { frames, satellites: 2 });
    buffer.claim(1).unwrap();
    buffer
}

#[test]
fn the_oldest_is_dropped_at_the_limit() {
    let mut buffer = buffer(3);
    (0..5).for_each(|sequence| buffer.push(routine(1, sequence)));
    assert_eq!(buffer.stats().dropped_oldest, 2);
    assert_eq!(sequences(&buffer.drain(9)), [2, 3, 4]);
}

#[test]
fn emergencies_overtake_and_displace_routine_frames() {
    let mut buffer = buffer(3);
    (0..3).for_each(|sequence| buffer.push(routine(1, sequence)));
    buffer.push_emergency(emergency(1, 3)).unwrap();
    buffer.push_emergency(emergency(1, 4)).unwrap();
    assert_eq!(buffer.depth(), 3);
    assert_eq!(sequences(&buffer.drain(9)), [3, 4, 2]);
}

#[test]
fn an_emergency_is_never_displaced() {
    let mut buffer = buffer(2);
    buffer.push_emergency(emergency(1, 0)).unwrap();
    buffer.push_emergency(emergency(1, 1)).unwrap();
    assert_eq!(buffer.push_emergency(emergency(1, 2)), Err(emergency(1, 2)));
    // A routine frame finds nothing older than itself that may go.
    buffer.push(routine(1, 3));
    assert_eq!(buffer.stats().dropped_oldest, 1);
    assert_eq!(sequences(&buffer.drain(9)), [0, 1]);
}

#[test]
fn what_is_put_back_is_the_oldest_again() {
    let mut buffer = buffer(4);
    buffer.push(routine(1, 0));
    buffer.push(routine(1, 1));
    buffer.push_emergency(emergency(1, 2)).unwrap();
    let frames = buffer.drain(2);
    assert_eq!(sequences(&frames), [2, 0]);
    (3..6).for_each(|sequence| buffer.push(routine(1, sequence)));
    buffer.put_back(frames);
    assert_eq!(buffer.stats().drained, 0);
    assert_eq!(buffer.stats().dropped_oldest, 2, "frames 0 and 1 made room");
    assert_eq!(sequences(&buffer.drain(9)), [2, 3, 4, 5]);
}

#[test]
fn the_account_tells_everything() {
    let mut buffer = buffer(2);
    [4, 5, 9, 9, 10].into_iter().for_each(|sequence| buffer.push(routine(1, sequence)));
    drop(buffer.drain(1));
    let account = buffer.accounts()[&1];
    let expected = Account {
        accepted: 5,
        dropped_oldest: 3,
        drained: 1,
        stored: 1,
        stored_emergencies: 0,
        missing: 3,
        misordered: 1,
        newest: Some(10),
        is_claimed: true,
    };
    assert_eq!(account, expected);
}

#[test]
fn a_satellite_has_one_uplink_at_a_time() {
    let mut buffer = buffer(2);
    assert_eq!(buffer.claim(1), Err(Refusal::AlreadyConnected(1)));
    buffer.push(routine(1, 7));
    buffer.release(1);
    assert_eq!(buffer.claim(1), Ok(Some(7)), "the next one learns where to go on");
}

#[test]
fn there_are_only_so_many_accounts() {
    let mut buffer = buffer(2);
    assert_eq!(buffer.claim(2), Ok(None));
    assert_eq!(buffer.claim(3), Err(Refusal::TooManySatellites(2)));
    buffer.push(routine(3, 0));
    assert_eq!(buffer.stats().strays, 1);
    assert_eq!(buffer.depth(), 0);
}

/// However much comes through, no more is kept than at the first time it was full.
#[test]
fn what_is_retained_does_not_grow() {
    let mut buffer = buffer(100);
    let mut fill = |from: u64| {
        for sequence in from..from + 10_000 {
            match sequence % 7 {
                // Full of emergencies, it refuses some: then they wait elsewhere.
                0 => drop(buffer.push_emergency(emergency(1, sequence))),
                _ => buffer.push(routine(1, sequence)),
            }
            if sequence % 50 == 0 {
                drop(buffer.drain(10));
            }
        }
        (buffer.retained_bytes(), buffer.depth())
    };
    let (first, _) = fill(0);
    for round in 1..20 {
        let (retained, depth) = fill(round * 10_000);
        assert!(depth <= 100);
        assert!(retained <= first.max(200 * 64), "{retained} bytes after {round} rounds");
    }
}
