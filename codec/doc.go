// Package codec speaks WebSocket (RFC 6455) and permessage-deflate (RFC 7692)
// over byte slices. It knows no sockets and starts no goroutines: whoever owns
// a connection hands in what was read and sends what was appended.
//
// A server parses the upgrade with [ParseRequest], answers with [AppendAccept]
// or [AppendReject] and then decodes frames with a [Reader]. A client uses
// [AppendRequest] and [ParseResponse] instead. Frames are built append-style:
// [AppendFrame], [AppendMaskedFrame], or [BeginFrame] and [EndFrame] around a
// payload that is encoded in place.
//
// Of the proxies in front of a server, [ParseProxy] reads what they write before a
// connection's first byte, and [Proxies] says who is believed.
//
// No value of this package may be used by two goroutines at once; the
// functions have no state that callers can see.
package codec
