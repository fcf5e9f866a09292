// Package chaos keeps a server busy over the network while it is killed, halted,
// stopped and started again, and has what its clients were told judged by package
// checker. It shares no code with the server or its clients: it speaks WebSocket,
// HTTP and JSON by other libraries than they do.
//
// A campaign is a fault, tried a number of times (the rounds) on one data
// directory. 64 users in 32 conversations chat all the time: some by WebSocket,
// with and without acknowledgements, on one device or two, some by HTTP alone.
// They send, read pages, sync, move their read cursors, recall, leave groups and
// come back, and go away and connect again. Every send that was not answered is
// sent again under the same cid until it is. After the last round all of that is
// brought to an end; then every member reads the whole of every conversation, the
// server is stopped, its data is verified, and the history is judged.
//
// Some of what is promised shows on one connection only, or is no part of a
// history. That is judged here, as it happens: entries that a connection was not
// sent, at the latest when nothing new is begun and everybody is connected; syncs
// that end before where they say; refusals, refused upgrades and close codes that
// nobody has earned; conversations that a list leaves out; a server that doesn't
// start again or doesn't stop in order.
//
// A fault that never came to pass isn't tried: such rounds are counted as missed,
// and a campaign of nothing else is an error.
package chaos
