package storage

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/pebble/v2"
)

// deskIndex is one index of sessions of the desk, or the part of one that
// belongs to an agent, a visitor or a tag.
type deskIndex struct {
	kind byte
	of   string // of deskByAgent, deskByVisitor, deskByTag
}

// deskPlace is where a session stands in an index: they are in the order of
// their creation.
type deskPlace struct {
	at int64
	id string
}

const deskIndexVersion = 1

func (x deskIndex) append(dst []byte) []byte {
	dst = append(append(dst, prefixDesk, x.kind), x.of...)
	if x.named() {
		dst = append(dst, 0)
	}
	return dst
}

func (x deskIndex) named() bool { return x.kind != deskOpen && x.kind != deskCreated }

func (x deskIndex) appendKey(dst []byte, p deskPlace) []byte {
	return append(binary.BigEndian.AppendUint64(x.append(dst), uint64(p.at)), p.id...)
}

func splitDeskIndex(key []byte) (x deskIndex, p deskPlace, ok bool) {
	if len(key) < 2 || key[0] != prefixDesk || !slices.Contains(deskIndexes, key[1]) {
		return x, p, false
	}
	x.kind = key[1]
	rest := key[2:]
	if x.named() {
		end := bytes.IndexByte(rest, 0)
		if end <= 0 {
			return x, p, false
		}
		x.of, rest = string(rest[:end]), rest[end+1:]
	}
	if len(rest) < 9 {
		return x, p, false
	}
	p.at, p.id = int64(binary.BigEndian.Uint64(rest)), string(rest[8:])
	return x, p, p.at > 0
}

func decodeDeskIndex(key, value []byte) (deskPlace, error) {
	_, p, ok := splitDeskIndex(key)
	d := decoder{rest: value}
	d.version(deskIndexVersion)
	if !ok || !d.done() {
		return deskPlace{}, corrupt(key, "bad desk index")
	}
	return p, nil
}

// indexes are those in which the session stands.
func (s *DeskSession) indexes() []deskIndex {
	list := []deskIndex{{kind: deskCreated}, {deskByVisitor, s.Visitor}}
	if s.IsOpen() {
		list = append(list, deskIndex{kind: deskOpen})
	}
	if s.Agent != "" {
		list = append(list, deskIndex{deskByAgent, s.Agent})
	}
	for _, tag := range s.Tags {
		list = append(list, deskIndex{deskByTag, tag})
	}
	return list
}

// place is where the session stands in each index.
func (s *DeskSession) place() deskPlace { return deskPlace{s.CreatedAt, s.ID} }

// indexDesk takes a session out of the indexes where old stood and it doesn't,
// and puts it into those where old didn't.
func (b *Batch) indexDesk(s, old *DeskSession) {
	var before []deskIndex
	after := s.indexes()
	if old != nil {
		before = old.indexes()
	}
	for _, x := range before {
		if !slices.Contains(after, x) {
			b.key = x.appendKey(b.key[:0], s.place())
			b.delete()
		}
	}
	for _, x := range after {
		if !slices.Contains(before, x) {
			b.key = x.appendKey(b.key[:0], s.place())
			b.value = append(b.value[:0], deskIndexVersion)
			b.set()
		}
	}
}

// cursor names a place outside.
func (p deskPlace) cursor() string { return fmt.Sprintf("%x.%s", p.at, p.id) }

func parseDeskCursor(cursor string) (p deskPlace, err error) {
	at, id, _ := strings.Cut(cursor, ".")
	p.id = id
	if p.at, err = strconv.ParseInt(at, 16, 64); err != nil || p.at <= 0 || id == "" {
		return deskPlace{}, invalid("cursor %q", cursor)
	}
	return p, nil
}

// sessionAt returns the session that stands at a place of an index.
func sessionAt(r pebble.Reader, key []byte, p deskPlace) (DeskSession, error) {
	s, found, err := find(r, appendDeskKey(nil, deskSession, p.id), decodeDeskSession)
	if err == nil && !found {
		err = corrupt(key, "no such session")
	}
	return s, err
}
