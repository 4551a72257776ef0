//! mysql_async: prepared statements, its pool, rows as a stream, INSERT of many rows.

use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use futures_util::TryStreamExt;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, Pool, Statement, TxOpts, Value};
use peers::{id_at, new_rows, serve, Clock, Ids, Outcome, Request, Result, Row, Sums};
use peers::{BATCH, INSERT, POOL, SELECT_ALL, TASKS};
use tokio::runtime::Runtime;

type Columns = (i64, String, f64, Option<String>);

struct Peer {
    opts: Opts,
    connection: Conn,
    select: Statement,
    /// An INSERT of a whole batch.
    insert: Statement,
    pool: Pool,
}

fn main() -> Result<()> {
    let runtime = Runtime::new()?;
    let mut peer = runtime.block_on(Peer::new())?;
    serve(
        "point-select-leased point-select-64 stream-owned bulk connect batch",
        |request| runtime.block_on(peer.measure(request)),
    )
}

fn select_one() -> String {
    format!("{SELECT_ALL} WHERE id = ?")
}

fn insert_of(rows: usize) -> String {
    format!("{INSERT}{}", vec!["(?, ?, ?, ?)"; rows].join(", "))
}

fn decode(found: Option<Columns>) -> Result<Row> {
    let (id, name, score, note) = found.ok_or("there is no such row")?;
    Ok(Row {
        id,
        name,
        score,
        note,
    })
}

impl Peer {
    async fn new() -> Result<Peer> {
        // Over TCP like every other driver; it would take the server's socket where it finds one. Its documentation
        // says that resetting a connection that comes back costs its prepared statements.
        let url = format!(
            "{}?prefer_socket=false&pool_min={POOL}&pool_max={POOL}&reset_connection=false",
            env::var("DOVETAIL_MYSQL_URL")?
        );
        let opts = Opts::from_url(&url)?;
        let pool = Pool::new(opts.clone());
        let mut connection = Conn::new(opts.clone()).await?;
        let select = connection.prep(select_one()).await?;
        let insert = connection.prep(insert_of(BATCH)).await?;
        Ok(Peer {
            opts,
            connection,
            select,
            insert,
            pool,
        })
    }

    async fn measure(&mut self, request: &Request<'_>) -> Result<Outcome> {
        let Request {
            case, count, rows, ..
        } = *request;
        match case {
            "point-select-leased" => self.leased(count, rows).await,
            "point-select-64" => self.by_tasks(count, rows).await,
            "stream-owned" => self.stream().await,
            "bulk" => self.bulk(count).await,
            "connect" => self.connect(count, rows).await,
            "batch" => self.batch(count).await,
            _ => Err(format!("there is no case {case}").into()),
        }
    }

    async fn leased(&mut self, count: usize, rows: i64) -> Result<Outcome> {
        let clock = Clock::start();
        let mut sums = Sums::default();
        let mut ids = Ids::new(rows);
        for _ in 0..count {
            let found: Option<Columns> = self
                .connection
                .exec_first(&self.select, (ids.next_id(),))
                .await?;
            sums.add(&decode(found)?);
        }
        Ok(clock.outcome(sums))
    }

    async fn by_tasks(&mut self, count: usize, rows: i64) -> Result<Outcome> {
        let clock = Clock::start();
        let turn = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let (pool, turn) = (self.pool.clone(), turn.clone());
                tokio::spawn(async move {
                    let mut sums = Sums::default();
                    loop {
                        let index = turn.fetch_add(1, Ordering::Relaxed);
                        if index >= count {
                            return Result::Ok(sums);
                        }
                        let mut connection = pool.get_conn().await?;
                        // Prepared once for each connection, which keeps it.
                        let found: Option<Columns> = connection
                            .exec_first(select_one(), (id_at(index, rows),))
                            .await?;
                        sums.add(&decode(found)?);
                    }
                })
            })
            .collect();
        let mut sums = Sums::default();
        for task in tasks {
            sums.join(task.await??);
        }
        Ok(clock.outcome(sums))
    }

    async fn stream(&mut self) -> Result<Outcome> {
        let clock = Clock::start();
        let mut sums = Sums::default();
        let mut rows = self
            .connection
            .exec_stream::<Columns, _, _>(SELECT_ALL, ())
            .await?;
        while let Some(row) = rows.try_next().await? {
            sums.add(&decode(Some(row))?);
        }
        Ok(clock.outcome(sums))
    }

    /// All in one transaction.
    async fn bulk(&mut self, count: usize) -> Result<Outcome> {
        let rows = new_rows(count);
        let clock = Clock::start();
        let mut transaction = self.connection.start_transaction(TxOpts::default()).await?;
        for some in rows.chunks(BATCH) {
            insert(&mut transaction, &self.insert, some).await?;
        }
        transaction.commit().await?;
        Ok(clock.outcome(Sums::of(count)))
    }

    async fn connect(&mut self, count: usize, rows: i64) -> Result<Outcome> {
        let wanted = Ids::new(rows).next_id();
        let clock = Clock::start();
        let mut sums = Sums::default();
        for _ in 0..count {
            let mut opened = Conn::new(self.opts.clone()).await?;
            let found: Option<Columns> = opened.exec_first(select_one(), (wanted,)).await?;
            sums.add(&decode(found)?);
            opened.disconnect().await?;
        }
        Ok(clock.outcome(sums))
    }

    /// Each batch is a statement, and so a transaction of its own.
    async fn batch(&mut self, count: usize) -> Result<Outcome> {
        let rows = new_rows(count);
        let clock = Clock::start();
        for some in rows.chunks(BATCH) {
            insert(&mut self.connection, &self.insert, some).await?;
        }
        Ok(clock.outcome(Sums::of(count)))
    }
}

async fn insert<Q: Queryable>(connection: &mut Q, whole: &Statement, rows: &[Row]) -> Result<()> {
    let mut values: Vec<Value> = Vec::with_capacity(4 * rows.len());
    for row in rows {
        values.push(row.id.into());
        values.push(row.name.as_str().into());
        values.push(row.score.into());
        values.push(row.note.as_deref().into());
    }
    if rows.len() == BATCH {
        connection.exec_drop(whole, values).await?;
    } else {
        connection.exec_drop(insert_of(rows.len()), values).await?;
    }
    Ok(())
}
