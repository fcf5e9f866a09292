// Package client is a Go client of Gannet's WebSocket protocol.
//
// [Dial] logs in and returns a [Client], which from then on keeps itself
// connected: after a break it waits (exponentially longer, with jitter, or as
// long as the server asked for), connects again, sends again what was not
// answered, and asks for what it missed.
//
//	c, err := client.Dial(ctx, client.Config{URL: "ws://127.0.0.1:9502/ws", User: "1"})
//	…
//	defer c.Close()
//	sent, err := c.Send(ctx, client.Message{To: "2", Content: client.Text("hi")})
//	…
//	m, err := c.Receive(ctx)
//
// # Sending
//
// A message keeps its cid through all retries, and the server stores one
// message per cid: however often the connection breaks, [Client.Send] has the
// effect of one send. It returns once the message is on the server's disk. When
// it gives up because its context has ended, the outcome is unknown; sending
// again with the same CID finishes or confirms the first attempt.
//
// # Receiving
//
// [Client.Receive] hands out the messages of each conversation in the order of
// their seq, each once. A gap makes the client ask for what is missing before
// it goes on. The sender's own messages come back only where they are part of
// such a repair, or were sent from another connection.
//
// A conversation's log holds more than messages: what happened to a group, that a
// message was recalled or edited, reactions. These events have their own seq.
// Receive passes them to Config.OnEvent when it comes to them, so that the
// application hears of an edit after it was given the message; whoever wants the
// events must therefore keep receiving.
//
// A tracked client (Config.Tracked) acknowledges what Receive has handed out;
// what was not acknowledged comes again to the next client of the same device.
// A simple client is taken to have received whatever reached its socket.
//
// At most Config.Buffer messages wait for Receive. Beyond that the client stops
// reading its socket, and with that no answers arrive either: receive in a
// goroutine of its own, or drain before sending. A server does not wait for
// ever: it ends the connection of a slow reader, and the client then picks up
// where it was.
//
// # Goroutines
//
// A connected Client runs two goroutines, one while it waits to reconnect, none
// after [Client.Close]. All methods may be called from any goroutine.
package client
