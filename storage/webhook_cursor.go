package storage

import "encoding/binary"

// WebhookCursor is how far an endpoint has got: what is at or below it was
// acknowledged, set aside as a dead letter, or not wanted.
type WebhookCursor struct {
	Webhook   string // name of the endpoint
	Log       uint64 // id of an entry
	Presence  uint64 // number of a change of presence
	Delivered uint64 // events that were acknowledged
	Dead      uint64 // number of the last dead letter that was made
}

// The version says whether there have been dead letters.
const (
	webhookCursorVersion     = 1
	webhookCursorVersionDead = 2
)

func appendWebhookCursor(dst []byte, c *WebhookCursor) []byte {
	version := byte(webhookCursorVersion)
	if c.Dead > 0 {
		version = webhookCursorVersionDead
	}
	dst = append(dst, version)
	for _, n := range [...]uint64{c.Log, c.Presence, c.Delivered} {
		dst = binary.AppendUvarint(dst, n)
	}
	if c.Dead > 0 {
		dst = binary.AppendUvarint(dst, c.Dead)
	}
	return dst
}

func decodeWebhookCursor(key, value []byte) (WebhookCursor, error) {
	name, ok := splitWebhookKey(key, webhookCursor)
	d := decoder{rest: value}
	version := d.byte()
	c := WebhookCursor{Webhook: name, Log: d.uvarint(), Presence: d.uvarint(), Delivered: d.uvarint()}
	if version == webhookCursorVersionDead {
		c.Dead = d.uvarint()
	}
	if !ok || !d.done() || version != webhookCursorVersion && c.Dead == 0 {
		return WebhookCursor{}, corrupt(key, "bad webhook cursor")
	}
	return c, nil
}

// PutWebhookCursor replaces an endpoint's cursor.
func (b *Batch) PutWebhookCursor(c WebhookCursor) {
	b.fail(checkText("webhook", c.Webhook))
	b.key = appendWebhookKey(b.key[:0], webhookCursor, c.Webhook)
	b.value = appendWebhookCursor(b.value[:0], &c)
	b.set()
}

// WebhookCursor returns an endpoint's cursor.
func (db *DB) WebhookCursor(name string) (WebhookCursor, bool, error) {
	return find(db.p, appendWebhookKey(nil, webhookCursor, name), decodeWebhookCursor)
}
