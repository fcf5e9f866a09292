package storage

import "encoding/binary"

// What a change of presence says.
const (
	WebhookOffline uint8 = iota // the user's last connection has gone
	WebhookOnline               // the user's first one has come
	WebhookStarted              // the server has started: nobody is online
)

// WebhookPresence is a change of presence that endpoints are to be told of.
type WebhookPresence struct {
	Number uint64 // rises
	User   string // "" of WebhookStarted
	State  uint8
	At     int64 // Unix milliseconds
}

const webhookPresenceVersion = 1

func appendWebhookPresenceKey(dst []byte, number uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, prefixWebhook, webhookPresence), number)
}

func splitWebhookPresenceKey(key []byte) (number uint64, ok bool) {
	if len(key) != 2+8 || key[0] != prefixWebhook || key[1] != webhookPresence {
		return 0, false
	}
	number = binary.BigEndian.Uint64(key[2:])
	return number, number > 0
}

// appendWebhookChange appends all but the number, which may stand in the key.
func appendWebhookChange(dst []byte, p *WebhookPresence) []byte {
	return binary.AppendVarint(appendString(append(dst, p.State), p.User), p.At)
}

func (d *decoder) webhookChange(p *WebhookPresence) {
	p.State, p.User, p.At = d.byte(), d.string(), d.varint()
}

func decodeWebhookPresence(key, value []byte) (WebhookPresence, error) {
	number, ok := splitWebhookPresenceKey(key)
	d := decoder{rest: value}
	d.version(webhookPresenceVersion)
	p := WebhookPresence{Number: number}
	d.webhookChange(&p)
	if !ok || !d.done() || p.check() != nil {
		return WebhookPresence{}, corrupt(key, "bad change of presence")
	}
	return p, nil
}

func (p *WebhookPresence) check() error {
	if p.Number == 0 || p.State > WebhookStarted || (p.State == WebhookStarted) != (p.User == "") {
		return invalid("change of presence %d: user %q, state %d", p.Number, p.User, p.State)
	}
	return nil
}

// PutWebhookPresence adds a change of presence.
func (b *Batch) PutWebhookPresence(p WebhookPresence) {
	b.fail(p.check())
	b.key = appendWebhookPresenceKey(b.key[:0], p.Number)
	b.value = appendWebhookChange(append(b.value[:0], webhookPresenceVersion), &p)
	b.set()
}

// DeleteWebhookPresence removes a change of presence.
func (b *Batch) DeleteWebhookPresence(number uint64) {
	b.key = appendWebhookPresenceKey(b.key[:0], number)
	b.delete()
}

// WebhookPresence returns up to limit changes of presence above a number, in
// their order.
func (db *DB) WebhookPresence(after uint64, limit int) ([]WebhookPresence, error) {
	lower := append(appendWebhookPresenceKey(nil, after), 0) // the least key above it
	return list(db.p, lower, []byte{prefixWebhook, webhookPresence + 1}, limit, decodeWebhookPresence)
}

// LastWebhookPresence returns the number of the last change of presence that is
// kept, 0 if there is none, and how many are.
func (db *DB) LastWebhookPresence() (last uint64, count int, err error) {
	s := newScan()
	defer s.free()
	s.lower, s.upper = []byte{prefixWebhook, webhookPresence}, []byte{prefixWebhook, webhookPresence + 1}
	err = s.each(db.p, func(key, _ []byte) error {
		number, ok := splitWebhookPresenceKey(key)
		if !ok {
			return corrupt(key, "bad key")
		}
		last = number
		count++
		return nil
	})
	return last, count, err
}
