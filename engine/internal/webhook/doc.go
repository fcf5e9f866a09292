// Package webhook tells endpoints, which are addresses that the operator has
// named, what happens: messages and what becomes of them, who has no connection to
// get one, who comes and goes, groups and service sessions.
//
// There is no queue: the log is the outbox. Each endpoint has a cursor, which is the
// id of the last entry that it has acknowledged (or that it doesn't want), and a
// goroutine, its [courier], which reads the log from there on, in the order of ids,
// makes events of the entries, posts them a batch at a time, and moves the cursor
// when the batch was acknowledged. So writing messages costs nothing more, an
// endpoint may be away for as long as it likes, and nothing is lost by a crash: the
// cursor is stored from time to time, and after a crash some batches come again.
// An event is made when it is sent: of what was recalled meanwhile nothing is left
// in it.
//
// What isn't in the log are users who come and go. The sequencer tells of them
// ([Hub.Present]); the clerk writes them into small rows of their own, as long as an
// endpoint wants them, which couriers read beside the log.
//
// What an endpoint refuses, or doesn't take for long, becomes a dead letter: a
// reference to the entry, not a copy, which the operator can have sent again.
//
// Goroutines: one courier for each endpoint, and the clerk. Everything is written by
// commands of the sequencer.
package webhook
