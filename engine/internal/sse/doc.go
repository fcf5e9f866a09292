// Package sse gives clients that may not use WebSocket the same messages as
// server-sent events (WHATWG HTML §9.2).
//
// To the log's one writer a [Hub] is one more reactor, and to the rules of chat
// each stream is one more connection ([chat.Conn]): this package knows neither
// conversations nor logins.
//
// The hub's loop, one goroutine, is the only owner of
//
//   - its streams, users and rooms;
//   - every call of a stream's session and of a stream's methods.
//
// Nothing of it is locked. Other goroutines speak to the loop through its inbox,
// a FIFO. One entry of the inbox is a turn. What a stream is sent in a turn is
// encoded into the stream's own memory and goes to its outbox at the turn's end,
// where the goroutine of the stream's HTTP request takes it and writes it. So a
// client that doesn't read holds up nobody, and the loop never waits.
//
// # Ids
//
// Message ids rise in log order over all conversations, so one number says how
// far a client has come in all of them. All that the log's writer posts of a
// batch is one turn, and the last event of a turn carries the id up to which
// everything is durable by then: whoever has that event has all of the log up to
// the id. Events before the last carry none, nor do those of a catch-up, whose
// order is that of conversations: after it comes a block with an id alone, that of
// the point at which the stream joined the log. A client that comes back with the
// last id it saw misses nothing, and gets again at most what came since that id.
package sse
