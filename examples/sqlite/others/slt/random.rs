//! Random statements.

use fastrand::Rng;

const TABLES: [&str; 3] = ["a", "b", "c"];
const COLUMNS: [&str; 4] = ["id", "n", "t", "x"];

/// Three tables that refer to each other, with indexes, checks and triggers.
const SCHEMA: [&str; 8] = [
    "CREATE TABLE a (id INTEGER PRIMARY KEY, n INT, t TEXT UNIQUE, x)",
    "CREATE TABLE b (id INTEGER PRIMARY KEY, n INT REFERENCES a (id) ON DELETE CASCADE, t TEXT NOT NULL, x REAL)",
    "CREATE TABLE c (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT CHECK (n < 40), t TEXT COLLATE NOCASE UNIQUE, \
     x BLOB, FOREIGN KEY (n) REFERENCES b (id) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT, old, new)",
    "CREATE INDEX b_n ON b (n, x)",
    "CREATE TRIGGER a_change AFTER UPDATE ON a BEGIN INSERT INTO log (what, old, new) VALUES ('a', old.x, new.x); END",
    "CREATE TRIGGER b_delete BEFORE DELETE ON b WHEN old.x > 3 BEGIN \
     SELECT CASE WHEN old.x > 1e9 THEN RAISE(ABORT, 'too large') WHEN old.x > 9 THEN RAISE(IGNORE) END; \
     INSERT INTO log (what, old) VALUES ('b', old.t); END",
    "CREATE VIEW both AS SELECT a.id, a.n, b.t, b.x FROM a JOIN b ON b.n = a.id",
];

/// Returns the records for one database. A record of several statements is a transaction.
pub fn records(random: &mut Rng, number: usize) -> Vec<Vec<String>> {
    let schema = SCHEMA.iter().map(|sql| vec![sql.to_string()]);
    let rest = number.saturating_sub(SCHEMA.len());
    schema.take(number).chain((0..rest).map(|_| record(random))).collect()
}

fn record(random: &mut Rng) -> Vec<String> {
    if random.u8(0..12) > 0 {
        return vec![statement(random)];
    }
    let write = |random: &mut Rng| match random.u8(0..6) {
        0 => update(random),
        1 => delete(random),
        _ => insert(random),
    };
    (0..random.usize(2..5)).map(|_| write(random)).collect()
}

fn statement(random: &mut Rng) -> String {
    match random.u8(0..100) {
        0..40 => insert(random),
        40..48 => update(random),
        48..54 => delete(random),
        54..72 => select(random),
        72..82 => join(random),
        82..92 => aggregate(random),
        92..95 => schema(random),
        95..97 => pick(random, &["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "RELEASE s"]),
        97..99 => pick(
            random,
            &[
                "PRAGMA foreign_key_check",
                "PRAGMA integrity_check",
                "PRAGMA table_info(a)",
                "ANALYZE",
                "VACUUM",
            ],
        ),
        _ => pick(
            random,
            &["SELEC 1", "SELECT nothing FROM a", "INSERT INTO d VALUES (1)", "SELECT 1; SELECT 2"],
        ),
    }
}

fn pick(random: &mut Rng, texts: &[&str]) -> String {
    texts[random.usize(..texts.len())].to_owned()
}

/// A literal of any type.
fn literal(random: &mut Rng) -> String {
    match random.u8(0..12) {
        0 | 1 => "NULL".to_owned(),
        2 => random.i64(..).to_string(),
        3 => pick(
            random,
            &["0.1", "-0.0", "1e300", "-2.5", "9e999", "1e-320", "12345678901234567890"],
        ),
        4 => format!("{:?}", random.f64() * 20.0 - 5.0),
        5 => format!("x'{:x}'", 4096 + u32::from(random.u16(..)) % 4096),
        6 => pick(random, &["x''", "x'00ff'", "zeroblob(3)", "x'c3a9'"]),
        7 => pick(random, &["''", "'it''s'", "'é'", "'A'", "'a'", "'12'", "'1.5'", "'日本'"]),
        8 => format!("'t{}'", random.u8(0..60)),
        _ => random.i8(-2..50).to_string(),
    }
}

/// A value for a column, mostly of its type.
fn value(random: &mut Rng, column: &str) -> String {
    match column {
        "id" if random.bool() => "NULL".to_owned(),
        "id" | "n" if random.u8(0..8) > 0 => random.u8(1..45).to_string(),
        "t" if random.u8(0..6) > 0 => format!("'t{}'", random.u8(0..90)),
        _ => literal(random),
    }
}

fn insert(random: &mut Rng) -> String {
    let table = pick(random, &TABLES);
    let verb = pick(
        random,
        &["INSERT", "INSERT", "INSERT", "INSERT OR IGNORE", "REPLACE", "INSERT OR ABORT"],
    );
    let rows: Vec<_> = (0..random.usize(1..4))
        .map(|_| format!("({})", COLUMNS.map(|column| value(random, column)).join(", ")))
        .collect();
    let conflict = match random.u8(0..6) {
        0 => " ON CONFLICT DO NOTHING".to_owned(),
        1 => format!(" ON CONFLICT (id) DO UPDATE SET x = excluded.x, n = {}", value(random, "n")),
        2 => " ON CONFLICT (t) DO UPDATE SET n = coalesce(n, 0) + 1 WHERE excluded.x IS NOT NULL"
            .to_owned(),
        _ => String::new(),
    };
    let returning = if random.u8(0..6) == 0 { " RETURNING *, typeof(x)" } else { "" };
    format!("{verb} INTO {table} (id, n, t, x) VALUES {}{conflict}{returning}", rows.join(", "))
}

fn condition(random: &mut Rng, table: &str) -> String {
    let column = pick(random, &COLUMNS);
    match random.u8(0..7) {
        0 => format!("{table}.{column} IS NULL"),
        1 => format!("{table}.t LIKE '%{}%'", random.u8(0..10)),
        2 => format!("{table}.{column} BETWEEN {} AND {}", random.u8(0..20), random.u8(10..50)),
        3 => format!("{table}.{column} IN ({}, {})", literal(random), literal(random)),
        4 => format!(
            "EXISTS (SELECT 1 FROM b AS i WHERE i.n = {table}.id AND i.x > {})",
            random.u8(0..9)
        ),
        _ => {
            let operator = pick(random, &["<", ">", "=", "<>", "IS NOT", ">="]);
            format!("{table}.{column} {operator} {}", value(random, &column))
        }
    }
}

fn update(random: &mut Rng) -> String {
    let (table, column) = (pick(random, &TABLES), pick(random, &COLUMNS));
    let new = match random.u8(0..3) {
        // Never text that is not UTF-8: if a row with it is returned, the actor rolls the statement back.
        0 => format!("substr(quote({column}), 1, 20) || 'y'"),
        1 => "n + 1".to_owned(),
        _ => value(random, &column),
    };
    format!("UPDATE {table} SET {column} = {new} WHERE {}", condition(random, &table))
}

fn delete(random: &mut Rng) -> String {
    let table = pick(random, &["a", "b", "c", "log"]);
    let returning = if random.bool() { " RETURNING id" } else { "" };
    format!("DELETE FROM {table} WHERE id % 7 = {}{returning}", random.u8(0..7))
}

fn select(random: &mut Rng) -> String {
    let table = pick(random, &["a", "b", "c", "both"]);
    let what = pick(
        random,
        &[
            "*",
            "id, typeof(x), x",
            "hex(x), quote(t), n",
            "x + n, x / 3, n % 3",
            "upper(t), length(x), abs(n)",
            "DISTINCT n, x",
        ],
    );
    let order = pick(
        random,
        &[
            "",
            " ORDER BY 1",
            " ORDER BY x DESC NULLS LAST, id",
            " ORDER BY t COLLATE NOCASE, n LIMIT 7 OFFSET 2",
        ],
    );
    format!("SELECT {what} FROM {table} WHERE {}{order}", condition(random, &table))
}

fn join(random: &mut Rng) -> String {
    let kind = pick(random, &["JOIN", "LEFT JOIN", "FULL JOIN", "RIGHT JOIN"]);
    let (left, right) = (pick(random, &TABLES), pick(random, &TABLES));
    let on = pick(random, &["l.id = r.n", "l.t = r.t", "l.n = r.n", "l.x < r.x AND l.id = r.id"]);
    format!(
        "SELECT l.id, r.id, l.x, r.t FROM {left} AS l {kind} {right} AS r ON {on} WHERE {} ORDER BY l.id, r.id",
        condition(random, if kind == "RIGHT JOIN" { "r" } else { "l" })
    )
}

fn aggregate(random: &mut Rng) -> String {
    let table = pick(random, &["a", "b", "c", "log"]);
    let (key, value) = if table == "log" { ("what", "old") } else { ("n", "x") };
    match random.u8(0..3) {
        0 => format!(
            "SELECT {key}, count(*), count({value}), sum(id), min({value}), max({value}), total(id) FROM {table} \
             GROUP BY {key} HAVING count(*) > {} ORDER BY {key}",
            random.u8(0..3)
        ),
        1 => format!(
            "SELECT id, row_number() OVER w, lag({value}) OVER w, sum(id) OVER w FROM {table} \
             WINDOW w AS (PARTITION BY {key} ORDER BY id) ORDER BY id"
        ),
        _ => format!(
            "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < {}) \
             SELECT i, (SELECT group_concat(id) FROM {table} WHERE id % r.i = 0), avg(i) OVER () FROM r",
            random.u8(1..20)
        ),
    }
}

fn schema(random: &mut Rng) -> String {
    let number = random.u8(0..4);
    match random.u8(0..5) {
        0 => format!("CREATE INDEX i{number} ON a (x, t)"),
        1 => format!("DROP INDEX i{number}"),
        2 => format!(
            "CREATE TABLE s{number} AS SELECT * FROM {}",
            pick(random, &["a", "b", "c", "both"])
        ),
        3 => format!("DROP TABLE s{number}"),
        _ => format!("ALTER TABLE s{number} ADD COLUMN more DEFAULT {}", random.u8(..)),
    }
}
