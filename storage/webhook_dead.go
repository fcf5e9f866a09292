package storage

import (
	"bytes"
	"encoding/binary"
)

// WebhookDead is a dead letter: something that an endpoint was to be told and
// didn't take. It holds no content: that is read from the log again when the
// letter is sent once more.
type WebhookDead struct {
	Webhook string // name of the endpoint
	Number  uint64 // 1, 2, 3 … of the endpoint
	Entry   uint64 // id of an entry of the log; 0: it is about Change
	Change  WebhookPresence
	Type    string // of the first event that it would make
	Reason  string // why it wasn't taken
	FirstAt int64  // it was tried for the first time, Unix milliseconds
	At      int64  // it was given up, Unix milliseconds
	Again   bool   // it is to be sent again
}

const webhookDeadVersion = 1

func appendWebhookDeadKey(dst []byte, name string, number uint64) []byte {
	return binary.BigEndian.AppendUint64(append(appendWebhookKey(dst, webhookDead, name), 0), number)
}

func splitWebhookDeadKey(key []byte) (name string, number uint64, ok bool) {
	end := len(key) - 9 // of the name: a NUL and the number follow
	if end < 3 || key[0] != prefixWebhook || key[1] != webhookDead || bytes.IndexByte(key, 0) != end {
		return "", 0, false
	}
	number = binary.BigEndian.Uint64(key[end+1:])
	return string(key[2:end]), number, number > 0
}

func appendWebhookDead(dst []byte, w *WebhookDead) []byte {
	again := byte(0)
	if w.Again {
		again = 1
	}
	dst = binary.AppendUvarint(append(dst, webhookDeadVersion, again), w.Entry)
	if w.Entry == 0 {
		dst = appendWebhookChange(binary.AppendUvarint(dst, w.Change.Number), &w.Change)
	}
	dst = appendString(appendString(dst, w.Type), w.Reason)
	return binary.AppendVarint(binary.AppendVarint(dst, w.FirstAt), w.At)
}

func decodeWebhookDead(key, value []byte) (WebhookDead, error) {
	name, number, ok := splitWebhookDeadKey(key)
	d := decoder{rest: value}
	d.version(webhookDeadVersion)
	again := d.byte()
	w := WebhookDead{Webhook: name, Number: number, Again: again == 1, Entry: d.uvarint()}
	if w.Entry == 0 {
		w.Change = WebhookPresence{Number: d.uvarint()}
		d.webhookChange(&w.Change)
	}
	w.Type, w.Reason, w.FirstAt, w.At = d.string(), d.string(), d.varint(), d.varint()
	if !ok || !d.done() || again > 1 || w.check() != nil {
		return WebhookDead{}, corrupt(key, "bad dead letter")
	}
	return w, nil
}

func (w *WebhookDead) check() error {
	if w.Number == 0 || w.Entry == 0 && w.Change.check() != nil {
		return invalid("dead letter %d of entry %d", w.Number, w.Entry)
	}
	return checkText("webhook", w.Webhook)
}

// PutWebhookDead adds or replaces a dead letter.
func (b *Batch) PutWebhookDead(w WebhookDead) {
	b.fail(w.check())
	b.key = appendWebhookDeadKey(b.key[:0], w.Webhook, w.Number)
	b.value = appendWebhookDead(b.value[:0], &w)
	b.set()
}

// DeleteWebhookDead removes a dead letter.
func (b *Batch) DeleteWebhookDead(name string, number uint64) {
	b.fail(checkText("webhook", name))
	b.key = appendWebhookDeadKey(b.key[:0], name, number)
	b.delete()
}

// WebhookDead returns up to limit dead letters of an endpoint in the order of
// their numbers, those above after.
func (db *DB) WebhookDead(name string, after uint64, limit int) ([]WebhookDead, error) {
	lower := append(appendWebhookDeadKey(nil, name, after), 0) // the least key above it
	upper := append(appendWebhookKey(nil, webhookDead, name), 1)
	return list(db.p, lower, upper, limit, decodeWebhookDead)
}
