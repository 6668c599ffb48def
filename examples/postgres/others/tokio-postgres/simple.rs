//! The simple protocol: our results, taken apart into messages.

use std::sync::Arc;

#[derive(Debug)]
#[non_exhaustive]
pub enum SimpleQueryMessage {
    Row(SimpleQueryRow),
    CommandComplete(u64),
    RowDescription(Arc<[SimpleColumn]>),
}

#[derive(Debug)]
pub struct SimpleColumn(String);

impl SimpleColumn {
    pub fn name(&self) -> &str {
        &self.0
    }
}

#[derive(Debug)]
pub struct SimpleQueryRow {
    columns: Arc<[SimpleColumn]>,
    row: ours::SimpleRow,
}

impl SimpleQueryRow {
    pub fn columns(&self) -> &[SimpleColumn] {
        &self.columns
    }

    pub fn len(&self) -> usize {
        self.row.len()
    }

    pub fn get(&self, index: usize) -> Option<&str> {
        self.row.get(index)
    }
}

pub(crate) fn messages(results: Vec<ours::SimpleResult>) -> Vec<SimpleQueryMessage> {
    let mut messages = Vec::new();
    for result in results {
        let columns: Arc<[_]> = result.columns().iter().cloned().map(SimpleColumn).collect();
        if !columns.is_empty() {
            messages.push(SimpleQueryMessage::RowDescription(columns.clone()));
        }
        for row in result.rows() {
            let (columns, row) = (columns.clone(), row.clone());
            messages.push(SimpleQueryMessage::Row(SimpleQueryRow { columns, row }));
        }
        messages.push(SimpleQueryMessage::CommandComplete(result.affected()));
    }
    messages
}
