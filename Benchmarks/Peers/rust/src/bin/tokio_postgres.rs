//! tokio-postgres: prepared statements, pipelines, rows as a stream, binary COPY.

use std::env;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use futures_util::future::try_join_all;
use futures_util::TryStreamExt;
use peers::{id_at, new_rows, serve, Clock, Ids, Outcome, Request, Result, Row, Sums};
use peers::{BATCH, INSERT, POOL, SELECT_ALL, TASKS};
use tokio::runtime::Runtime;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Statement};

struct Peer {
    url: String,
    client: Client,
    select: Statement,
    insert: Statement,
    pool: Vec<Arc<(Client, Statement)>>,
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
    format!("{SELECT_ALL} WHERE id = $1")
}

async fn open(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn decode(row: &tokio_postgres::Row) -> Row {
    Row {
        id: row.get(0),
        name: row.get(1),
        score: row.get(2),
        note: row.get(3),
    }
}

impl Peer {
    async fn new() -> Result<Peer> {
        let url = env::var("DOVETAIL_POSTGRES_URL")?;
        let client = open(&url).await?;
        let select = client.prepare(&select_one()).await?;
        let insert = client.prepare(&format!("{INSERT}($1, $2, $3, $4)")).await?;
        Ok(Peer {
            url,
            client,
            select,
            insert,
            pool: Vec::new(),
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

    async fn leased(&self, count: usize, rows: i64) -> Result<Outcome> {
        let clock = Clock::start();
        let mut sums = Sums::default();
        let mut ids = Ids::new(rows);
        for _ in 0..count {
            let row = self
                .client
                .query_one(&self.select, &[&ids.next_id()])
                .await?;
            sums.add(&decode(&row));
        }
        Ok(clock.outcome(sums))
    }

    /// A client may be shared: what several tasks ask goes out without waiting for the answers before it.
    async fn by_tasks(&mut self, count: usize, rows: i64) -> Result<Outcome> {
        while self.pool.len() < POOL {
            let client = open(&self.url).await?;
            let select = client.prepare(&select_one()).await?;
            self.pool.push(Arc::new((client, select)));
        }
        let clock = Clock::start();
        let turn = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let shared = self.pool[task % POOL].clone();
                let turn = turn.clone();
                tokio::spawn(async move {
                    let mut sums = Sums::default();
                    loop {
                        let index = turn.fetch_add(1, Ordering::Relaxed);
                        if index >= count {
                            return Ok::<Sums, tokio_postgres::Error>(sums);
                        }
                        let row = shared
                            .0
                            .query_one(&shared.1, &[&id_at(index, rows)])
                            .await?;
                        sums.add(&decode(&row));
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

    async fn stream(&self) -> Result<Outcome> {
        let clock = Clock::start();
        let mut sums = Sums::default();
        let statement = self.client.prepare(SELECT_ALL).await?;
        let none: [&(dyn ToSql + Sync); 0] = [];
        let mut rows = pin!(self.client.query_raw(&statement, none).await?);
        while let Some(row) = rows.try_next().await? {
            sums.add(&decode(&row));
        }
        Ok(clock.outcome(sums))
    }

    async fn bulk(&self, count: usize) -> Result<Outcome> {
        let rows = new_rows(count);
        let clock = Clock::start();
        let copy = "COPY dovetail_benchmark_write (id, name, score, note) FROM STDIN BINARY";
        let sink = self.client.copy_in(copy).await?;
        let types = [Type::INT8, Type::VARCHAR, Type::FLOAT8, Type::VARCHAR];
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
        for row in &rows {
            writer
                .as_mut()
                .write(&[&row.id, &row.name, &row.score, &row.note])
                .await?;
        }
        let copied = writer.finish().await?;
        Ok(clock.outcome(Sums::of(copied as usize)))
    }

    async fn connect(&self, count: usize, rows: i64) -> Result<Outcome> {
        let wanted = Ids::new(rows).next_id();
        let clock = Clock::start();
        let mut sums = Sums::default();
        for _ in 0..count {
            let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
            let closed = tokio::spawn(connection);
            let row = client.query_one(&select_one(), &[&wanted]).await?;
            sums.add(&decode(&row));
            // The connection says goodbye when its client is gone.
            drop(client);
            closed.await??;
        }
        Ok(clock.outcome(sums))
    }

    /// The statements of a batch go out together, within a transaction.
    async fn batch(&mut self, count: usize) -> Result<Outcome> {
        let rows = new_rows(count);
        let clock = Clock::start();
        for some in rows.chunks(BATCH) {
            let transaction = self.client.transaction().await?;
            let values: Vec<[&(dyn ToSql + Sync); 4]> = some
                .iter()
                .map(|row| -> [&(dyn ToSql + Sync); 4] {
                    [&row.id, &row.name, &row.score, &row.note]
                })
                .collect();
            let all = values
                .iter()
                .map(|values| transaction.execute(&self.insert, values));
            try_join_all(all).await?;
            transaction.commit().await?;
        }
        Ok(clock.outcome(Sums::of(count)))
    }
}
