// Package desk is the customer-service desk: visitors ask, agents answer, nobody is
// forgotten.
//
// A session is a conversation of kind Service, so its history, numbers, receipts,
// recall and redelivery are the engine's own. Members are its visitor, the agent who
// has it and supervisors who look in. Notes that the visitor must not see are a
// second conversation, which the visitor isn't in.
//
// # Who owns what
//
//	sequencer goroutine   the floor: agents, skill groups, queue, open sessions, deadlines;
//	                      it alone decides who gets what. Spoken and Present are called there.
//	clerk                 nothing; four times a second it looks whether a deadline has come or
//	                      an agent has come or gone, and has a command see to it
//	HTTP goroutines       exported methods with a context; they run a command and wait for the
//	                      disk. Searches and transcripts read storage.
//
// The floor is in memory and has a row for all that it must not forget: sessions with
// their deadlines, agents, visitors. It is loaded before the sequencer starts.
//
// # Invariants
//
//  1. One owner. What decides is read and changed by commands of the sequencer only, so
//     two visitors can't get one agent's last place.
//  2. In step. A session changes by Desk.change, an agent by Desk.changeAgent: memory,
//     pools, lanes, deadlines and rows are always of one mind.
//  3. All or nothing. A command checks first. What it then writes of one session is in one
//     batch (Tx.Boundary, then members, then the rest), and durable before anybody hears of it.
//     Where the disk couldn't be read in between, the next load sees that members and row
//     differ, and the row wins.
//  4. Nobody waits for an agent who is free: every command ends with a look at the queue if
//     something has happened that may have freed a place (floor.stir).
//  5. Nobody is forgotten. An open session is somebody's, or waits, or is offline and
//     waits to be claimed. One whose agent isn't connected, one that waits, one that
//     hasn't been answered, and one whose visitor is to speak has a deadline, unless the
//     configuration says never.
//  6. Nobody has more open sessions than they may, not even by a supervisor's decision.
//     Who lowers the number keeps those they have.
//
// # Who is chosen
//
// Of the agents who are online, connected, not full, in the skill group and not
// excluded: the visitor's last one, else who has the fewest open sessions, else who
// wasn't given one for longest, else the first by id. Each group has its agents
// sorted like that (pool), the queue is one sorted list for each group (lane), and a look
// at the queue leaves a lane that nobody is free to serve: so an assignment costs
// microseconds, however many agents there are and however many wait.
//
// # Who may see
//
// Visitors see their own sessions; agents those they have or had last, and those
// that nobody has; supervisors and backends all. Who may not see a session is told
// that there is none.
package desk
