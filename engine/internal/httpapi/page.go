package httpapi

import (
	"strconv"

	"gannet/codec/wire"
)

// The size of a page of most lists.
const (
	pageLimit    = 50
	maxPageLimit = 200
)

// page are the parameters of a list.
type page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After  string `query:"after" doc:"the next of the page before"`
	Cursor string `query:"cursor" doc:"another word for after"`
}

// bigPage are those of a list of users, whose entries are small.
type bigPage struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	After  string `query:"after" doc:"the next of the page before"`
	Cursor string `query:"cursor" doc:"another word for after"`
}

var errAfter = wire.NewError(wire.ReasonBadRequest, "after (or cursor) must be the next of an earlier page")

// idPage reads the parameters of a list whose pages end with an id.
func (x *exchange) idPage(usual, most int) (after string, limit int, refusal *wire.Error) {
	return x.pageOf(usual, most, wire.ValidID)
}

// cursorPage reads those of a list whose pages end with what the chat rules say.
func (x *exchange) cursorPage(usual, most int) (after string, limit int, refusal *wire.Error) {
	return x.pageOf(usual, most, validCursor)
}

func (x *exchange) pageOf(usual, most int, valid func(string) bool) (after string, limit int, refusal *wire.Error) {
	n, refusal := x.query.number("limit", uint64(most))
	if refusal != nil {
		return "", 0, refusal
	}
	if n == 0 {
		n = uint64(usual)
	}
	after, given := x.query.get("after")
	if cursor, too := x.query.get("cursor"); too {
		if given && after != cursor {
			return "", 0, errAfter
		}
		after, given = cursor, true
	}
	if given && !valid(after) {
		return "", 0, errAfter
	}
	return after, int(n), nil
}

// maxCursor bounds a cursor, in bytes: a user and an emoji fit into it.
const maxCursor = 256

func validCursor(s string) bool { return s != "" && len(s) <= maxCursor }

// nextOf is where the page after a full one begins.
func nextOf[T any](list []T, limit int, id func(*T) string) string {
	if len(list) < limit {
		return ""
	}
	return id(&list[len(list)-1])
}

// pathID is an id in the path. What can't be an id names nothing.
func (x *exchange) pathID(name string) (string, *wire.Error) {
	id := x.r.PathValue(name)
	if !wire.ValidID(id) {
		return "", errNotFound
	}
	return id, nil
}

// pathIDs are two ids in the path.
func (x *exchange) pathIDs(first, second string) (a, b string, refusal *wire.Error) {
	if a, refusal = x.pathID(first); refusal != nil {
		return "", "", refusal
	}
	b, refusal = x.pathID(second)
	return a, b, refusal
}

// pathNumber is a number in the path, from 1 to most, in its one way of writing.
func (x *exchange) pathNumber(name string, most uint64) (uint64, *wire.Error) {
	text := x.r.PathValue(name)
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < 1 || n > most || text[0] == '0' {
		return 0, errNotFound
	}
	return n, nil
}
