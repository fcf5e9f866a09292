// Package chat holds the rules: what each verb of the protocol means. It asks
// the sequencer for everything that has an order, reads what is on disk from
// storage, and answers through connections it knows only as the Conn interface.
//
// # Who runs what
//
//	loop goroutine      Session: one connection's state. Decoding, checks that need no disk,
//	                    pages that are in memory, pushing runs to watched connections.
//	sequencer           places of messages, joins, membership, cursors (package sequencer)
//	sweeper             what nobody asks for: erasing what has expired
//	reader goroutines   everything that reads storage: pages, backlog, sync, redelivery, ids
//	HTTP goroutines     the Service's exported methods with a context; they wait for the disk
//
// A Session's fields belong to the loop of its connection. What a reader found
// goes back to the loop by Loops.Do, which drops it if the connection is gone.
package chat
