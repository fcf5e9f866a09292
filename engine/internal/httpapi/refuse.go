package httpapi

import (
	"net/http"

	"gannet/codec/wire"
)

// Refuse answers a request with an error, for an [Events] that has written
// nothing.
func Refuse(w http.ResponseWriter, e *wire.Error) {
	text := appendRefusal(nil, e)
	h := w.Header()
	refusalHeader(h, e)
	answerHeader(h, len(text))
	w.WriteHeader(e.Code)
	_, _ = w.Write(text) // a client that has gone needs no answer
}
