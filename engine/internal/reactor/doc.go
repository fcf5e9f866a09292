// Package reactor owns the sockets: it accepts connections, does the WebSocket
// handshake and framing, and carries frames to connections, users and rooms.
// It knows neither JSON nor the rules of chat.
//
// A reactor is one gnet engine with one event loop, so that the goroutine of
// that loop is the only owner of
//
//   - the reactor's connections, users and rooms, and everything in a [Conn];
//   - the fan-out that is under way, and the scratch buffers;
//   - every call of a [Handler] for one of its connections.
//
// Nothing of it is locked. Other goroutines speak to a loop through its inbox
// alone ([Reactors.Post], [Reactors.Do]): a FIFO under one short lock, with a
// doorbell that is rung once however much is put in.
//
// The doorbell is a socket of the loop and not a gnet task: gnet runs tasks
// until none is left, and those that tasks and other goroutines add meanwhile
// are among them, so a loop that rings for itself, or that is posted to all the
// time, would never come back to its sockets. As a socket, the inbox takes its
// turn among the others.
//
// A turn is one read of a connection or one look into the inbox. What a
// connection is sent in a turn leaves in one write at the turn's end. A turn's
// work is bounded; what is left waits for the next turn, behind the sockets.
//
// A frame handed over to be sent never changes, so one frame may be on its way to
// any number of connections. It is copied only where a socket is full: once, for
// all who wait for it. gnet does the reading; writing goes past it, by an outlet.
package reactor
