package httpapi

import (
	"bytes"
	"encoding/json"

	"gannet/codec/wire"
)

// answerBuffer lets an encoder append to an answer.
type answerBuffer []byte

// Write implements io.Writer.
func (b *answerBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// put appends v as the data of the answer. It is for what isn't asked for often:
// the types that it encodes are those that the OpenAPI document describes.
func (s *Server) put(x *exchange, v any) *wire.Error {
	out := answerBuffer(x.out)
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return s.refusal(x, err)
	}
	x.out = bytes.TrimSuffix(out, []byte("\n"))
	return nil
}

// views makes a list of what is answered; it is never nil, which would be null.
func views[T, V any](list []T, view func(*T) V) []V {
	out := make([]V, len(list))
	for i := range list {
		out[i] = view(&list[i])
	}
	return out
}
