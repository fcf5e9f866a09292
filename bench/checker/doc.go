// Package checker judges what the clients of a chat server have noted down: it
// reads a history of everything that was asked, answered and pushed, and finds
// the promises that were broken. It knows nothing of the server: only [Event]s,
// and how the log of a conversation must behave.
//
// # What a history must hold
//
// All clients note the time on one clock, before an operation leaves and after
// its outcome came. An operation without an outcome is unknown. When the server
// that was asked is gone it is over: it has happened by then or never will. A send
// has a cid and is sent again under it; what a user says in a conversation is
// different in each message, so that one that was never answered is known again.
// Who joins, leaves or is kicked is in the history; who isn't said to have joined
// is taken for a member from the beginning. After everything else has ended, every
// conversation is read as a whole by [Final] pages, best by each of its members.
// Together these pages are its log.
//
// A history that can't be judged is malformed: an outcome without its invoke, two
// outcomes, a conversation without a last final page.
//
// # What is judged
//
// Each rule speaks of one conversation, unless it says otherwise. Something is
// known from the moment at which a client was answered or shown it.
//
//   - lost: a send was answered ok, and its message is not in the log.
//   - duplicated: one (user, cid) has two messages, in whatever conversations. A
//     push that comes again is none: delivery is at least once.
//   - two-answers: two attempts of one (user, cid) were answered with different
//     places or ids.
//   - unanswered-conflict: one (user, cid) was accepted for two contents or two
//     conversations.
//   - gap: the places of the log are not 1, 2, 3 …; a page leaves out a place
//     between two that it has; or a connection was pushed an entry and then a
//     later one, without a message of somebody else's between them (syncs and
//     reconnections begin anew; only for members who neither came nor went).
//   - divergent-order: an entry was shown, or answered, at one place and has
//     another in the log, or its place has another entry.
//   - disorder: the entries of a page don't rise, or a connection was pushed an
//     entry that it hadn't been shown yet right after a higher one (only for
//     members who neither came nor went: who comes back may be pushed what
//     happened meanwhile).
//   - real-time-order: a message was first sent when a place at or above its own
//     was known already.
//   - dirty-read: an entry was shown that is not in the log, though nobody was
//     answered so; or the log has a message whose every send was refused.
//   - stale-read: a page was asked for after a place was answered, and lacks it,
//     though it is within what the page covers. A page covers what is above
//     `after` and below `before`; where it says that there is more, only up to
//     its last entry (sync, final) or down to its first (history). Its reader
//     must surely be a member, and have joined before the message was begun.
//   - vanished: the same, of a place that somebody had been shown.
//   - recalled-content: a page that was asked for after a recall was answered, or
//     was seen, has the message's content.
//   - ex-member-read: a user was pushed, or read, an entry at or above a message
//     that was begun after the user's leave was answered. Not judged from the
//     moment on at which something was begun that may let the user in again: a
//     join, or a send of the user's own.
//   - cursor-back: a read cursor was answered lower than an operation on it that
//     had ended before had put or shown it. What was merely shown counts only
//     while no operation of its user that might move the cursor, and has an
//     unknown outcome, may still be under way. Who has left begins anew.
//   - cursor-beyond: a read cursor is past the end, or past a message that was
//     not begun yet.
//   - content-mismatch: a message has another content or sender than it was sent
//     with, or says that it was recalled and nobody had asked for that.
//   - phantom: the log has a message that nobody sent.
//
// Unknown sends may be in the log or not, at most once, and may come late. One
// break tends to have consequences: what follows from one that was told is left
// out where that is certain, and each broken thing is counted once.
//
// # How
//
// [Check] sorts by time and then goes through everything once. What it asks over
// and over ("which is the highest place known before this moment", "which is the
// lowest place begun after it") are binary searches in maxima and minima that were
// worked out before. So it is O(n log n) in events and entries.
//
// [Linearizable] takes small histories and asks porcupine, a general checker of
// linearizability, the same question of order and time: a second opinion.
package checker
