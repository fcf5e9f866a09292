package storage

import (
	"bytes"
	"testing"
)

// FuzzRecords holds every decoder against bytes from anywhere: it must not
// panic, and what it takes must be exactly what the encoder writes.
func FuzzRecords(f *testing.F) {
	for _, row := range rows() {
		f.Add(row[0], row[1])
	}
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

// rows are one row, key and value, of every kind.
func rows() [][2][]byte {
	msgs := []Message{
		{ID: 1 << 40, Seq: 7, From: "a", Content: []byte("hi")},
		{ID: 1<<40 + 1, Seq: 8, Time: 5, Type: "t", Flags: 1},
		{ID: 1<<40 + 2, Seq: 9, Time: 5, Event: true, Ref: 8, Extra: []byte("e"), Expires: 9},
	}
	places := []Place{{5, 1, 1}, {9, 300, 2}}
	token, user := Revocation{TokenID: "t", Before: 1}, Revocation{User: "u", Until: 2}
	return [][2][]byte{
		{appendRunKey(nil, 1, 9), appendRun(nil, 5, msgs)},
		{appendNumberKey(nil, prefixPlaces, 9), appendPlaces(nil, places)},
		{appendDuplicateKey(nil, 1, "a", "c"), appendDuplicate(nil, Duplicate{1, 2, 3})},
		{appendTextKey(nil, prefixConversation, "c"), appendConversation(nil, Conversation{Num: 3})},
		{appendNumberKey(nil, prefixGroup, 1), appendGroup(nil, &Group{ID: "g", Name: "n", Owner: "o", Announcement: "a"})},
		{appendMemberKey(nil, 1, "u"), appendMember(nil, &Member{Role: 2})},
		{appendSessionKey(nil, "u", 1), appendSession(nil, &Session{AckSeq: 300, Left: true})},
		{appendSessionKey(nil, "u", 2), appendSession(nil, &Session{AckSeq: 300, PinnedAt: 5})},
		{appendUserKey(nil, prefixRequest, 1, "u"), appendRequest(nil, &Request{By: "b", Text: "t", At: 5})},
		{appendUserKey(nil, prefixBan, 1, "u"), appendBan(nil, &Ban{By: "b", At: 5})},
		{appendBlockKey(nil, "u", "o"), appendBlock(nil, Block{At: 5})},
		{appendReactionKey(nil, 1, 2, "u", "e"), appendReaction(nil, &Reaction{At: 5})},
		{appendExpiryKey(nil, Expiry{5, 1, 2}), []byte{expiryVersion}},
		{appendTextKey(nil, prefixLastSeen, "u"), appendLastSeen(nil, 5)},
		{appendRevocationKey(nil, &token), appendRevocation(nil, &token)},
		{appendRevocationKey(nil, &user), appendRevocation(nil, &user)},
		{appendAnswerKey(nil, 1, "u", "k"), appendAnswer(nil, &Answer{Fingerprint: 1, Body: []byte("b")})},
		{appendNumberKey(nil, prefixDissolving, 1), []byte{dissolvingVersion}},
		{appendDeskKey(nil, deskSession, "s"), appendDeskSession(nil, &deskFull)},
		{appendDeskKey(nil, deskSession, "t"), appendDeskSession(nil, &DeskSession{Conv: 1, Visitor: "v", State: DeskQueued, CreatedAt: 1})},
		{appendDeskKey(nil, deskAgent, "a"), appendDeskAgent(nil, &DeskAgent{Name: "n", Skills: []string{"", "k"}, Managed: true, CreatedAt: 5})},
		{appendDeskKey(nil, deskSkill, "k"), appendDeskSkill(nil, &DeskSkill{Name: "n", Fallback: "f", FallbackAfter: 5})},
		{appendDeskKey(nil, deskReply, "r"), appendDeskReply(nil, &DeskReply{Owner: "o", Title: "t", Text: "x", Skill: "k", UpdatedAt: 5})},
		{appendDeskKey(nil, deskVisitor, "v"), appendDeskVisitor(nil, &DeskVisitor{Name: "n", Attributes: []byte("{}"), User: "u", LastAgent: "a", Open: "s", SeenAt: 5, FullAt: 6})},
		{appendDeskKey(nil, deskMerge, "v"), appendString([]byte{deskMergeVersion}, "u")},
		{deskIndex{kind: deskOpen}.appendKey(nil, deskPlace{5, "s"}), []byte{deskIndexVersion}},
		{deskIndex{kind: deskCreated}.appendKey(nil, deskPlace{5, "s"}), []byte{deskIndexVersion}},
		{deskIndex{deskByAgent, "a"}.appendKey(nil, deskPlace{5, "s"}), []byte{deskIndexVersion}},
		{deskIndex{deskByVisitor, "v"}.appendKey(nil, deskPlace{5, "s"}), []byte{deskIndexVersion}},
		{deskIndex{deskByTag, "t"}.appendKey(nil, deskPlace{5, "s"}), []byte{deskIndexVersion}},
		{appendWebhookKey(nil, webhookEndpoint, "h"), appendWebhook(nil, &Webhook{URL: "http://h", Secret: []byte("s"), Events: []string{"message.*", "user.*"}, MaxBatch: 100, OfflineMembers: 500, CreatedAt: 5})},
		{appendWebhookKey(nil, webhookEndpoint, "p"), appendWebhook(nil, &Webhook{URL: "u", Secret: []byte("s"), Events: []string{"e"}, MaxBatch: 1, Paused: true})},
		{appendWebhookKey(nil, webhookCursor, "h"), appendWebhookCursor(nil, &WebhookCursor{Log: 1 << 40, Presence: 1 << 50, Delivered: 9})},
		{appendWebhookKey(nil, webhookCursor, "i"), appendWebhookCursor(nil, &WebhookCursor{Log: 1 << 40, Dead: 300})},
		{appendWebhookDeadKey(nil, "h", 1), appendWebhookDead(nil, &WebhookDead{Entry: 1 << 40, Type: "message.created", Reason: "500", FirstAt: 5, At: 6, Again: true})},
		{appendWebhookDeadKey(nil, "h", 2), appendWebhookDead(nil, &WebhookDead{Change: WebhookPresence{Number: 7, User: "u", State: WebhookOnline, At: 5}, Type: "user.online"})},
		{appendWebhookPresenceKey(nil, 7), appendWebhookChange([]byte{webhookPresenceVersion}, &WebhookPresence{User: "u", At: 5})},
		{appendWebhookPresenceKey(nil, 8), appendWebhookChange([]byte{webhookPresenceVersion}, &WebhookPresence{State: WebhookStarted, At: 5})},
		{appendNumberKey(nil, prefixDataKey, 1), appendDataKey(nil, newDataKey(1, "a", testKey("a").Secret, true), testKey("a"))},
	}
}

// reencode decodes a row and encodes what it got.
func reencode(key, value []byte) (again []byte, ok bool) {
	if len(key) == 0 {
		return nil, false
	}
	switch key[0] {
	case prefixRun:
		return encodeAgain(key, value, decodePlainRun, func(r Run) []byte { return appendRun(nil, r.Base, r.Messages) })
	case prefixPlaces:
		return encodeAgain(key, value, decodePlaces, func(p []Place) []byte { return appendPlaces(nil, p) })
	case prefixDuplicate:
		return encodeAgain(key, value, decodeDuplicate, func(d Duplicate) []byte { return appendDuplicate(nil, d) })
	case prefixConversation:
		return encodeAgain(key, value, decodeConversation, func(c Conversation) []byte { return appendConversation(nil, c) })
	case prefixGroup:
		return encodeAgain(key, value, decodeGroup, func(g Group) []byte { return appendGroup(nil, &g) })
	case prefixMember:
		return encodeAgain(key, value, decodeMember, func(m Member) []byte { return appendMember(nil, &m) })
	case prefixSession:
		return encodeAgain(key, value, decodeSession, func(s Session) []byte { return appendSession(nil, &s) })
	}
	return reencodeMore(key, value)
}

func reencodeMore(key, value []byte) (again []byte, ok bool) {
	switch key[0] {
	case prefixRequest:
		return encodeAgain(key, value, decodeRequest, func(r Request) []byte { return appendRequest(nil, &r) })
	case prefixBan:
		return encodeAgain(key, value, decodeBan, func(b Ban) []byte { return appendBan(nil, &b) })
	case prefixBlock:
		return encodeAgain(key, value, decodeBlock, func(b Block) []byte { return appendBlock(nil, b) })
	case prefixReaction:
		return encodeAgain(key, value, decodeReaction, func(r Reaction) []byte { return appendReaction(nil, &r) })
	case prefixExpiry:
		return encodeAgain(key, value, decodeExpiry, func(Expiry) []byte { return []byte{expiryVersion} })
	case prefixLastSeen:
		return encodeAgain(key, value, decodeLastSeen, func(at int64) []byte { return appendLastSeen(nil, at) })
	case prefixRevocation:
		return encodeAgain(key, value, decodeRevocation, func(r Revocation) []byte { return appendRevocation(nil, &r) })
	case prefixAnswer:
		return encodeAgain(key, value, decodeAnswer, func(a Answer) []byte { return appendAnswer(nil, &a) })
	case prefixDataKey:
		return encodeAgain(key, value, decodeDataKey, func(r dataKeyRow) []byte {
			return appendString(appendDataKeyHeader(nil, r.flags, r.master), r.box)
		})
	case prefixDissolving:
		return encodeAgain(key, value, decodeDissolving, func(uint64) []byte { return []byte{dissolvingVersion} })
	case prefixDesk:
		return reencodeDesk(key, value)
	case prefixWebhook:
		return reencodeWebhook(key, value)
	}
	return nil, false
}

func encodeAgain[T any](key, value []byte, decode func(key, value []byte) (T, error), encode func(T) []byte) ([]byte, bool) {
	record, err := decode(key, value)
	if err != nil {
		return nil, false
	}
	return encode(record), true
}

func decodePlaces(key, value []byte) (places []Place, err error) {
	err = eachPlace(key, value, func(p Place) bool { places = append(places, p); return true })
	return places, err
}

// What isn't whole, or has something after it, or is of another version, is
// taken of no record.
func TestDecodersReject(t *testing.T) {
	for _, row := range rows() {
		key, value := row[0], row[1]
		if again, ok := reencode(key, value); !ok || !bytes.Equal(again, value) {
			t.Errorf("%s: %x is taken for %x", describeKey(key), value, again)
		}
		other := bytes.Clone(value)
		other[0]++
		for name, bad := range map[string][]byte{
			"cut": value[:len(value)-1], "longer": append(bytes.Clone(value), 0), "other version": other,
		} {
			if _, ok := reencode(key, bad); ok {
				t.Errorf("%s: taken although %s", describeKey(key), name)
			}
		}
		if _, ok := reencode(key[:1], value); ok {
			t.Errorf("%s: taken with a key cut short", describeKey(key))
		}
	}
}
