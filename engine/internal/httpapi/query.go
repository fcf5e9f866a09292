package httpapi

import (
	"net/url"
	"strconv"
	"strings"

	"gannet/codec/wire"
)

// query is a parsed query string. It is parsed once, without building a map.
type query struct{ params []param }

type param struct{ key, value string }

// maxParams is more than any path here reads.
const maxParams = 32

var (
	errQuery    = wire.NewError(wire.ReasonBadRequest, "the query string is malformed")
	errRepeated = wire.NewError(wire.ReasonBadRequest, "a parameter is repeated in the query string")
)

func (q *query) reset() {
	clear(q.params)
	q.params = q.params[:0]
}

// parse takes raw apart. A key that comes twice is refused: who reads the first
// and who reads the last would disagree.
func (q *query) parse(raw string) *wire.Error {
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		if err := q.add(pair); err != nil {
			return err
		}
	}
	return nil
}

func (q *query) add(pair string) *wire.Error {
	key, value, _ := strings.Cut(pair, "=")
	key, ok1 := unescape(key)
	value, ok2 := unescape(value)
	if !ok1 || !ok2 || len(q.params) == maxParams {
		return errQuery
	}
	if _, given := q.get(key); given {
		return errRepeated
	}
	q.params = append(q.params, param{key, value})
	return nil
}

func unescape(s string) (string, bool) {
	if !strings.ContainsAny(s, "%+") {
		return s, true
	}
	s, err := url.QueryUnescape(s)
	return s, err == nil
}

func (q *query) get(key string) (value string, given bool) {
	for i := range q.params {
		if q.params[i].key == key {
			return q.params[i].value, true
		}
	}
	return "", false
}

// text is the value of key, "" where it isn't given.
func (q *query) text(key string) string {
	value, _ := q.get(key)
	return value
}

// number is the value of key, which must be a whole number from 1 to most; 0
// where it isn't given.
func (q *query) number(key string, most uint64) (uint64, *wire.Error) {
	value, given := q.get(key)
	if !given {
		return 0, nil
	}
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil || n < 1 || n > most {
		return 0, wire.Errorf(wire.ReasonBadRequest, "%s must be a whole number from 1 to %d", key, most)
	}
	return n, nil
}
