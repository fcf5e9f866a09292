// Package storage keeps what the engine must not lose: messages and events, the
// records by which a repeated send or request is recognised, conversations,
// groups with their members, requests to join and bans, each user's place in a
// conversation, blocks, reactions, expiries and revoked tokens, and the sessions,
// agents and visitors of the customer-service desk. It is the only package that
// knows the database underneath (Pebble); above it there are typed records only.
//
// # Entries
//
// A conversation is a sequence of entries, seq 1, 2, 3 …: messages, and events,
// which say that a message was recalled, edited or reacted to, or that the group
// has changed. Both are a [Message], have an id and a place; events are not to
// be read, so that they don't count as unread. Every run of entries says how
// many messages are before it, and [DB.Tail] and [DB.CountTo] count by reading
// one run. Entries are appended; what is rewritten, by [Batch.PutRun], is
// the content of one that was edited or recalled or has expired.
//
// # Writing
//
// One goroutine writes: it fills a [Batch], applies it, and resets it. The database
// would take batches of several, but they follow from what was read before, and
// another one's might come between. Applied records are visible to readers at once
// but survive a crash only after a [DB.Sync] that began later, which may run on
// another goroutine, so that the next batch fills while the last one is on its way
// to the disk. Batches become durable in the order in which they were applied: what
// is lost in a crash is a tail of unsynced batches, never one in the middle and
// never part of one.
//
// # Reading
//
// All reads may be called from any goroutine. They see what is applied;
// whoever must not show what isn't durable compares message ids, which rise
// in the order of the log, with the id up to which it knows the log is synced.
//
// # Layout
//
// Keys are described in keys.go. Numbers in keys are big-endian, so that the
// order of keys is the order of numbers. Values begin with a version byte and
// go on with varints and length-prefixed strings. A value that doesn't read
// exactly as written is reported as [ErrCorrupt], never skipped.
//
// The schema version says who may open the database. It rises with the first
// record that older programs would go wrong by: with the first data key, and
// with the first record of the desk.
//
// # Encryption
//
// With [Options.Keys] the entries of conversations are sealed: what a message or
// event says, who sent it, when, its type, extra members and references. A run
// is sealed as a whole by AES-256-GCM, and bound to its row: an altered run, and
// one that was moved to another conversation or place, is ErrCorrupt. An older
// version of the same row in its own place isn't noticed.
//
// Runs are sealed under a data key, which the database makes for each opening
// and keeps under the master key, the first of Options.Keys. So each data key
// counts its nonces from 0 and none comes twice, and a new master key needs
// nothing but a restart: what is under the old one is read until [DB.Reseal],
// or [DB.Stale] and [Batch.PutRun] while the engine runs, have sealed it anew
// and [DB.DropOldKeys] has deleted the data keys. There are as many data keys
// as openings that have written messages since then, some hundred bytes each.
//
// The rest is in the clear: ids of users, conversations, groups and messages and
// their order, names, announcements and members of groups, texts of requests to
// join, cursors, reactions, blocks, revocations, when users were last seen,
// expiries, kept answers, which repeat some of this, and cids with fingerprints,
// which are 64-bit hashes of contents: who holds the files can't read contents,
// but can test a guess of one that was sent with a cid. So is what the desk
// notes beside its conversations: names and attributes of visitors, subjects,
// tags, ratings with their comments, agents, skill groups and canned replies.
package storage
