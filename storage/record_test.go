package storage

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

var (
	text   = rapid.StringMatching(`[A-Za-z0-9._@-]{1,64}`)
	bytes8 = rapid.Uint8()
)

func drawMessages(t *rapid.T) []Message {
	seq := rapid.Uint64Range(1, 1<<52).Draw(t, "seq")
	id := rapid.Uint64Range(1, 1<<62).Draw(t, "id")
	msgs := make([]Message, rapid.IntRange(1, 100).Draw(t, "n"))
	for i := range msgs {
		msgs[i] = Message{
			ID: id, Seq: seq + uint64(i), Time: rapid.Int64().Draw(t, "time"),
			From: text.Draw(t, "from"), Content: rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "content"),
			Type: rapid.SampledFrom([]string{"", "image", "x"}).Draw(t, "type"), Flags: bytes8.Draw(t, "flags"),
		}
		if rapid.Bool().Draw(t, "more") {
			msgs[i].Event, msgs[i].Ref = rapid.Bool().Draw(t, "event"), rapid.Uint64().Draw(t, "ref")
			msgs[i].Extra, msgs[i].Expires = []byte(text.Draw(t, "extra")), rapid.Int64().Draw(t, "expires")
		}
		id += rapid.Uint64Range(1, 1<<40).Draw(t, "delta")
	}
	return msgs
}

func TestRunRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rest := drawMessages(t)
		for len(rest) > 0 {
			n := runEnd(rest, rapid.IntRange(1, maxRunLen).Draw(t, "limit"))
			base := rapid.Uint64Range(0, rest[0].Seq-1).Draw(t, "base")
			got, err := decodePlainRun(appendRunKey(nil, 1, rest[n-1].Seq), appendRun(nil, base, rest[:n]))
			if err != nil {
				t.Fatal(err)
			}
			if got.Conv != 1 || got.Base != base || !equalMessages(got.Messages, rest[:n]) {
				t.Fatalf("got %+v, want %d, %+v", got, base, rest[:n])
			}
			rest = rest[n:]
		}
	})
}

func equalMessages(a, b []Message) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if !bytes.Equal(x.Content, y.Content) {
			return false
		}
		if !bytes.Equal(x.Extra, y.Extra) {
			return false
		}
		x.Content, y.Content, x.Extra, y.Extra = nil, nil, nil, nil
		if !reflect.DeepEqual(x, y) {
			return false
		}
	}
	return true
}

func TestRecordsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		num := rapid.Uint64().Draw
		user := text.Draw(t, "user")
		s := Session{
			User: user, Conv: num(t, "conv"), Kind: bytes8.Draw(t, "kind"), JoinSeq: num(t, "join"), ClearedSeq: num(t, "cleared"),
			AckSeq: num(t, "ack"), ReadSeq: num(t, "read"), SentSeq: num(t, "sent"), Left: rapid.Bool().Draw(t, "left"),
		}
		wantSame(t, s, decodeSession, appendSessionKey(nil, user, s.Conv), appendSession(nil, &s))
		s.MentionSeq, s.HiddenSeq, s.PinnedAt, s.Flags = num(t, "mention"), num(t, "hidden"), 1+rapid.Int64Min(0).Draw(t, "pinned")/2, bytes8.Draw(t, "flags")
		wantSame(t, s, decodeSession, appendSessionKey(nil, user, s.Conv), appendSession(nil, &s))
		m := Member{
			User: user, Role: bytes8.Draw(t, "role"), JoinSeq: num(t, "join"), JoinedAt: rapid.Int64().Draw(t, "joined"),
			MutedUntil: rapid.Int64().Draw(t, "muted"), Flags: bytes8.Draw(t, "flags"),
		}
		wantSame(t, m, decodeMember, appendMemberKey(nil, num(t, "conv"), user), appendMember(nil, &m))
		g := Group{
			Conv: num(t, "conv"), ID: text.Draw(t, "id"), Name: rapid.String().Draw(t, "name"), Owner: user,
			MaxMembers: rapid.Uint32().Draw(t, "max"), Members: rapid.Uint32().Draw(t, "n"),
			CreatedAt: rapid.Int64().Draw(t, "created"), Flags: bytes8.Draw(t, "flags"),
			Announcement: rapid.String().Draw(t, "announcement"), MentionSeq: num(t, "mention"),
		}
		wantSame(t, g, decodeGroup, appendNumberKey(nil, prefixGroup, g.Conv), appendGroup(nil, &g))
		d := Duplicate{num(t, "conv"), num(t, "seq"), num(t, "print")}
		wantSame(t, d, decodeDuplicate, appendDuplicateKey(nil, 1, user, "c"), appendDuplicate(nil, d))
		drawRest(t, user, text.Draw(t, "other"))
		c := Conversation{Num: max(1, num(t, "conv")), ID: text.Draw(t, "id"), Kind: bytes8.Draw(t, "kind")}
		wantSame(t, c, decodeConversation, appendTextKey(nil, prefixConversation, c.ID), appendConversation(nil, c))
	})
}

func drawRest(t *rapid.T, user, other string) {
	at, num := rapid.Int64().Draw(t, "at"), rapid.Uint64().Draw
	conv, seq := num(t, "conv"), num(t, "seq")
	r := Request{User: user, By: rapid.String().Draw(t, "by"), Text: rapid.String().Draw(t, "text"), At: at}
	wantSame(t, r, decodeRequest, appendUserKey(nil, prefixRequest, conv, user), appendRequest(nil, &r))
	ban := Ban{User: user, By: other, At: at}
	wantSame(t, ban, decodeBan, appendUserKey(nil, prefixBan, conv, user), appendBan(nil, &ban))
	block := Block{User: other, At: at}
	wantSame(t, block, decodeBlock, appendBlockKey(nil, user, other), appendBlock(nil, block))
	reaction := Reaction{User: user, Emoji: other, At: at}
	wantSame(t, reaction, decodeReaction, appendReactionKey(nil, conv, seq, user, other), appendReaction(nil, &reaction))
	e := Expiry{At: rapid.Int64Min(1).Draw(t, "time"), Conv: max(1, conv), Seq: max(1, seq)}
	wantSame(t, e, decodeExpiry, appendExpiryKey(nil, e), []byte{expiryVersion})
	wantSame(t, at, decodeLastSeen, appendTextKey(nil, prefixLastSeen, user), appendLastSeen(nil, at))
	for _, r := range []Revocation{{User: user, Before: at}, {TokenID: other, Until: at}} {
		wantSame(t, r, decodeRevocation, appendRevocationKey(nil, &r), appendRevocation(nil, &r))
	}
	wantSame(t, conv, decodeDissolving, appendNumberKey(nil, prefixDissolving, conv), []byte{dissolvingVersion})
}

func wantSame[T comparable](t *rapid.T, want T, decode func(key, value []byte) (T, error), key, value []byte) {
	got, err := decode(key, value)
	if err != nil || got != want {
		t.Fatalf("got %+v, %v; want %+v", got, err, want)
	}
	if _, err := decode(key, append(value, 0)); err == nil {
		t.Fatalf("%T with something after it decodes", want)
	}
	if _, err := decode(key, value[:len(value)-1]); err == nil {
		t.Fatalf("%T without its end decodes", want)
	}
}

func TestPlacesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.Uint64Range(1, 1<<62).Draw(t, "id")
		want := make([]Place, rapid.IntRange(1, defaultPlaces).Draw(t, "n"))
		for i := range want {
			want[i] = Place{ID: id, Conv: rapid.Uint64Min(1).Draw(t, "conv"), Seq: rapid.Uint64Min(1).Draw(t, "seq")}
			id += rapid.Uint64Range(1, 1<<40).Draw(t, "delta")
		}
		key := appendNumberKey(nil, prefixPlaces, want[len(want)-1].ID)
		var got []Place
		err := eachPlace(key, appendPlaces(nil, want), func(p Place) bool {
			got = append(got, p)
			return true
		})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v; want %+v", got, err, want)
		}
	})
}
