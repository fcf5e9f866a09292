package storage

import (
	"bytes"
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"
)

// All that is kept of webhooks is under one prefix; the second byte of a key
// says what it is.
const (
	webhookEndpoint = 'e'
	webhookCursor   = 'c'
	webhookDead     = 'd'
	webhookPresence = 'p'
)

var webhookRecords = []byte{webhookEndpoint, webhookCursor, webhookDead, webhookPresence}

// Webhook is an address that events are posted to.
type Webhook struct {
	Name           string
	URL            string
	Secret         []byte   // that requests are signed with
	Events         []string // patterns of the events it wants
	MaxBatch       uint32   // events in a request
	OfflineMembers uint32   // in larger groups only who is mentioned counts as offline
	Paused         bool
	CreatedAt      int64 // Unix milliseconds
}

const webhookVersion = 1

func appendWebhookKey(dst []byte, kind byte, name string) []byte {
	return append(append(dst, prefixWebhook, kind), name...)
}

// splitWebhookKey returns the endpoint of a key that has nothing behind its name.
func splitWebhookKey(key []byte, kind byte) (name string, ok bool) {
	if len(key) < 3 || key[0] != prefixWebhook || key[1] != kind || bytes.IndexByte(key, 0) >= 0 {
		return "", false
	}
	return string(key[2:]), true
}

func appendWebhook(dst []byte, w *Webhook) []byte {
	paused := byte(0)
	if w.Paused {
		paused = 1
	}
	dst = appendString(append(dst, webhookVersion, paused), w.URL)
	dst = appendStrings(appendString(dst, w.Secret), w.Events)
	dst = binary.AppendUvarint(dst, uint64(w.MaxBatch))
	dst = binary.AppendUvarint(dst, uint64(w.OfflineMembers))
	return binary.AppendVarint(dst, w.CreatedAt)
}

func decodeWebhook(key, value []byte) (Webhook, error) {
	name, ok := splitWebhookKey(key, webhookEndpoint)
	d := decoder{rest: value}
	d.version(webhookVersion)
	paused := d.byte()
	w := Webhook{
		Name: name, Paused: paused == 1, URL: d.string(), Secret: bytes.Clone(d.bytes()), Events: d.strings(),
		MaxBatch: d.uint32(), OfflineMembers: d.uint32(), CreatedAt: d.varint(),
	}
	if !ok || !d.done() || paused > 1 || w.check() != nil {
		return Webhook{}, corrupt(key, "bad webhook")
	}
	return w, nil
}

func (w *Webhook) check() error {
	if w.URL == "" || len(w.Secret) == 0 || len(w.Events) == 0 || w.MaxBatch == 0 {
		return invalid("webhook %q for %q, %d events, %d in a batch", w.Name, w.URL, len(w.Events), w.MaxBatch)
	}
	return checkText("webhook", w.Name)
}

// PutWebhook adds or replaces an endpoint. One that is new needs a cursor, too.
func (b *Batch) PutWebhook(w Webhook) {
	b.fail(w.check())
	b.key = appendWebhookKey(b.key[:0], webhookEndpoint, w.Name)
	b.value = appendWebhook(b.value[:0], &w)
	b.set()
}

// DeleteWebhook removes an endpoint with its cursor. Its dead letters are to be
// deleted before.
func (b *Batch) DeleteWebhook(name string) {
	b.fail(checkText("webhook", name))
	for _, kind := range [...]byte{webhookEndpoint, webhookCursor} {
		b.key = appendWebhookKey(b.key[:0], kind, name)
		b.delete()
	}
}

// Webhooks returns all endpoints, in the order of their names.
func (db *DB) Webhooks() (all []Webhook, err error) {
	return eachWebhook(db.p, webhookEndpoint, decodeWebhook)
}

// eachWebhook returns all records of one kind.
func eachWebhook[T any](r pebble.Reader, kind byte, decode func(key, value []byte) (T, error)) (all []T, err error) {
	s := newScan()
	defer s.free()
	s.lower, s.upper = append(s.lower[:0], prefixWebhook, kind), append(s.upper[:0], prefixWebhook, kind+1)
	err = s.each(r, func(key, value []byte) error {
		record, err := decode(key, value)
		all = append(all, record)
		return err
	})
	return all, err
}
