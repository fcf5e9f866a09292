package storage

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func reencodeWebhook(key, value []byte) (again []byte, ok bool) {
	if len(key) < 2 {
		return nil, false
	}
	switch key[1] {
	case webhookEndpoint:
		return encodeAgain(key, value, decodeWebhook, func(w Webhook) []byte { return appendWebhook(nil, &w) })
	case webhookCursor:
		return encodeAgain(key, value, decodeWebhookCursor, func(c WebhookCursor) []byte { return appendWebhookCursor(nil, &c) })
	case webhookDead:
		return encodeAgain(key, value, decodeWebhookDead, func(w WebhookDead) []byte { return appendWebhookDead(nil, &w) })
	case webhookPresence:
		return encodeAgain(key, value, decodeWebhookPresence, func(p WebhookPresence) []byte {
			return appendWebhookChange([]byte{webhookPresenceVersion}, &p)
		})
	}
	return nil, false
}

func TestWebhookRecordsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, num := text.Draw(t, "name"), rapid.Uint64()
		w := Webhook{
			Name: name, URL: text.Draw(t, "url"), Secret: []byte(text.Draw(t, "secret")),
			Events: rapid.SliceOfN(text, 1, 5).Draw(t, "events"), MaxBatch: rapid.Uint32Min(1).Draw(t, "batch"),
			OfflineMembers: rapid.Uint32().Draw(t, "members"), Paused: rapid.Bool().Draw(t, "paused"), CreatedAt: rapid.Int64().Draw(t, "created"),
		}
		got, err := decodeWebhook(appendWebhookKey(nil, webhookEndpoint, name), appendWebhook(nil, &w))
		if err != nil || !reflect.DeepEqual(got, w) {
			t.Fatalf("%+v, %v; want %+v", got, err, w)
		}
		c := WebhookCursor{Webhook: name, Log: num.Draw(t, "log"), Presence: num.Draw(t, "presence"), Delivered: num.Draw(t, "delivered"), Dead: num.Draw(t, "dead")}
		wantSame(t, c, decodeWebhookCursor, appendWebhookKey(nil, webhookCursor, name), appendWebhookCursor(nil, &c))
		p := WebhookPresence{
			Number: max(1, num.Draw(t, "change")), User: text.Draw(t, "user"),
			State: rapid.Uint8Max(WebhookOnline).Draw(t, "state"), At: rapid.Int64().Draw(t, "at"),
		}
		wantSame(t, p, decodeWebhookPresence, appendWebhookPresenceKey(nil, p.Number), appendWebhookChange([]byte{webhookPresenceVersion}, &p))
		dead := WebhookDead{
			Webhook: name, Number: max(1, num.Draw(t, "number")), Entry: num.Draw(t, "entry"), Type: text.Draw(t, "type"),
			Reason: rapid.String().Draw(t, "reason"), FirstAt: p.At, At: rapid.Int64().Draw(t, "dead"), Again: rapid.Bool().Draw(t, "again"),
		}
		if dead.Entry == 0 {
			dead.Change = p
		}
		wantSame(t, dead, decodeWebhookDead, appendWebhookDeadKey(nil, name, dead.Number), appendWebhookDead(nil, &dead))
	})
}

func testWebhook(name string) Webhook {
	return Webhook{Name: name, URL: "http://" + name, Secret: []byte("s"), Events: []string{"message.*"}, MaxBatch: 100, CreatedAt: 5}
}

// Endpoints whose names begin alike have nothing to do with each other.
func TestWebhookRows(t *testing.T) {
	db := openDesk(t)
	write(t, db, func(b *Batch) {
		for _, name := range []string{"a", "ab", "b"} {
			b.PutWebhook(testWebhook(name))
			b.PutWebhookCursor(WebhookCursor{Webhook: name, Delivered: 1})
			for n := range uint64(3) {
				b.PutWebhookDead(WebhookDead{Webhook: name, Number: n + 1, Change: WebhookPresence{Number: 1, User: name}})
			}
		}
	})
	write(t, db, func(b *Batch) {
		for n := range uint64(3) {
			b.DeleteWebhookDead("a", n+1)
		}
		b.DeleteWebhook("a")
	})
	var names []string
	all, err := db.Webhooks()
	for _, w := range all {
		names = append(names, w.Name)
		dead, err := db.WebhookDead(w.Name, 1, 5)
		if err != nil || len(dead) != 2 || dead[0].Number != 2 || dead[0].Change.User != w.Name {
			t.Errorf("%+v, %v", dead, err)
		}
	}
	if err != nil || !reflect.DeepEqual(names, []string{"ab", "b"}) {
		t.Errorf("%v, %v", names, err)
	}
	if _, found, err := db.WebhookCursor("a"); found || err != nil {
		t.Errorf("the cursor is there, %v", err)
	}
	if dead, err := db.WebhookDead("a", 0, 5); len(dead) > 0 || err != nil {
		t.Errorf("%v, %v", dead, err)
	}
	write(t, db, func(b *Batch) { b.DeleteWebhookDead("b", 2) })
	if dead, err := db.WebhookDead("b", 0, 1); len(dead) != 1 || dead[0].Number != 1 || err != nil {
		t.Errorf("%v, %v", dead, err)
	}
	verify(t, db)
}

func TestWebhookPresenceRows(t *testing.T) {
	db := openDesk(t)
	write(t, db, func(b *Batch) {
		b.PutWebhookPresence(WebhookPresence{Number: 5, State: WebhookStarted})
		for n := range uint64(3) {
			b.PutWebhookPresence(WebhookPresence{Number: 6 + n, User: fmt.Sprint(n), State: WebhookOnline, At: 7})
		}
	})
	if last, n, err := db.LastWebhookPresence(); last != 8 || n != 4 || err != nil {
		t.Errorf("%d, %d, %v", last, n, err)
	}
	write(t, db, func(b *Batch) { b.DeleteWebhookPresence(5); b.DeleteWebhookPresence(6) })
	if list, err := db.WebhookPresence(7, 5); len(list) != 1 || list[0].User != "2" || err != nil {
		t.Errorf("%v, %v", list, err)
	}
	if list, err := db.WebhookPresence(0, 1); len(list) != 1 || list[0].Number != 7 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
	write(t, db, func(b *Batch) { b.DeleteWebhookPresence(7); b.DeleteWebhookPresence(8) })
	if last, n, err := db.LastWebhookPresence(); last != 0 || n != 0 || err != nil {
		t.Errorf("%d, %d, %v", last, n, err)
	}
}

// What can't be told apart, or says nothing, is refused.
func TestWebhookInvalid(t *testing.T) {
	db := openDesk(t)
	for name, put := range map[string]func(*Batch){
		"NUL":           func(b *Batch) { b.PutWebhook(testWebhook("a\x00b")) },
		"no name":       func(b *Batch) { b.PutWebhook(testWebhook("")) },
		"no URL":        func(b *Batch) { w := testWebhook("a"); w.URL = ""; b.PutWebhook(w) },
		"no secret":     func(b *Batch) { w := testWebhook("a"); w.Secret = nil; b.PutWebhook(w) },
		"no events":     func(b *Batch) { w := testWebhook("a"); w.Events = nil; b.PutWebhook(w) },
		"no batch":      func(b *Batch) { w := testWebhook("a"); w.MaxBatch = 0; b.PutWebhook(w) },
		"cursor":        func(b *Batch) { b.PutWebhookCursor(WebhookCursor{}) },
		"delete":        func(b *Batch) { b.DeleteWebhook("") },
		"dead of none":  func(b *Batch) { b.PutWebhookDead(WebhookDead{Number: 1, Entry: 1}) },
		"no number":     func(b *Batch) { b.PutWebhookDead(WebhookDead{Webhook: "a", Entry: 1}) },
		"dead nothing":  func(b *Batch) { b.PutWebhookDead(WebhookDead{Webhook: "a", Number: 1}) },
		"nobody online": func(b *Batch) { b.PutWebhookPresence(WebhookPresence{Number: 1, State: WebhookOnline}) },
		"user started":  func(b *Batch) { b.PutWebhookPresence(WebhookPresence{Number: 1, User: "u", State: WebhookStarted}) },
		"state":         func(b *Batch) { b.PutWebhookPresence(WebhookPresence{Number: 1, User: "u", State: 3}) },
		"change 0":      func(b *Batch) { b.PutWebhookPresence(WebhookPresence{User: "u"}) },
	} {
		b := db.NewBatch()
		if put(b); b.Err() == nil {
			t.Errorf("%s: taken", name)
		}
		_ = b.Close()
	}
}

func TestVerifyFlagsWebhooks(t *testing.T) {
	for want, damage := range map[string]func(*Batch){
		`webhook "b": has no cursor`:          func(b *Batch) { b.PutWebhook(testWebhook("b")) },
		`webhook "c" doesn't exist`:           func(b *Batch) { b.PutWebhookCursor(WebhookCursor{Webhook: "c"}) },
		"after entry 41, but the last is 40":  func(b *Batch) { b.PutWebhookCursor(WebhookCursor{Webhook: "a", Log: 41}) },
		"of entry 99, which doesn't exist":    func(b *Batch) { b.PutWebhookDead(WebhookDead{Webhook: "a", Number: 1, Entry: 99}) },
		`number=2: webhook "d" doesn't exist`: func(b *Batch) { b.PutWebhookDead(WebhookDead{Webhook: "d", Number: 2, Entry: 1}) },
		"bad webhook cursor":                  func(b *Batch) { _ = b.p.Set(appendWebhookKey(nil, webhookCursor, "a"), []byte{9}, nil) },
		"bad dead letter":                     func(b *Batch) { _ = b.p.Set(appendWebhookDeadKey(nil, "a", 1), []byte{9}, nil) },
		"bad change of presence":              func(b *Batch) { _ = b.p.Set(appendWebhookPresenceKey(nil, 1), []byte{9}, nil) },
		"unknown kind of record":              func(b *Batch) { _ = b.p.Set([]byte{prefixWebhook, 'x'}, nil, nil) },
		`key "w": unknown kind of record`:     func(b *Batch) { _ = b.p.Set([]byte{prefixWebhook}, nil, nil) },
	} {
		db := sound(t)
		write(t, db, func(b *Batch) {
			b.PutWebhook(testWebhook("a"))
			b.PutWebhookCursor(WebhookCursor{Webhook: "a", Log: 40})
			b.PutWebhookDead(WebhookDead{Webhook: "a", Number: 1, Entry: 40})
			b.PutWebhookPresence(WebhookPresence{Number: 1, User: "u"})
		})
		if c := verify(t, db); c.Webhooks != 1 || c.DeadLetters != 1 || c.PresenceChanges != 1 {
			t.Errorf("%+v", c)
		}
		write(t, db, damage)
		var problems []string
		if _, err := db.Verify(func(p Problem) { problems = append(problems, p.String()) }); err != nil {
			t.Error(err)
		}
		if !strings.Contains(strings.Join(problems, "\n"), want) {
			t.Errorf("%q is not in %q", want, problems)
		}
	}
}
