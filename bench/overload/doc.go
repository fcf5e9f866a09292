// Package overload attacks a real server over loopback while a healthy chat goes
// on beside it, and says what became of both: what the server did with the
// attackers, how much slower the chat was meanwhile, and whether memory,
// goroutines and descriptors came back to what they were before.
//
// For each attack a server is started in a process of its own, and so are the
// attackers. The healthy chat is paced: its messages fall due by a schedule
// fixed in advance, and latency counts from there to the receipt, so that a
// server that stalls can't hide it by slowing the senders down. Every message
// has to arrive, once and in order.
//
// Attackers run at a lower priority (nice) than the server and the chat: those
// of the real world have machines of their own, and don't take the processor
// from the server but by what they send to it.
//
// Nothing is asked of the server between an attack and the reading of its
// figures: no collection of garbage, no pause of the chat.
package overload
