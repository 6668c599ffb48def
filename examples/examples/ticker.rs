//! An actor that handles events besides messages: readings from a channel, and ticks of an interval.
//!
//! Run with `cargo run -p actor-examples --example ticker`. Time is paused, so the program finishes immediately and is
//! deterministic. `ticker_expanded.rs` shows the code that `#[actor]` generates for it.

use std::time::Duration;

use actor_runtime::{ActorHandle, Context, actor, spawn};
use tokio::{
    sync::mpsc,
    time::{self, Instant, Interval, sleep},
};

/// Averages the readings of a sensor, once a second.
#[derive(Debug)]
pub struct Station {
    readings: mpsc::Receiver<f64>,
    seconds: Interval,
    is_paused: bool,
    now: Vec<f64>,
    averages: Vec<f64>,
}

#[actor]
impl Station {
    /// The sensor. It is not polled while the station is paused, so the sender has to wait.
    #[on(self.readings.recv(), if !self.is_paused)]
    fn reading(&mut self, reading: Option<f64>, context: &Context<Self>) {
        match reading {
            Some(reading) => self.now.push(reading),
            None => context.stop(),
        }
    }

    /// The clock. It keeps ticking however many readings and messages arrive.
    #[on(self.seconds.tick())]
    async fn second(&mut self, _: Instant) {
        if !self.now.is_empty() {
            let count = u32::try_from(self.now.len()).unwrap_or(u32::MAX);
            self.averages.push(self.now.drain(..).sum::<f64>() / f64::from(count));
        }
    }

    /// Returns the averages so far.
    pub fn averages(&self) -> Vec<f64> {
        self.averages.clone()
    }

    /// Pauses or resumes reading.
    pub fn pause(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
    }

    #[on_stop]
    fn report(&mut self) {
        println!("averages: {:?}", self.averages);
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (sensor, readings) = mpsc::channel(1);
    let second = Duration::from_secs(1);
    let station = spawn(Station {
        readings,
        seconds: time::interval_at(Instant::now() + second, second),
        is_paused: false,
        now: Vec::new(),
        averages: Vec::new(),
    });

    // Ten readings a second, for three seconds.
    sleep(second / 20).await;
    for reading in 0..30 {
        sensor.send(f64::from(reading)).await?;
        sleep(second / 10).await;
    }
    assert_eq!(station.averages().await?, [4.5, 14.5, 24.5]);

    // A paused station does not receive from the channel, which has room for one reading.
    station.pause(true).await?;
    sensor.try_send(30.0)?;
    assert!(sensor.try_send(31.0).is_err(), "the channel is full");
    station.pause(false).await?;
    sensor.send(31.0).await?;
    sleep(second).await;
    assert_eq!(station.averages().await?.last(), Some(&30.5));

    // Without a sender the station receives `None`, and stops itself.
    drop(sensor);
    println!("the actor has ended: {}", station.exited().await);
    Ok(())
}
