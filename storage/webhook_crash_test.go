package storage

import (
	"math/rand/v2"
	"testing"
)

// webhookHistory is what an endpoint has been told: batches of their own, as it
// acknowledges what others wrote before.
type webhookHistory struct {
	presence uint64 // the last change
	dropped  uint64 // changes up to here
	dead     uint64 // the last dead letter
}

// step moves the endpoint's cursor up to an entry, sets one aside, or notes who
// has come and drops what the endpoint was told.
func (h *webhookHistory) step(b *Batch, rng *rand.Rand, entry uint64) {
	if h.presence == 0 {
		b.PutWebhook(testWebhook("h"))
	}
	for range 1 + rng.IntN(5) {
		h.presence++
		b.PutWebhookPresence(WebhookPresence{Number: h.presence, User: "u", State: WebhookOnline, At: 1})
	}
	if entry > 0 && rng.IntN(3) == 0 {
		h.dead++
		b.PutWebhookDead(WebhookDead{Webhook: "h", Number: h.dead, Entry: entry, Type: "message.created"})
	}
	b.PutWebhookCursor(WebhookCursor{Webhook: "h", Log: entry, Presence: h.presence - 1, Delivered: h.presence, Dead: h.dead})
	if rng.IntN(4) == 0 {
		for ; h.dropped < h.presence-1; h.dropped++ {
			b.DeleteWebhookPresence(h.dropped + 1)
		}
	}
}

// checkWebhooks: what is dropped was acknowledged, and nothing is missing behind
// the cursor. That the cursor and dead letters are of entries, Verify says.
func checkWebhooks(t *testing.T, db *DB) {
	t.Helper()
	cursor, found, err := db.WebhookCursor("h")
	if err != nil {
		t.Fatal(err)
	}
	rest, err := db.WebhookPresence(cursor.Presence, 10)
	if err != nil {
		t.Fatal(err)
	}
	if found && (len(rest) != 1 || rest[0].Number != cursor.Presence+1 || cursor.Delivered != rest[0].Number) {
		t.Errorf("behind %+v: %+v", cursor, rest)
	}
}

// What endpoints were told, and are to be, survives a power cut in step with the
// log.
func TestCrashWebhooks(t *testing.T) {
	crashes(t, func() *webhookHistory { return new(webhookHistory) })
}
