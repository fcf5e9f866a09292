// Package desk plays the visitors and agents of a customer-service desk against a
// real server over the network, and judges or measures what the desk does.
//
// # The simulation
//
// Agents with different skills and capacities come and go: some say goodbye, some
// are cut off, some of those come back in time. Visitors ask, by WebSocket or by
// HTTP alone, wait, write, hear answers, lose patience, fall silent, say what they
// thought of it, and come again. Meanwhile the server is killed and started again
// on the same data. Everybody sends again what was not answered.
//
// It is judged from outside. While it goes on, the lists of sessions and agents are
// read over and over. In the end the transcripts of all sessions are read. The ids of
// their entries rise in the order of the server's log, so together they say exactly
// who had which session at every moment: the judge plays that through again and
// looks at each assignment as it was then. Who was there to be given a session is not
// in the log; the driver knows from when to when an agent certainly was, and only
// such agents are compared.
//
// # The measure
//
// Agents by the thousand are connected, visitors open sessions over HTTP, and each
// session is closed as soon as its agent hears of it. Then the throughput of
// single chats is measured, in turn beside a desk at rest and beside a busy one.
package desk
