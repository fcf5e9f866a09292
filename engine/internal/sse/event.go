package sse

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
)

// The pieces of an event stream (WHATWG HTML §9.2.5).
const (
	head    = "retry: 3000\n\n" // ms until a client that was cut comes back
	comment = ":\n"             // says nothing but that the server is there
)

// cutFrame returns the payload of the unmasked frame that frames begins with
// (RFC 6455 §5.2), and what follows the frame.
func cutFrame(frames []byte) (payload, rest []byte) {
	start, size := 2, int(frames[1])
	switch size {
	case 126:
		start, size = 4, int(binary.BigEndian.Uint16(frames[2:]))
	case 127:
		start, size = 10, int(binary.BigEndian.Uint64(frames[2:]))
	}
	return frames[start : start+size], frames[start+size:]
}

// appendEvent appends a message. A line of an event ends at a line feed or a
// carriage return, which JSON may have between its tokens: there a new data line
// begins, and the client puts a line feed between the two.
func appendEvent(dst, message []byte) []byte {
	dst = append(dst, "data: "...)
	if bytes.IndexByte(message, '\n') >= 0 || bytes.IndexByte(message, '\r') >= 0 {
		for end := bytes.IndexAny(message, "\r\n"); end >= 0; end = bytes.IndexAny(message, "\r\n") {
			dst = append(append(dst, message[:end]...), "\ndata: "...)
			message = message[end+1:]
		}
	}
	return append(append(dst, message...), "\n\n"...)
}

// appendClose appends the event that ends a stream.
func appendClose(dst []byte, code uint16, reason string) []byte {
	data, _ := json.Marshal(struct { // can't fail
		Code   uint16 `json:"code"`
		Reason string `json:"reason"`
	}{code, reason})
	return appendEvent(append(dst, "event: close\n"...), data)
}

// appendID appends the line that says how far a client has come.
func appendID(dst []byte, id uint64) []byte {
	return append(strconv.AppendUint(append(dst, "id: "...), id, 10), '\n')
}

// insertID gives an id to the event that begins at start.
func insertID(events []byte, start int, id uint64) []byte {
	var line [len("id: \n") + 20]byte
	return slices.Insert(events, start, appendID(line[:0], id)...)
}
