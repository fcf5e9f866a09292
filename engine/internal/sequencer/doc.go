// Package sequencer is the log's one writer.
//
// # The problem
//
// A message has to be checked (may this user write here? was it sent before?),
// given its seq and id, made durable, and only then be told to anybody, in one
// order for everybody. An fsync costs as much as hundreds of messages, so
// messages must share it; and while the disk works, the processor must not wait.
//
// # The pipeline
//
//	reactors, HTTP ──▶ inbox ──▶ sequencer goroutine ──▶ syncer goroutine ──▶ posts to the reactors
//	                  bounded    check, seq, id, fill     one fsync for all     published, answered
//	                             a batch, apply it        applied batches
//
// The sequencer goroutine owns everything in memory that decides: the last seq
// of each conversation, groups and their members, who is connected where, the
// duplicates of the batch being filled. It applies a batch when the syncer has
// published the one before, or when the batch is large, so that the memtable is
// filled while the disk works. Until then it fills it: a batch grows by itself
// with the load, and an idle engine commits at once.
//
// # Invariants
//
//  1. Order. Only the sequencer goroutine gives seqs and ids; both rise in the
//     order in which batches are applied and published.
//  2. Disk first. Nothing of a batch (answers, runs, results of commands, even
//     the answer to a duplicate found in it) leaves before an fsync that began
//     after the batch was applied has succeeded. A failed apply or fsync ends
//     the process: nothing is answered after it.
//  3. Batch boundaries. A connection joins at the end of a batch: all of it is
//     at or below the join point and is read from the log, all later batches are
//     pushed. A change of membership begins a batch of its conversation: no
//     message before it in the same batch, so what is pushed after it is later.
//  4. Rewrites. Storage shows a rewritten entry as soon as it is applied; until it
//     is on disk Unsynced gives readers the old one. Who kept what was read is told
//     (Rewritten) before anybody is answered.
//  5. Bounds. The inbox is bounded in messages and bytes: when it is full,
//     Submit says ErrBusy. At most a few applied batches wait for the syncer:
//     when there are more, the sequencer waits and the inbox fills. Commands are
//     not refused, but those of clients (Go) and moves of cursors are when very
//     many commands wait.
//
// # The way not taken
//
// A lock per conversation and a committer that many goroutines join would let
// checks run in parallel, but then "who is online", "is a member" and "was sent
// before" each need their own answer to what happens between check and commit.
// One goroutine at 1–2 µs a message is not what limits a machine: the fsync,
// the memtable and the sockets are.
package sequencer
