//! A recorder for the `metrics` facade that prints counters and gauges in the Prometheus text format.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    set_global_recorder,
};

/// The registered counters and gauges. Clones share their state.
#[derive(Clone, Default)]
pub(crate) struct Meters(Arc<Mutex<Tables>>);

#[derive(Default)]
struct Tables {
    counters: BTreeMap<Key, Arc<AtomicU64>>,
    /// Each value holds the bits of an `f64`.
    gauges: BTreeMap<Key, Arc<AtomicU64>>,
}

impl Meters {
    /// Installs a global recorder.
    pub(crate) fn install() -> Self {
        let meters = Self::default();
        // This is the only recorder that the program installs, so this does not fail.
        let _ = set_global_recorder(meters.clone());
        meters
    }

    fn with<T>(&self, look: impl FnOnce(&mut Tables) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Recorder for Meters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let counter = self.with(|tables| tables.counters.entry(key.clone()).or_default().clone());
        Counter::from_arc(counter)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let gauge = self.with(|tables| tables.gauges.entry(key.clone()).or_default().clone());
        Gauge::from_arc(gauge)
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

impl fmt::Display for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|tables| {
            table(f, "counter", &tables.counters, |bits| bits.to_string())?;
            table(f, "gauge", &tables.gauges, |bits| f64::from_bits(bits).to_string())
        })
    }
}

fn table(
    f: &mut fmt::Formatter<'_>,
    kind: &str,
    meters: &BTreeMap<Key, Arc<AtomicU64>>,
    print: impl Fn(u64) -> String,
) -> fmt::Result {
    let mut last = "";
    for (key, value) in meters {
        if key.name() != last {
            writeln!(f, "# TYPE {} {kind}", key.name())?;
            last = key.name();
        }
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}=\"{}\"", label.key(), escaped(label.value())))
            .collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        writeln!(f, "{}{labels} {}", key.name(), print(value.load(Ordering::Relaxed)))?;
    }
    Ok(())
}

/// Escapes the value of a label. The format knows three escapes, and takes any other character as it is.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use metrics::{counter, gauge, with_local_recorder};

    use super::Meters;

    #[test]
    fn metrics_are_printed_in_the_text_format() {
        let meters = Meters::default();
        with_local_recorder(&meters, || {
            counter!("frames_total", "satellite" => "1").increment(2);
            counter!("frames_total", "satellite" => "2").increment(3);
            counter!("frames_total", "satellite" => "1").increment(4);
            gauge!("depth").set(1.5);
        });
        let expected = "\
# TYPE frames_total counter
frames_total{satellite=\"1\"} 6
frames_total{satellite=\"2\"} 3
# TYPE depth gauge
depth 1.5
";
        assert_eq!(meters.to_string(), expected);
    }

    #[test]
    fn values_of_labels_are_escaped_as_the_format_says() {
        for (value, expected) in [
            (r"C:\uplinks", r"C:\\uplinks"),
            ("the \"old\" dish", r#"the \"old\" dish"#),
            ("two\nlines", r"two\nlines"),
            // These have no escape, although Rust has one.
            ("a\ttab, a\r and a \u{7f}", "a\ttab, a\r and a \u{7f}"),
            ("Öffnung 'é'", "Öffnung 'é'"),
        ] {
            let meters = Meters::default();
            with_local_recorder(&meters, || {
                counter!("n", "place" => value.to_owned()).increment(1);
            });
            assert_eq!(
                meters.to_string(),
                format!("# TYPE n counter\nn{{place=\"{expected}\"}} 1\n")
            );
        }
    }
}
