//! What every Rust driver's program has in common: rows, ids, sums, the clock, and the conversation with compare.py.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::time::Instant;

pub const BATCH: usize = 1000;
pub const TASKS: usize = 64;
pub const POOL: usize = 10;
pub const SELECT_ALL: &str = "SELECT id, name, score, note FROM dovetail_benchmark_read";
pub const INSERT: &str = "INSERT INTO dovetail_benchmark_write(id, name, score, note) VALUES ";

const SEED: u64 = 12345;

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The pseudo-random ids of selects that follow one another.
pub struct Ids {
    state: u64,
    rows: u64,
}

impl Ids {
    pub fn new(rows: i64) -> Ids {
        Ids {
            state: SEED,
            rows: rows as u64,
        }
    }

    pub fn next_id(&mut self) -> i64 {
        self.state = self
            .state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        1 + ((self.state >> 33) % self.rows) as i64
    }
}

/// The id of the `index`th of many selects that run side by side.
pub fn id_at(index: usize, rows: i64) -> i64 {
    Ids {
        state: SEED.wrapping_add(index as u64),
        rows: rows as u64,
    }
    .next_id()
}

/// One row with its texts owned.
#[derive(Clone)]
pub struct Row {
    pub id: i64,
    pub name: String,
    pub score: f64,
    pub note: Option<String>,
}

pub fn text(index: usize) -> String {
    format!("name-{index:015}")
}

/// The rows that a table is filled with. They are made before the clock starts.
pub fn new_rows(count: usize) -> Vec<Row> {
    (0..count)
        .map(|index| Row {
            id: index as i64 + 1,
            name: text(index),
            score: index as f64 * 0.5,
            note: (index % 2 == 0).then(|| text(index)),
        })
        .collect()
}

/// What a reader saw: sums of the integers, of length and last byte of every text, and of the doubles.
#[derive(Default)]
pub struct Sums {
    pub operations: usize,
    pub integers: i64,
    pub doubles: f64,
}

impl Sums {
    pub fn of(operations: usize) -> Sums {
        Sums {
            operations,
            ..Sums::default()
        }
    }

    pub fn add(&mut self, row: &Row) {
        self.operations += 1;
        self.integers += row.id + Self::text(&row.name);
        self.doubles += row.score;
        if let Some(note) = &row.note {
            self.integers += Self::text(note);
        }
    }

    pub fn join(&mut self, other: Sums) {
        self.operations += other.operations;
        self.integers += other.integers;
        self.doubles += other.doubles;
    }

    fn text(text: &str) -> i64 {
        text.len() as i64 + text.as_bytes().last().map_or(0, |last| i64::from(*last))
    }
}

/// Runs from its making; processor time is that of the whole process.
pub struct Clock {
    start: Instant,
    cpu: f64,
}

/// What a case came to. `level` is what SQLite says about synchronous.
pub struct Outcome {
    sums: Sums,
    seconds: f64,
    cpu: f64,
    pub level: Option<i64>,
}

impl Clock {
    pub fn start() -> Clock {
        Clock {
            cpu: cpu_seconds(),
            start: Instant::now(),
        }
    }

    pub fn outcome(&self, sums: Sums) -> Outcome {
        let seconds = self.start.elapsed().as_secs_f64();
        Outcome {
            sums,
            seconds,
            cpu: cpu_seconds() - self.cpu,
            level: None,
        }
    }
}

fn cpu_seconds() -> f64 {
    // SAFETY: the structure is plain numbers, and it outlives the call that fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// What is to be measured; `path` is that of SQLite's file.
pub struct Request<'a> {
    pub case: &'a str,
    pub count: usize,
    pub rows: i64,
    pub path: &'a str,
}

/// Answers each line of the input, `case count rows [path]`, with what was measured.
pub fn serve(cases: &str, mut measure: impl FnMut(&Request) -> Result<Outcome>) -> Result<()> {
    let mut output = io::stdout();
    // Which version the library has, cargo's lock file says.
    writeln!(output, "ready - {cases}")?;
    output.flush()?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (case, count, rows, path) = (word(), word().parse()?, word().parse()?, word());
        match measure(&Request {
            case,
            count,
            rows,
            path,
        }) {
            Ok(Outcome {
                sums,
                seconds,
                cpu,
                level,
            }) => {
                let level = level.map_or(String::new(), |level| level.to_string());
                let Sums {
                    operations,
                    integers,
                    doubles,
                } = sums;
                writeln!(
                    output,
                    "done {operations} {seconds} {cpu} {integers} {doubles} {level}"
                )?;
            }
            Err(error) => {
                writeln!(output, "failed {}", error.to_string().replace('\n', " "))?;
            }
        }
        output.flush()?;
    }
    Ok(())
}
