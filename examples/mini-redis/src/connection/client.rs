//! The `CLIENT` command.

use bytes::Bytes;

use crate::{
    frame::Frame,
    number::parse_integer,
    server::{Attribute, Filter},
    store::access::{Fault, SYNTAX},
};

use super::{Connection, ReplyMode};

impl Connection {
    pub(super) async fn client(&mut self, words: &[Bytes]) -> Result<Option<Frame>, Fault> {
        let (subcommand, rest) = (words[0].to_ascii_lowercase(), &words[1..]);
        Ok(Some(match subcommand.as_slice() {
            b"getname" if self.name.is_empty() => Frame::Null,
            b"getname" => Frame::Bulk(self.name.clone()),
            b"id" => Frame::Integer(i64::try_from(self.status.id).unwrap_or(i64::MAX)),
            b"info" => self.list(vec![Filter::Id(vec![self.status.id])], words).await?,
            b"kill" => self.kill(rest).await?,
            b"list" => self.list(parse_list(rest)?, words).await?,
            b"no-evict" | b"no-touch" => on_or_off(&rest[0])?,
            b"reply" => return self.set_reply_mode(&rest[0]),
            b"setinfo" => self.set_info(&rest[0], &rest[1]).await?,
            b"setname" => {
                check_name(&rest[0])?;
                self.rename(rest[0].clone()).await?;
                Frame::OK
            }
            _ => help(),
        }))
    }

    pub(super) async fn rename(&mut self, name: Bytes) -> Result<(), Fault> {
        self.describe(Attribute::Name, &name).await?;
        self.name = Bytes::copy_from_slice(&name);
        Ok(())
    }

    async fn set_info(&mut self, attribute: &[u8], value: &Bytes) -> Result<Frame, Fault> {
        let (attribute, name) = match attribute.to_ascii_lowercase().as_slice() {
            b"lib-name" => (Attribute::Library, "lib-name"),
            b"lib-ver" => (Attribute::LibraryVersion, "lib-ver"),
            _ => {
                let option = String::from_utf8_lossy(attribute);
                return Err(format!("ERR Unrecognized option '{option}'").into());
            }
        };
        if !is_printable(value) {
            let text = format!("ERR {name} cannot contain spaces, newlines or special characters.");
            return Err(text.into());
        }
        self.describe(attribute, value).await?;
        Ok(Frame::OK)
    }

    async fn describe(&mut self, attribute: Attribute, value: &[u8]) -> Result<(), Fault> {
        let value = String::from_utf8_lossy(value).into_owned();
        self.server()?.describe(self.status.id, attribute, value).await?;
        Ok(())
    }

    /// Returns the lines of clients. That of this client shows the request, which is `words` after the name.
    async fn list(&mut self, filters: Vec<Filter>, words: &[Bytes]) -> Result<Frame, Fault> {
        self.status.set_query(encoded_size(words));
        let list = self.server()?.list(filters).await;
        self.status.set_query(0);
        Ok(Frame::Text(list?))
    }

    fn set_reply_mode(&mut self, how: &[u8]) -> Result<Option<Frame>, Fault> {
        self.reply_mode = match how.to_ascii_lowercase().as_slice() {
            b"on" => ReplyMode::On,
            b"off" => ReplyMode::Off,
            b"skip" if self.reply_mode == ReplyMode::Off => ReplyMode::Off,
            b"skip" => ReplyMode::SkipNext,
            _ => return Err(SYNTAX),
        };
        Ok((self.reply_mode == ReplyMode::On).then_some(Frame::OK))
    }

    /// Runs `CLIENT KILL`. A client that kills itself gets the reply before the connection closes.
    async fn kill(&mut self, words: &[Bytes]) -> Result<Frame, Fault> {
        let is_old_form = words.len() == 1;
        let (filters, skips_me) = match words {
            [address] => (vec![Filter::Address(text(address))], false),
            _ => parse_kill(words)?,
        };
        let me = self.status.id;
        let killed = self.server()?.kill(filters, me, skips_me).await?;
        self.is_closing |= killed.contains(&me);
        match (is_old_form, killed.is_empty()) {
            (true, true) => Err(Fault("ERR No such client".into())),
            (true, false) => Ok(Frame::OK),
            (false, _) => Ok(Frame::count(killed.len())),
        }
    }
}

/// Returns the size of a `CLIENT` request in the protocol.
fn encoded_size(words: &[Bytes]) -> usize {
    let digits = |number: usize| itoa::Buffer::new().format(number).len();
    let size = |length: usize| "$\r\n\r\n".len() + digits(length) + length;
    let words = words.iter().map(|word| word.len()).chain(["client".len()]);
    "*\r\n".len() + digits(words.clone().count()) + words.map(size).sum::<usize>()
}

fn parse_list(words: &[Bytes]) -> Result<Vec<Filter>, Fault> {
    match words {
        [] => Ok(Vec::new()),
        [option, kind] if option.eq_ignore_ascii_case(b"TYPE") => Ok(vec![parse_type(kind)?]),
        [option, ids @ ..] if option.eq_ignore_ascii_case(b"ID") && !ids.is_empty() => {
            let id = |id: &Bytes| {
                let id = parse_integer(id).and_then(|id| u64::try_from(id).ok());
                id.ok_or(Fault("ERR Invalid client ID".into()))
            };
            Ok(vec![Filter::Id(ids.iter().map(id).collect::<Result<_, _>>()?)])
        }
        _ => Err(SYNTAX),
    }
}

/// Parses the long form. Returns the filters, and whether the caller is skipped.
fn parse_kill(words: &[Bytes]) -> Result<(Vec<Filter>, bool), Fault> {
    let (mut filters, mut skips_me) = (Vec::new(), true);
    if !words.len().is_multiple_of(2) {
        return Err(SYNTAX);
    }
    for pair in words.chunks_exact(2) {
        let value = &pair[1];
        match pair[0].to_ascii_uppercase().as_slice() {
            b"ID" => {
                let id = parse_integer(value).filter(|id| *id > 0);
                let id = id.and_then(|id| u64::try_from(id).ok());
                let text = "ERR client-id should be greater than 0";
                filters.push(Filter::Id(vec![id.ok_or(Fault(text.into()))?]));
            }
            b"TYPE" => filters.push(parse_type(value)?),
            b"ADDR" => filters.push(Filter::Address(text(value))),
            b"LADDR" => filters.push(Filter::LocalAddress(text(value))),
            b"USER" if value == "default" => {}
            b"USER" => {
                return Err(format!("ERR No such user '{}'", text(value)).into());
            }
            b"SKIPME" if value.eq_ignore_ascii_case(b"yes") => skips_me = true,
            b"SKIPME" if value.eq_ignore_ascii_case(b"no") => skips_me = false,
            _ => return Err(SYNTAX),
        }
    }
    Ok((filters, skips_me))
}

fn parse_type(word: &Bytes) -> Result<Filter, Fault> {
    match word.to_ascii_lowercase().as_slice() {
        b"normal" => Ok(Filter::Subscribed(false)),
        b"pubsub" => Ok(Filter::Subscribed(true)),
        b"master" | b"replica" | b"slave" => Ok(Filter::Id(Vec::new())),
        _ => Err(format!("ERR Unknown client type '{}'", text(word)).into()),
    }
}

fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

fn on_or_off(word: &[u8]) -> Result<Frame, Fault> {
    let is_known = word.eq_ignore_ascii_case(b"on") || word.eq_ignore_ascii_case(b"off");
    if is_known { Ok(Frame::OK) } else { Err(SYNTAX) }
}

pub(super) fn check_name(name: &[u8]) -> Result<(), Fault> {
    let text = "ERR Client names cannot contain spaces, newlines or special characters.";
    if is_printable(name) { Ok(()) } else { Err(Fault(text.into())) }
}

fn is_printable(word: &[u8]) -> bool {
    word.iter().all(|byte| (b'!'..=b'~').contains(byte))
}

fn help() -> Frame {
    let lines = [
        "CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "GETNAME",
        "    Return the name of the current connection.",
        "ID",
        "    Return the ID of the current connection.",
        "INFO",
        "    Return information about the current client connection.",
        "KILL <ip:port>",
        "    Kill connection made from <ip:port>.",
        "KILL <option> <value> [<option> <value> [...]]",
        "    Kill connections. Options are:",
        "    * ADDR (<ip:port>|<unixsocket>:0)",
        "      Kill connections made from the specified address",
        "    * LADDR (<ip:port>|<unixsocket>:0)",
        "      Kill connections made to specified local address",
        "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
        "      Kill connections by type.",
        "    * USER <username>",
        "      Kill connections authenticated by <username>.",
        "    * SKIPME (YES|NO)",
        "      Skip killing current connection (default: yes).",
        "    * ID <client-id>",
        "      Kill connections by client id.",
        "LIST [options ...]",
        "    Return information about client connections. Options:",
        "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
        "      Return clients of specified type.",
        "    * ID <client-id> [<client-id> ...]",
        "      Return clients with the specified IDs only.",
        "REPLY (ON|OFF|SKIP)",
        "    Control the replies sent to the current connection.",
        "SETNAME <name>",
        "    Assign the name <name> to the current connection.",
        "SETINFO <option> <value>",
        "    Set client meta attr. Options are:",
        "    * LIB-NAME: the client lib name.",
        "    * LIB-VER: the client lib version.",
        "HELP",
        "    Print this help.",
    ];
    Frame::Array(lines.into_iter().map(Frame::Simple).collect())
}
