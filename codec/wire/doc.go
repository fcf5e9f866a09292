// Package wire is Gannet's JSON protocol: the requests a client sends, decoded
// strictly, and the messages a server sends, encoded by appending to the
// caller's buffer. It knows no sockets, no frames and no chat rules.
//
// # Decoding
//
// [Decode] reads one request. The text is judged as a whole before any of it is
// believed: one pass checks the grammar, the nesting ([MaxDepth]), UTF-8, control
// characters and duplicate keys at every level, and notes where the values of
// the known top-level keys lie. Only then are the values that the verb uses
// turned into a [Request]. Keys are compared exactly: "Type" is an unknown key,
// and unknown keys are ignored. Content is never decoded; it is carried byte for
// byte as it came.
//
// The pass that judges already knows where every value is, so requests are read
// off it directly: that takes less time than letting sonic decode the same text
// without any of those checks (BenchmarkDecodeSend, BenchmarkSonicAlone), and
// allocates nothing. sonic undoes the escapes of strings, and decodes bodies of
// any other shape after the same judgement.
//
// [DecodeBody] does the same for a text whose verb is known from elsewhere (an
// HTTP path), and [Strict] decodes any other JSON body with the same strictness.
//
// # Encoding
//
// The Append functions write "type" as the first key and the others in a fixed
// order, so that a reader in a hurry may rely on the layout. They allocate
// nothing when dst has room.
package wire
