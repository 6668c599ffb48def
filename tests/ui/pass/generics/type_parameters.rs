// An actor may have type parameters, bounds and a where clause; its handle asks for none of them.
use std::{collections::BTreeMap, fmt::Display};

use actor_runtime::{actor, spawn};

struct Table<K, V> {
    rows: BTreeMap<K, V>,
}

#[actor]
impl<K: Ord, V> Table<K, V>
where
    V: Display,
{
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.rows.insert(key, value)
    }

    pub async fn shown(&mut self, key: K) -> Option<String> {
        self.rows.get(&key).map(V::to_string)
    }

    pub fn finish(self) -> Vec<(K, V)> {
        self.rows.into_iter().collect()
    }
}

// No bounds: what only the actor's methods need is not asked of who holds a handle.
struct Owner<K: 'static, V: 'static> {
    table: TableHandle<K, V>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let owner = Owner { table: spawn(Table { rows: BTreeMap::new() }) };
    assert_eq!(owner.table.insert(1, "one").await.unwrap(), None);
    assert_eq!(owner.table.shown(1).await.unwrap().unwrap(), "one");
    assert_eq!(owner.table.clone().finish().await.unwrap(), [(1, "one")]);
}
