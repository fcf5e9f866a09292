// Package tlsport takes TLS off WebSocket connections: the event loops speak none.
//
// A WebSocket that comes over TLS begins as a request to the HTTP server. A [Port]
// takes it over, has a loop give it a connection within the process, hands it the
// request, and from then on carries bytes both ways, with two goroutines for each
// connection. To the loop it is a connection from the client's address.
//
// docs/decisions/0009-tls-in-front-of-the-loop.md has what this costs, and what the
// other ways would.
package tlsport
