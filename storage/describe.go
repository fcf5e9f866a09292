package storage

import (
	"fmt"
	"strconv"
)

// describeKey names a record for people.
func describeKey(key []byte) string {
	for _, describe := range []func([]byte) string{
		describeNumbers, describeUser, describeDay, describeMore, describeDesk, describeWebhook,
	} {
		if name := describe(key); name != "" {
			return name
		}
	}
	return fmt.Sprintf("key %q", key)
}

func describeNumbers(key []byte) string {
	if conv, seq, ok := splitRunKey(key); ok {
		return fmt.Sprintf("run conv=%d last=%d", conv, seq)
	}
	if e, ok := splitExpiryKey(key); ok {
		return fmt.Sprintf("expiry at=%d conv=%d seq=%d", e.At, e.Conv, e.Seq)
	}
	for _, p := range []struct {
		prefix byte
		name   string
	}{
		{prefixPlaces, "places last"}, {prefixNumber, "number"},
		{prefixGroup, "group conv"}, {prefixDissolving, "dissolving conv"},
		{prefixDataKey, "data key number"},
	} {
		if n, ok := splitNumberKey(key, p.prefix); ok {
			return fmt.Sprintf("%s=%d", p.name, n)
		}
	}
	return ""
}

func describeUser(key []byte) string {
	for _, p := range []struct {
		prefix byte
		name   string
	}{{prefixMember, "member"}, {prefixRequest, "request"}, {prefixBan, "ban"}} {
		if conv, user, ok := splitUserKey(key, p.prefix); ok {
			return fmt.Sprintf("%s conv=%d user=%q", p.name, conv, user)
		}
	}
	return ""
}

func describeDay(key []byte) string {
	if day, sender, cid, ok := splitDayKey(key, prefixDuplicate); ok {
		return fmt.Sprintf("duplicate day=%d sender=%q cid=%q", day, sender, cid)
	}
	if day, user, name, ok := splitDayKey(key, prefixAnswer); ok {
		return fmt.Sprintf("answer day=%d user=%q key=%q", day, user, name)
	}
	return ""
}

func describeMore(key []byte) string {
	if user, conv, ok := splitSessionKey(key); ok {
		return fmt.Sprintf("session user=%q conv=%d", user, conv)
	}
	if user, other, ok := splitBlockKey(key); ok {
		return fmt.Sprintf("block user=%q other=%q", user, other)
	}
	if conv, seq, user, emoji, ok := splitReactionKey(key); ok {
		return fmt.Sprintf("reaction conv=%d seq=%d user=%q emoji=%q", conv, seq, user, emoji)
	}
	return ""
}

func describeDesk(key []byte) string {
	for _, p := range []struct {
		kind byte
		name string
	}{
		{deskSession, "session"}, {deskAgent, "agent"}, {deskSkill, "skill"},
		{deskReply, "reply"}, {deskVisitor, "visitor"}, {deskMerge, "merge"},
	} {
		if name, ok := splitDeskKey(key, p.kind); ok {
			return fmt.Sprintf("desk %s %q", p.name, name)
		}
	}
	x, place, ok := splitDeskIndex(key)
	if !ok {
		return ""
	}
	index := map[byte]string{
		deskOpen: "open", deskCreated: "created", deskByAgent: "agent=", deskByVisitor: "visitor=", deskByTag: "tag=",
	}[x.kind]
	if x.named() {
		index += strconv.Quote(x.of)
	}
	return fmt.Sprintf("desk index %s time=%d session=%q", index, place.at, place.id)
}

func describeWebhook(key []byte) string {
	for _, p := range []struct {
		kind byte
		name string
	}{{webhookEndpoint, "webhook"}, {webhookCursor, "webhook cursor"}} {
		if name, ok := splitWebhookKey(key, p.kind); ok {
			return fmt.Sprintf("%s %q", p.name, name)
		}
	}
	if name, number, ok := splitWebhookDeadKey(key); ok {
		return fmt.Sprintf("dead letter webhook=%q number=%d", name, number)
	}
	if number, ok := splitWebhookPresenceKey(key); ok {
		return fmt.Sprintf("presence number=%d", number)
	}
	return ""
}
