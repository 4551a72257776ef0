/// Checks of the core's own promises, which no driver can break: the mutation of the core by which
/// each was seen to fail.
enum ByHand {
  static let mutations = [
    "COPY-1 What was copied is the same on both sides, whatever its kind.":
      "the last row of each portion was left out",
    "COPY-2 A copy that was stopped goes on behind what was committed, and stores nothing twice.":
      "the mark did not move with the portion",
    "COPY-3 What is not the same on both sides is found, and the first row is named.":
      "the first row that differs was not looked for",
    "COPY-4 What is in the way of a copy is named at once, and nothing is changed.":
      "a table that had rows was copied into",
    "COPY-5 Ids that the target gives afterwards are none of those that were copied.":
      "the counters were not advanced",
    "EXEC-5 A statement that fails has run once.":
      "types that were the same were taken for others, and the statement ran again (PostgreSQL)",
    "TYPE-7 Values of every length are themselves beside each other, whichever way they come.":
      "the place in new memory was that in the old (PostgreSQL)",
    "PIPE-6 Sessions that tasks share are what the URL asks for.":
      "a server that writes was asked for in the words of a session that writes (PostgreSQL)",
    "NOTIFY-1 A task that listens ends when it is cancelled, and another goes on.":
      "the server was asked to stop a session that ran nothing (PostgreSQL)",
    "NOTIFY-1 Listening outlasts every limit of the pool and of calls, and ends with who listens.":
      "the limit of the first call went on, or the session of the last listener stayed",
    "NOTIFY-1 A listener asks a server that is away less and less often.":
      "the pause between two attempts stayed the same",
    "MIG-5 Neither is one whose name has to be quoted, and its quotes doubled.":
      "quotes inside of a name stayed doubled",
    "POOL-16 Statements that wait run in the order of asking, each with its own outcome.":
      "one was run for another task with other values",
    "POOL-16 One of those that wait is cancelled, before or while it runs, and no other.":
      "one that another task ran was not interrupted, or by that one's cancellation",
    "POOL-16 Whoever asked before a statement that takes long does not wait for it.":
      "a text that took long was run for another task again, or those before it were not told first",
    "QUERY-2 Rows beside values that no kind has room for stream in bounded memory too.":
      "the memory of bytes that were written anew was not taken back (PostgreSQL)",
    "QUERY-3 Rows that are left keep no memory.":
      "what had arrived of rows that were left was not let go (PostgreSQL)",
    "QUERY-7 What rows fail with that were left in a transaction is told as what it is.":
      "a failure that had arrived with rows that were left was not noted (PostgreSQL)",
    "STMT-1 A statement that leaves the cache is given up once.":
      "names that had been given up were given up again each time (PostgreSQL)",
    "STMT-3 Statements that are prepared again leave none behind at the server.":
      "what was prepared again was not given up before (PostgreSQL)",
    "TYPE-8 So is what a statement takes a long way to its column, and every number.":
      "what was put into a record was not followed (SQLite)",
    "TYPE-7 Every type that an engine has gives its values, whichever way they come.":
      "the digits of a UUID were counted wrongly, so that it was text (MariaDB)",
    "TYPE-6 A setting that values depend on is refused, or they do not depend on it.":
      "another character set than UTF-8 was not noticed (MariaDB)",
    "EXEC-7 Whatever an insert does with ids, the one that is told is exactly that.":
      "a row without a rowid was told the id of another table's (SQLite)",
    "ERR-2 What does not exist is named as the statement names it, where it is told.":
      "an index that was to be made was told as missing (SQLite)",
    "STMT-1 A statement that is kept means the tables that its session sees now.":
      "that USE had left the database was not noted (MariaDB)",
    "QUERY-9 A procedure that takes its time behind its rows can be cancelled.":
      "behind the rows a cancellation killed nothing (MariaDB)",
    "QUERY-9 What a procedure does before and behind its rows is told as it is.":
      "a transaction that a failed procedure had begun was not known (MariaDB)",
    "CANCEL-5 Whatever call is cancelled in whichever round trip, the next one is not hit.":
      "a kill was not waited for (MariaDB)",
    "TX-4 So it is whatever fails, and however the transaction was begun.":
      "the server was not asked where the session stands after an error (MariaDB)",
    "TX-11 A lock of another program is waited for, by whatever call.":
      "a lock was told at once (SQLite)",
    "TX-11 A lock that does not come in time is told so, and what waited goes on.":
      "a lock was told at once (SQLite)",
    "TX-11 Whoever waits for a lock can be cancelled, and its time can run out.":
      "a lock was told at once (SQLite)",
    "CONN-4 No file and no socket stays open of what was closed, or could not be opened.":
      "a session that could not be set up stayed open (SQLite)",
    "BIND-1 Large parameters are let go when their statement has run.":
      "large parameters stayed bound (SQLite)",
    "DIALECT-6 What the dialect says the engine cannot return it cannot.":
      "RETURNING was denied to all new versions (MariaDB)",
    "ERR-6 Each statement is one span, and one that failed says so.":
      "a span did not end, or had no status, error, system or operation",
    "ERR-6 Each statement is timed once, and one that failed is counted.":
      "no time was recorded, or no failure counted",
    "BULK-1 Rows are stored the same where the engine has no way of its own for many.":
      "a portion of one row, or of many, was not sent",
    "BULK-2 So is the bad one among them told, and nothing of them stored.":
      "the row was not looked for that failed among others",
    "UPSERT-3 Insert-ignore of each row by itself is as that of all.":
      "a row of several was left out, or a violation told",
    "DIALECT-4 A table is made if it is missing where the engine cannot say so.":
      "the violation was told of who had not been the first",
    "PIPE-6 Where no session can be shared tasks use those that they lease.":
      "one that could not be opened was tried again at once",
    "POOL-5 Closing ends what tasks run on sessions that they share.":
      "statements there were not interrupted (PostgreSQL)",
    "POOL-5 Who waits for a connection is told at once when the database closes.":
      "those that waited were left waiting",
    "POOL-10 Shared sessions that ended while they were idle cost no call.":
      "a lost session that had sent nothing was told as lost (PostgreSQL)",
    "NOTIFY-1 A listener whose session is lost listens again, and says that it was away.":
      "it did not begin again, or was not told in the log (PostgreSQL)",
    "URL-9 What a driver cannot do is refused by its name, with the remedy.":
      "a switch of another client was taken with its opposite (MariaDB)",
    "CONN-2 Why there is no session is told, with the place.":
      "the failures of the hosts were not gathered (MariaDB)",
    "PIPE-6 What tasks ask of sessions that they share is answered as to one alone.":
      "a shared session's answer without a row was told as one with a row",
    "PIPE-6 So are tasks that run where the driver likes them best.":
      "what follows the tasks of the loop's thread was forgotten",
    "PIPE-6 While every connection is leased, tasks read where they share sessions.":
      "no shared session was ever chosen",
    "STMT-1 A statement that is kept is sent alone, with values of whatever kind.":
      "a double was not taken for what its column holds, and the types were asked for again (PostgreSQL)",
    "STMT-1 What was changed once makes later statements no longer.":
      "a change of the schema was noted again by each later commit (PostgreSQL)",
    "CANCEL-5 So it is with whatever waits for the lock of another.":
      "a batch asked for types went on although its task was cancelled (PostgreSQL)",
    "CANCEL-7 A cancelled call ends although the first request for it is lost.":
      "a request to stop a statement was not repeated (PostgreSQL)",
    "TYPE-7 A value is the same beside one that no kind has room for.":
      "an escaped byte was read as the backslash in front of it (PostgreSQL)",
    "BULK-3 What takes inserts takes them in bulk, and what does not is refused as a whole.":
      "rows for a view were copied, which the server refuses (PostgreSQL)",
    "ERR-4 An error is told as what the server says of it, whoever raised it.":
      "an error whose completion is unknown was told as rejected (PostgreSQL)",
    "PIPE-6 First rows of long answers are had in bounded memory.":
      "the rows of a text were all kept the first time it was asked for (PostgreSQL)",
    "PIPE-6 More texts than any session keeps are answered each as itself.":
      "a statement that left the full cache was not given up (PostgreSQL)",
    "BATCH-1 A batch may use what its own statements make.":
      "a question for types that failed was not taken back, and spoilt the transaction (PostgreSQL)",
    "BATCH-1 A copy to or from the client is refused in a batch, and spoils nothing.":
      "such a copy was sent (PostgreSQL)",
    "QUERY-3 Whatever is called behind rows that were left works.":
      "a batch did not deal with what an earlier statement had left behind (PostgreSQL)",
    "QUERY-3 Leaving a very long answer is quick.":
      "the server was not asked to stop what nobody reads any more (PostgreSQL)",
    "TYPE-2 Text is right, or refused, in a session that was told to speak otherwise.":
      "a batch did not look at the session's settings (PostgreSQL)",
    "POOL-4 Without statements that are kept a session is put in order just as well.":
      "a reset did not set again what the start of the session could not (PostgreSQL)",
    "QUERY-11 What no engine prepares gives its rows like anything else.":
      "such a statement was prepared, or else failed (MariaDB)",
    "QUERY-11 So do values of every kind.":
      "the cells of such rows were not filled (MariaDB)",
    "QUERY-4 An error far behind the first row is thrown where it stands.":
      "an error behind a row was taken for the end (SQLite)",
    "QUERY-7 All rows that a write returns arrive, however many and long.":
      "rows read ahead were written beyond their memory (SQLite)",
    "BIND-1 Many and large parameters arrive, and small ones behind them.":
      "parameters were not copied when their memory grew (PostgreSQL)",
    "BIND-4 The first run of a statement stores what the second does, and a batch.":
      "bytes in a batch were stored in a column of text, as hexadecimal digits (PostgreSQL)",
    "ERR-2 So they are however the statement names its tables.":
      "the rows of the catalogue were taken for none (MariaDB)",
    "ERR-6 A slow statement is logged by its operation and time, and no other.":
      "what was quick was logged, and what was slow was not",
    "TX-14 What ended a transaction is told, and not what had failed in it before.":
      "a failure stayed noted behind the savepoint that had undone it",
    "TYPE-8 A text that writes a number is stored as it says, or refused.":
      "15 digits with an exponent became an integer of other digits (SQLite)",
    "STMT-3 What this process changes in a transaction spoils none of its own.":
      "a table made anew in a transaction was not noted as a change (PostgreSQL)",
    "BULK-4 Rows of megabytes go in as many messages as they need.":
      "the half with the bad row was not narrowed down (PostgreSQL)",
    "CANCEL-7 A cancelled call ends when the server is silent.":
      "a cancellation interrupted nothing, and broke nothing off",
    "MIG-7 A step that changes rows and the note that it is done happen together.":
      "each step and its note were statements of their own (MariaDB)",
    "TYPE-7 An expression of texts is text, also where one of them has no type.":
      "an expression of the binary character set was bytes (MariaDB)",
    "CONN-9 A host that dies without a word is noticed: TCP watches over each session.":
      "TCP was not asked to look whether the host lives (PostgreSQL)",
    "POOL-13 A configuration that makes no sense is refused by the name of its value.":
      "a statement timeout of zero was taken",
    "CANCEL-7 Statements that share a session end when their server falls silent.":
      "a shared session that did not react was not broken off",
    "POOL-3 A connection in use is not closed as idle.":
      "idle time was counted from the opening of the connection",
    "POOL-3 A connection in use is replaced when it is too old, and only then.":
      "no connection was ever too old",
    "POOL-9 A cancelled call closes no idle connection.":
      "the health check ran in the caller's task",
    "POOL-11 A refused connection fails no call while the pool has others.":
      "a refusal was always thrown",
    "POOL-11 What was refused is tried again, also while nothing comes free.":
      "a refusal was always thrown",
    "POOL-11 A lease timeout says why there is no further connection.":
      "a refusal was always thrown",
    "POOL-15 As many sessions as were asked for are there before they are needed.":
      "the pool was changed to open none ahead, and to close those that were idle for too long",
    "POOL-12 With one connection there is one session, for everything.":
      "readers and shared sessions came on top of one connection",
    "POOL-13 Every value that is taken works, however small or large.":
      "a lease timeout of zero turned every caller away",
    "POOL-14 Each of several waiters is turned away when its own time is over.":
      "the timer was not set again for the second waiter",
    "POOL-14 Waiters that gave up hold nobody up.":
      "the timer was not set again for the second waiter",
    "CONN-8 A session that arrives after the connect timeout is closed.":
      "a late session was dropped instead of closed",
    "STMT-6 An isolation level leaves the prepared statements alone.":
      "the level of a transaction asked for a reset (MariaDB)",
    "QUERY-2 A long scan lets the other tasks of its thread go on.":
      "SQLite never paused between rows",
    "POOL-4 What statements set, lock or make ends with the lease.":
      "only the first word told whether a statement leaves something behind",
    "CANCEL-8 An idle connection that is silent is replaced, and closing one ends.":
      "the health check had no limit",
    "URL-6 What is not known to be harmless is not shown.":
      "an option was hidden only if its name spoke of a secret",
    "URL-8 A text with an @ and no scheme is never a file.":
      "such a text was the path of a file",
    "REBIND-6 A NUL in SQL or in a name is refused, wherever it stands.":
      "the lexer looked for a NUL at the start alone",
    "REBIND-7 Texts that Unicode takes for equal are two statements and two names.":
      "texts were compared and kept as Strings",
    "REBIND-8 Where the engine counts other parameters, nothing runs.":
      "the session did not compare the counts",
    "REBIND-9 Comments, strings and bodies end where the engine ends them.":
      "a carriage return did not end a comment on PostgreSQL",
    "PIPE-3 A write that a function or a view hides is entered exactly once.":
      "a query was known by its words alone, and shared sessions could write (PostgreSQL)",
    "READ-1 Only what surely reads is called so.":
      "what has no word of writing in it was taken for a query",
    "READ-2 A connection that only reads takes nothing that may write.":
      "the driver did not ask what a statement does before it ran",
    "TYPE-6 Instants are the same in a session of whatever zone.":
      "a session kept the zone that its options named, and an instant was sent without its offset",
    "TYPE-7 A value that no kind has room for is text, and fails no row.":
      "a numeric that is no number failed its row",
    "UPSERT-10 Upserts into a view that takes inserts tell what they did.":
      "the outcome was asked of a system column, which a view does not have",
    "TX-13 A transaction that returned is stored; one that was spoilt throws.":
      "the end of a transaction did not ask where the session stands",
    "TX-13 A savepoint that was spoilt throws, and the transaction around it goes on.":
      "the end of a savepoint did not ask where the session stands",
    "TX-14 What follows a COMMIT typed inside a transaction is refused, not stored.":
      "statements of a transaction did not ask whether it is still open",
    "TX-14 Neither does a ROLLBACK typed inside it, also in a savepoint, go unnoticed.":
      "statements of a transaction did not ask whether it is still open",
    "TX-14 DDL that ends a transaction is followed by nothing of it.":
      "statements of a transaction did not ask whether it is still open",
    "TX-14 A transaction inside a transaction is a savepoint, not a second BEGIN.":
      "a BEGIN was let through",
    "TX-15 While a savepoint is open only that takes statements.":
      "any savepoint took statements, and all of one depth had one name",
    "TX-16 A transaction used after its closure is misuse, and stores nothing.":
      "a transaction did not know that it was over",
    "TX-17 A transaction that only reads writes by no call.":
      "the bulk path did not ask whether the transaction only reads",
    "MIG-5 A table that others refer to is changed, and no row of them is lost.":
      "references stayed enforced while the old table was dropped",
    "MIG-5 References that such a change leaves behind undo it, and are enforced again.":
      "nothing was checked before the commit",
    "MIG-5 A table is not dropped while rows would go with it that nobody mentioned.":
      "DROP TABLE was run without a look at what refers to the table",
    "MIG-6 A cancelled run tells of its own error and leaves no lock behind.":
      "the lock was given back by the run's own task, and the session neither reset nor closed",
    "MIG-7 A migration that stopped half-way does not count.":
      "the newest version was that of any record",
    "MIG-8 What no transaction takes runs outside of one, once, and is resumed.":
      "every migration ran in a transaction where the engine undoes DDL",
    "MIG-9 A setting that the migration's transaction would ignore is refused.":
      "settings were not looked at",
    "QUERY-7 A statement that writes runs to its end whether or not its rows are read.":
      "rows left early were cut off, whatever their statement did",
    "QUERY-7 Leaving rows early inside a transaction does not spoil it.":
      "rows left early were cut off by a cancellation that spoils the transaction",
    "QUERY-8 Rows end with the lease they were read under.":
      "rows were not told that their lease had ended",
    "QUERY-9 What fails at the end of an answer is told, and nothing is stored.":
      "queryRow did not look beyond the first row of a write",
    "URL-1 Schemes are matched without regard to case.":
      "the registry kept schemes with a capital letter",
    "URL-1 An unknown scheme is an error that lists those registered.":
      "the error listed nothing",
    "URL-2 Two drivers for one scheme are an error that names both.":
      "the registry let the second driver replace the first",
    "URL-3 Something with a scheme nobody registered is an error, never a file.":
      "the registry fell back to any driver",
    "CONN-3 The connect timeout holds against a driver that never answers.":
      "the timer was set to a hundred times the limit",
    "CONN-3 The connect timeout holds against a server that accepts and says nothing.":
      "the timer was set to a hundred times the limit",
    "EXEC-3 Two statements in one text are misuse, and neither runs.":
      "the session did not look at the number of statements",
    "EXEC-3 Scripts have their own call and say which statement failed.":
      "the error did not carry the statement's number",
    "EXEC-4 Too few or too many parameters are misuse before anything is sent.":
      "the session did not compare the counts",
    "QUERY-3 Leaving the rows early frees the connection at once.":
      "rows did not close themselves when they were let go",
    "QUERY-3 Rows that are dropped without being read free the connection.":
      "rows did not close themselves when they were let go",
    "QUERY-4 An error in mid-stream is thrown once; after it the rows are closed.":
      "rows stayed open after an error",
    "QUERY-5 Another statement while rows are open on the same connection is misuse.":
      "the session did not remember that rows were open",
    "TX-8 What repeating cannot help is not repeated.":
      "the policy covered every error",
    "TX-9 Beginning a transaction without a connection of one's own is misuse.":
      "the check for autocommit let everything pass",
    "ERR-1 Calls that break the library's rules are misuse, and never sent.":
      "an empty identifier was quoted",
    "POOL-1 Never more connections than the maximum.":
      "the pool had three places more than its maximum",
    "POOL-1 Waiters are served in the order of asking.":
      "new waiters were put before the others",
    "POOL-4 A session that cannot be reset is not leased again.":
      "a failed reset did not spend the session",
    "POOL-6 A connection that is being put in order is not held: its last user waits.":
      "a connection being reset or closed still counted as held",
    "STMT-1 The statements that begin and end transactions are prepared once.":
      "a transaction rebound its own statements each time, so that no cache knew them",
    "STMT-1 The cache is bounded, and every statement is released once.":
      "the cache let nobody leave",
  ]
}
