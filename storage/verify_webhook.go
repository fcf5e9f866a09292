package storage

import (
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// webhookStranger reports a row of webhooks that no walk looks at, and goes on to
// the next kind.
func (v *verifier) webhookStranger(it *pebble.Iterator) bool {
	key := it.Key()
	if len(key) < 2 {
		v.problem(key, "unknown kind of record")
		return it.Next()
	}
	kind := key[1]
	if !slices.Contains(webhookRecords, kind) {
		v.problem(key, "unknown kind of record")
	}
	if kind == 0xff {
		return it.SeekGE([]byte{prefixWebhook + 1})
	}
	return it.SeekGE([]byte{prefixWebhook, kind + 1})
}

func (v *verifier) webhooks() error {
	for _, walk := range []func() error{v.webhookEndpoints, v.webhookCursors, v.webhookDead, v.webhookPresence} {
		if err := walk(); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) eachWebhook(kind byte, fn func(key, value []byte) error) error {
	return v.eachIn([]byte{prefixWebhook, kind}, []byte{prefixWebhook, kind + 1}, fn)
}

func (v *verifier) webhookEndpoints() error {
	return v.eachWebhook(webhookEndpoint, func(key, value []byte) error {
		v.counts.Webhooks++
		w, err := decodeWebhook(key, value)
		if err != nil {
			return err
		}
		_, found, err := find(v.r, appendWebhookKey(nil, webhookCursor, w.Name), decodeWebhookCursor)
		if err == nil && !found {
			v.problem(key, "has no cursor")
		}
		return err
	})
}

func (v *verifier) webhookCursors() error {
	return v.eachWebhook(webhookCursor, func(key, value []byte) error {
		c, err := decodeWebhookCursor(key, value)
		if err != nil {
			return err
		}
		if c.Log > v.lastID {
			v.problem(key, "after entry %d, but the last is %d", c.Log, v.lastID)
		}
		return v.ofWebhook(key, c.Webhook)
	})
}

func (v *verifier) webhookDead() error {
	return v.eachWebhook(webhookDead, func(key, value []byte) error {
		v.counts.DeadLetters++
		w, err := decodeWebhookDead(key, value)
		if err != nil {
			return err
		}
		if w.Entry != 0 {
			_, found, err := findPlace(v.r, w.Entry)
			if err != nil {
				return err
			}
			if !found {
				v.problem(key, "of entry %d, which doesn't exist", w.Entry)
			}
		}
		return v.ofWebhook(key, w.Webhook)
	})
}

// ofWebhook reports a record of an endpoint that isn't there.
func (v *verifier) ofWebhook(key []byte, name string) error {
	_, found, err := find(v.r, appendWebhookKey(nil, webhookEndpoint, name), decodeWebhook)
	if err == nil && !found {
		v.problem(key, "webhook %q doesn't exist", name)
	}
	return err
}

func (v *verifier) webhookPresence() error {
	return v.eachWebhook(webhookPresence, func(key, value []byte) error {
		v.counts.PresenceChanges++
		_, err := decodeWebhookPresence(key, value)
		return err
	})
}
