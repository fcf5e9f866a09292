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
		id += rapid.Uint64Range(1, 1<<40).Draw(t, "delta")
	}
	return msgs
}

func TestRunRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rest := drawMessages(t)
		for len(rest) > 0 {
			n := runEnd(rest, rapid.IntRange(1, maxRunLen).Draw(t, "limit"))
			got, err := decodeRun(appendRunKey(nil, 1, rest[n-1].Seq), appendRun(nil, rest[:n]))
			if err != nil {
				t.Fatal(err)
			}
			if !equalMessages(got, rest[:n]) {
				t.Fatalf("got %+v, want %+v", got, rest[:n])
			}
			rest = rest[n:]
		}
	})
}

func decodeRun(key, value []byte) (msgs []Message, err error) {
	var r runDecoder
	if err := r.open(key, value); err != nil {
		return nil, err
	}
	for r.left > 0 {
		var m Message
		if err := r.next(&m); err != nil {
			return nil, err
		}
		msgs = append(msgs, m)
	}
	return msgs, nil
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
		x.Content, y.Content = nil, nil
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
		m := Member{
			User: user, Role: bytes8.Draw(t, "role"), JoinSeq: num(t, "join"), JoinedAt: rapid.Int64().Draw(t, "joined"),
			MutedUntil: rapid.Int64().Draw(t, "muted"), Flags: bytes8.Draw(t, "flags"),
		}
		wantSame(t, m, decodeMember, appendMemberKey(nil, num(t, "conv"), user), appendMember(nil, &m))
		g := Group{
			Conv: num(t, "conv"), ID: text.Draw(t, "id"), Name: rapid.String().Draw(t, "name"), Owner: user,
			MaxMembers: rapid.Uint32().Draw(t, "max"), Members: rapid.Uint32().Draw(t, "n"),
			CreatedAt: rapid.Int64().Draw(t, "created"), Flags: bytes8.Draw(t, "flags"),
		}
		wantSame(t, g, decodeGroup, appendNumberKey(nil, prefixGroup, g.Conv), appendGroup(nil, &g))
		d := Duplicate{num(t, "conv"), num(t, "seq"), num(t, "print")}
		wantSame(t, d, decodeDuplicate, appendDuplicateKey(nil, 1, user, "c"), appendDuplicate(nil, d))
		c := Conversation{Num: max(1, num(t, "conv")), ID: text.Draw(t, "id"), Kind: bytes8.Draw(t, "kind")}
		wantSame(t, c, decodeConversation, appendTextKey(nil, prefixConversation, c.ID), appendConversation(nil, c))
	})
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

// FuzzRecords holds every decoder against bytes from anywhere: it must not
// panic, and what it takes must be exactly what the encoder writes.
func FuzzRecords(f *testing.F) {
	msgs := []Message{{ID: 1 << 40, Seq: 7, From: "a", Content: []byte("hi")}, {ID: 1<<40 + 1, Seq: 8, Time: 5, Type: "t", Flags: 1}}
	places := []Place{{5, 1, 1}, {9, 300, 2}}
	f.Add(appendRunKey(nil, 1, 8), appendRun(nil, msgs))
	f.Add(appendNumberKey(nil, prefixPlaces, 9), appendPlaces(nil, places))
	f.Add(appendDuplicateKey(nil, 1, "a", "c"), appendDuplicate(nil, Duplicate{1, 2, 3}))
	f.Add(appendTextKey(nil, prefixConversation, "c"), appendConversation(nil, Conversation{Num: 3}))
	f.Add(appendNumberKey(nil, prefixGroup, 1), appendGroup(nil, &Group{ID: "g", Name: "n", Owner: "o"}))
	f.Add(appendMemberKey(nil, 1, "u"), appendMember(nil, &Member{Role: 2}))
	f.Add(appendSessionKey(nil, "u", 1), appendSession(nil, &Session{AckSeq: 300, Left: true}))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		if len(describeKey(key)) == 0 {
			t.Error("key without a description")
		}
		again, ok := reencode(key, value)
		if ok && !bytes.Equal(again, value) {
			t.Errorf("%s: %x is taken for %x", describeKey(key), value, again)
		}
	})
}

// reencode decodes a row and encodes what it got.
func reencode(key, value []byte) (again []byte, ok bool) {
	if len(key) == 0 {
		return nil, false
	}
	var err error
	switch key[0] {
	case prefixRun:
		var msgs []Message
		if msgs, err = decodeRun(key, value); err == nil {
			again = appendRun(nil, msgs)
		}
	case prefixPlaces:
		var places []Place
		err = eachPlace(key, value, func(p Place) bool { places = append(places, p); return true })
		if err == nil {
			again = appendPlaces(nil, places)
		}
	case prefixDuplicate:
		var d Duplicate
		d, err = decodeDuplicate(key, value)
		again = appendDuplicate(nil, d)
	case prefixConversation:
		var c Conversation
		c, err = decodeConversation(key, value)
		again = appendConversation(nil, c)
	case prefixGroup:
		var g Group
		g, err = decodeGroup(key, value)
		again = appendGroup(nil, &g)
	case prefixMember:
		var m Member
		m, err = decodeMember(key, value)
		again = appendMember(nil, &m)
	case prefixSession:
		var s Session
		s, err = decodeSession(key, value)
		again = appendSession(nil, &s)
	default:
		return nil, false
	}
	return again, err == nil
}
