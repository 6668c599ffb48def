//! The parts of unbound's `.rpl` format that a forwarder can play.

use dns_actor::{Name, RecordType};
use hickory_proto::{
    op::{Message, OpCode, Query, ResponseCode},
    rr::{RData, Record},
};

/// A scenario.
#[derive(Debug, Default)]
pub(crate) struct Scenario {
    /// The lines before `CONFIG_END`: a keyword and its value.
    pub(crate) config: Vec<(String, String)>,
    pub(crate) ranges: Vec<Range>,
    pub(crate) steps: Vec<Step>,
}

/// What servers answer during some steps.
#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) steps: std::ops::RangeInclusive<u32>,
    pub(crate) entries: Vec<Entry>,
}

/// One step.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) number: u32,
    pub(crate) action: String,
    pub(crate) words: Vec<String>,
    pub(crate) entry: Entry,
}

/// A message, or what is expected of one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) matches: Vec<String>,
    pub(crate) flags: Vec<String>,
    pub(crate) question: Option<(Name, RecordType)>,
    /// Answers, authorities and additional records.
    pub(crate) sections: [Vec<Record>; 3],
}

impl Entry {
    pub(crate) fn code(&self) -> ResponseCode {
        let code = |flag: &String| match flag.as_str() {
            "SERVFAIL" => Some(ResponseCode::ServFail),
            "NXDOMAIN" => Some(ResponseCode::NXDomain),
            "REFUSED" => Some(ResponseCode::Refused),
            "FORMERR" => Some(ResponseCode::FormErr),
            "NOTIMPL" => Some(ResponseCode::NotImp),
            _ => None,
        };
        self.flags.iter().find_map(code).unwrap_or(ResponseCode::NoError)
    }

    /// Returns whether a query is one that this entry is for.
    pub(crate) fn fits(&self, query: &Query) -> bool {
        let Some((name, kind)) = &self.question else { return true };
        self.matches.iter().all(|word| match word.as_str() {
            "qname" => query.name == *name,
            "qtype" => query.query_type == *kind,
            "subdomain" => name.zone_of(&query.name),
            _ => true,
        })
    }

    /// Returns the response to a query.
    pub(crate) fn response(&self, query: &Message) -> Message {
        let mut message = Message::response(query.metadata.id, OpCode::Query);
        message.metadata.response_code = self.code();
        message.metadata.recursion_desired = true;
        message.metadata.recursion_available = true;
        message.metadata.authoritative = self.flags.iter().any(|flag| flag == "AA");
        message.add_query(query.queries[0].clone());
        let [answers, authorities, additionals] = self.sections.clone();
        message.insert_answers(answers);
        message.insert_authorities(authorities);
        message.insert_additionals(additionals);
        message
    }
}

impl Scenario {
    /// Parses a scenario. The error is a line that is not understood.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut scenario = Self::default();
        let mut lines = text.lines().map(without_comment).filter(|line| !line.is_empty());
        for line in lines.by_ref().take_while(|line| !line.starts_with("CONFIG_END")) {
            // Several settings may be on one line.
            let words: Vec<&str> = line.split_whitespace().collect();
            for pair in words.windows(2).filter(|pair| pair[0].ends_with(':')) {
                let value = pair[1].trim_matches('"').to_owned();
                scenario.config.push((pair[0].trim_end_matches(':').to_owned(), value));
            }
        }
        while let Some(line) = lines.next() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let number = |index: usize| words.get(index).and_then(|word| word.parse().ok());
            match (words[0], number(1)) {
                ("SCENARIO_BEGIN", _) => {}
                ("SCENARIO_END", _) => break,
                ("RANGE_BEGIN", Some(first)) => {
                    let last = number(2).ok_or(line)?;
                    let entries = entries(&mut lines, "RANGE_END")?;
                    scenario.ranges.push(Range { steps: first..=last, entries });
                }
                ("STEP", Some(number)) => {
                    let has_entry =
                        ["QUERY", "CHECK_ANSWER", "CHECK_OUT_QUERY", "REPLY"].contains(&words[2]);
                    let entry = if has_entry {
                        entries(&mut lines, "ENTRY_END")?.pop().ok_or(line)?
                    } else {
                        Entry::default()
                    };
                    let action = words[2].to_owned();
                    let words = words[3..].iter().map(|word| (*word).to_owned()).collect();
                    scenario.steps.push(Step { number, action, words, entry });
                }
                _ => return Err(line.to_owned()),
            }
        }
        Ok(scenario)
    }

    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        self.config.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn without_comment(line: &str) -> &str {
    line.split([';', '#']).next().unwrap_or_default().trim()
}

/// Reads entries up to a line with `end`.
fn entries<'a>(lines: &mut impl Iterator<Item = &'a str>, end: &str) -> Result<Vec<Entry>, String> {
    let (mut entries, mut section) = (Vec::new(), "");
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let owned = || words[1..].iter().map(|word| (*word).to_owned());
        if words[0] == end {
            return Ok(entries);
        }
        if words[0] == "ENTRY_BEGIN" {
            entries.push(Entry::default());
        }
        let Some(entry) = entries.last_mut() else { continue };
        match words[0] {
            "ENTRY_BEGIN" | "ENTRY_END" | "ADJUST" | "ADDRESS" => {}
            "MATCH" => entry.matches.extend(owned()),
            "REPLY" => entry.flags.extend(owned()),
            "SECTION" => section = words[1],
            _ if section == "QUESTION" => {
                entry.question =
                    Some((name(words[0]), words[words.len() - 1].parse().map_err(|_| line)?));
            }
            _ => {
                let index = match section {
                    "ANSWER" => 0,
                    "AUTHORITY" => 1,
                    _ => 2,
                };
                entry.sections[index].push(record(&words).ok_or(line)?);
            }
        }
    }
    Err(format!("no {end}"))
}

/// Parses `name [ttl] IN type data`. The TTL is an hour by default.
fn record(words: &[&str]) -> Option<Record> {
    let ttl = words.get(1)?.parse().ok();
    let rest = &words[if ttl.is_some() { 2 } else { 1 }..];
    let rest = if rest.first() == Some(&"IN") { &rest[1..] } else { rest };
    let data = RData::try_from_str(rest.first()?.parse().ok()?, &rest[1..].join(" ")).ok()?;
    Some(Record::from_rdata(name(words[0]), ttl.unwrap_or(3600), data))
}

fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).expect("a name");
    name.set_fqdn(true);
    name
}
