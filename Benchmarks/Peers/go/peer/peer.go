// Package peer is what every Go driver's program has in common: rows, ids, sums, the clock, and the conversation
// with compare.py.
package peer

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	Batch     = 1000
	Tasks     = 64
	Pool      = 10
	SelectAll = "SELECT id, name, score, note FROM dovetail_benchmark_read"
	Table     = "dovetail_benchmark_write"
	Insert    = "INSERT INTO dovetail_benchmark_write(id, name, score, note) VALUES "

	seed uint64 = 12345
)

// IDs are the pseudo-random ids of selects that follow one another.
type IDs struct {
	state, rows uint64
}

func NewIDs(rows int64) *IDs { return &IDs{seed, uint64(rows)} }

func (ids *IDs) Next() int64 {
	ids.state = ids.state*6364136223846793005 + 1442695040888963407
	return 1 + int64((ids.state>>33)%ids.rows)
}

// IDAt is the id of the index-th of many selects that run side by side.
func IDAt(index, rows int64) int64 {
	return (&IDs{seed + uint64(index), uint64(rows)}).Next()
}

// Row is one row with its texts owned.
type Row struct {
	ID    int64
	Name  string
	Score float64
	Note  *string
}

func Text(index int64) string { return fmt.Sprintf("name-%015d", index) }

// NewRows are the rows that a table is filled with. Their texts are made before the clock starts.
func NewRows(count int64) []Row {
	rows := make([]Row, count)
	for index := range rows {
		row := &rows[index]
		*row = Row{ID: int64(index) + 1, Name: Text(int64(index)), Score: float64(index) * 0.5}
		if index%2 == 0 {
			row.Note = &row.Name
		}
	}
	return rows
}

// Sums are what a reader saw: of the integers, of length and last byte of every text, and of the doubles.
type Sums struct {
	Operations int64
	Integers   int64
	Doubles    float64
}

func (sums *Sums) Add(row *Row) {
	sums.Operations++
	sums.Integers += row.ID + int64(len(row.Name)) + int64(row.Name[len(row.Name)-1])
	sums.Doubles += row.Score
	if row.Note != nil {
		sums.Integers += int64(len(*row.Note)) + int64((*row.Note)[len(*row.Note)-1])
	}
}

// Outcome is what a case came to. Level is what SQLite says about synchronous.
type Outcome struct {
	Sums
	seconds, cpu float64
	Level        string
}

// Clock runs from its making; processor time is that of the whole process.
type Clock struct {
	start time.Time
	cpu   float64
}

func NewClock() Clock { return Clock{time.Now(), cpuSeconds()} }

func (clock Clock) Outcome(sums Sums) Outcome {
	return Outcome{Sums: sums, seconds: time.Since(clock.start).Seconds(), cpu: cpuSeconds() - clock.cpu}
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) * 1e-9
}

// ByTasks lets 64 goroutines take turns at selects, each an id for one.
func ByTasks(count, rows int64, one func(id int64, row *Row) error) (Sums, error) {
	var turn atomic.Int64
	var group sync.WaitGroup
	var all Sums
	var failure error
	var mutex sync.Mutex
	for task := 0; task < Tasks; task++ {
		group.Add(1)
		go func() {
			defer group.Done()
			var sums Sums
			var err error
			for index := turn.Add(1) - 1; index < count && err == nil; index = turn.Add(1) - 1 {
				var row Row
				if err = one(IDAt(index, rows), &row); err == nil {
					sums.Add(&row)
				}
			}
			mutex.Lock()
			defer mutex.Unlock()
			all.Operations += sums.Operations
			all.Integers += sums.Integers
			all.Doubles += sums.Doubles
			if err != nil {
				failure = err
			}
		}()
	}
	group.Wait()
	return all, failure
}

// A Case does count operations on a table that has rows rows; path is that of SQLite's file.
type Case func(count, rows int64, path string) (Outcome, error)

// Serve answers each line of the input, `case count rows [path]`, with what the case measured.
func Serve(module string, cases map[string]Case) {
	names := ""
	for name := range cases {
		names += " " + name
	}
	fmt.Println("ready", version(module)+names)
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		words := strings.SplitN(input.Text(), " ", 4)
		for len(words) < 4 {
			words = append(words, "")
		}
		count, _ := strconv.ParseInt(words[1], 10, 64)
		rows, _ := strconv.ParseInt(words[2], 10, 64)
		outcome, err := cases[words[0]](count, rows, words[3])
		if err != nil {
			fmt.Println("failed", strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		fmt.Println("done", outcome.Operations, outcome.seconds, outcome.cpu, outcome.Integers, outcome.Doubles,
			outcome.Level)
	}
}

// Fail ends the program before it is ready.
func Fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func version(module string) string {
	if info, known := debug.ReadBuildInfo(); known {
		for _, one := range info.Deps {
			if one.Path == module {
				return one.Version
			}
		}
	}
	return "unknown"
}
