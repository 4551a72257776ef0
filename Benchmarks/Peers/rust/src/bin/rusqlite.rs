//! rusqlite: statements of its cache, one transaction.

use peers::{serve, text, Clock, Ids, Outcome, Request, Result, Row, Sums};
use rusqlite::{params, Connection, TransactionBehavior};

const PRAGMAS: &str =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-262144; \
    PRAGMA mmap_size=0; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000;";

fn main() -> Result<()> {
    // The file that is open, which stays warm as long as it is worked on.
    let mut opened: Option<(String, Connection)> = None;
    serve("point-select stream-owned insert-transaction", |request| {
        if opened.as_ref().map(|(path, _)| path.as_str()) != Some(request.path) {
            let connection = Connection::open(request.path)?;
            connection.execute_batch(PRAGMAS)?;
            opened = Some((request.path.to_string(), connection));
        }
        let connection = &mut opened.as_mut().expect("it was opened above").1;
        let mut outcome = measure(connection, request)?;
        outcome.level = Some(connection.query_row("PRAGMA synchronous", [], |row| row.get(0))?);
        Ok(outcome)
    })
}

fn decode(row: &rusqlite::Row) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get(0)?,
        name: row.get(1)?,
        score: row.get(2)?,
        note: row.get(3)?,
    })
}

fn measure(connection: &mut Connection, request: &Request) -> Result<Outcome> {
    match request.case {
        "point-select" => point_select(connection, request.count, request.rows),
        "stream-owned" => stream(connection),
        "insert-transaction" => insert(connection, request.count),
        case => Err(format!("there is no case {case}").into()),
    }
}

fn point_select(connection: &Connection, count: usize, rows: i64) -> Result<Outcome> {
    let clock = Clock::start();
    let mut sums = Sums::default();
    let mut ids = Ids::new(rows);
    for _ in 0..count {
        let mut select =
            connection.prepare_cached("SELECT id, name, score, note FROM t WHERE id = ?")?;
        sums.add(&select.query_row([ids.next_id()], decode)?);
    }
    Ok(clock.outcome(sums))
}

fn stream(connection: &Connection) -> Result<Outcome> {
    let clock = Clock::start();
    let mut sums = Sums::default();
    let mut select = connection.prepare_cached("SELECT id, name, score, note FROM t")?;
    for row in select.query_map([], decode)? {
        sums.add(&row?);
    }
    Ok(clock.outcome(sums))
}

fn insert(connection: &mut Connection, count: usize) -> Result<Outcome> {
    let name = text(count);
    let clock = Clock::start();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert =
            transaction.prepare_cached("INSERT INTO w(name, score, note) VALUES (?, ?, ?)")?;
        for index in 0..count {
            let note = (index % 2 == 0).then_some(&name);
            insert.execute(params![name, index as f64 * 0.5, note])?;
        }
    }
    transaction.commit()?;
    Ok(clock.outcome(Sums::of(count)))
}
