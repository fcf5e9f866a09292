package wire

import (
	"fmt"
	"strings"
	"testing"
)

// list returns a JSON list of n ids.
func list(n int) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf(`"u%d"`, i)
	}
	return "[" + strings.Join(ids, ",") + "]"
}

// names returns what list(n) is read as.
func names(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("u%d", i)
	}
	return ids
}

var acceptedRare = []decoded{
	{`{"type":"send","group_id":"7","content":"x","mentions":["2", 3 ,"\u0061"]}`,
		Request{Verb: VerbSend, GroupID: "7", Content: content(`"x"`), Mentions: []string{"2", "3", "a"}}},
	{`{"type":"send","group_id":"7","content":"x","mentions":"all","reply_to":"123456789012345678","ttl_s":31536000}`,
		Request{Verb: VerbSend, GroupID: "7", Content: content(`"x"`), MentionAll: true, ReplyTo: 123456789012345678, TTL: MaxTTL}},
	{`{"type":"send","to":"2","content":"x","mentions":[],"reply_to":9223372036854775807,"ttl_s":1}`,
		Request{Verb: VerbSend, To: "2", Content: content(`"x"`), ReplyTo: MaxMessageID, TTL: 1}},
	{`{"type":"send","to":"2","content":"x","mentions":null,"reply_to":null,"ttl_s":null}`,
		Request{Verb: VerbSend, To: "2", Content: content(`"x"`)}},
	{`{"type":"chat","to":"2","content":"x","mentions":` + list(MaxMentions) + `}`,
		Request{Verb: VerbSend, To: "2", Content: content(`"x"`), Mentions: names(MaxMentions)}},
	{`{"type":"send","to":"2","content":"x","id":[],"emoji":1,"remove":2,"cursor":3,"users":4,"watch":5}`,
		Request{Verb: VerbSend, To: "2", Content: content(`"x"`)}},

	{`{"type":"read","cid":"r","conv_id":"group_7","seq":42}`,
		Request{Verb: VerbRead, CID: "r", ConvID: "group_7", Seq: 42}},
	{`{"type":"read","conv_id":"single_1:2","ids":["5",6]}`,
		Request{Verb: VerbRead, ConvID: "single_1:2", IDs: []uint64{5, 6}}},
	{`{"type":"read","msg_id":7}`, Request{Verb: VerbRead, IDs: []uint64{7}}},

	{`{"type":"recall","cid":"c","id":"123456789012345678"}`,
		Request{Verb: VerbRecall, CID: "c", ID: 123456789012345678}},
	{`{"type":"recall","msg_id":5}`, Request{Verb: VerbRecall, ID: 5}},
	{`{"type":"recall","ids":["5"]}`, Request{Verb: VerbRecall, ID: 5}},
	{`{"type":"recall","id":5,"msg_id":"5","ids":[5]}`, Request{Verb: VerbRecall, ID: 5}},
	{`{"type":"recall","id":null,"ids":[],"msg_id":"5"}`, Request{Verb: VerbRecall, ID: 5}},

	{`{"type":"edit","id":"5","content":"better"}`,
		Request{Verb: VerbEdit, ID: 5, Content: content(`"better"`)}},
	{`{"type":"edit","cid":"e","id":5,"content": {"a" : 1} ,"content_type":"card"}`,
		Request{Verb: VerbEdit, CID: "e", ID: 5, Content: content(`{"a" : 1}`), ContentType: "card"}},
	{`{"type":"edit","id":5,"content":null,"content_type":"text"}`,
		Request{Verb: VerbEdit, ID: 5, Content: content(`null`)}},

	{`{"type":"react","id":"5","emoji":"👍"}`, Request{Verb: VerbReact, ID: 5, Emoji: "👍"}},
	{`{"type":"react","id":"5","emoji":"\ud83d\udc4d","remove":true}`,
		Request{Verb: VerbReact, ID: 5, Emoji: "👍", Remove: true}},
	{`{"type":"react","id":"5","emoji":"+1","remove":false}`, Request{Verb: VerbReact, ID: 5, Emoji: "+1"}},
	{`{"type":"react","id":"5","emoji":"` + strings.Repeat("👍", 16) + `"}`,
		Request{Verb: VerbReact, ID: 5, Emoji: strings.Repeat("👍", 16)}},

	{`{"type":"conversations"}`, Request{Verb: VerbConversations, Limit: ConversationsLimit}},
	{`{"type":"conversations","cursor":null,"limit":null}`, Request{Verb: VerbConversations, Limit: ConversationsLimit}},
	{`{"type":"conversations","cid":"l","limit":200,"cursor":"` + strings.Repeat("c", MaxCursorLen) + `"}`,
		Request{Verb: VerbConversations, CID: "l", Limit: MaxConversationsLimit, After: strings.Repeat("c", MaxCursorLen)}},

	{`{"type":"typing","to":2}`, Request{Verb: VerbTyping, To: "2"}},
	{`{"type":"typing","group_id":"7"}`, Request{Verb: VerbTyping, GroupID: "7"}},
	{`{"type":"typing","conv_id":"service_s"}`, Request{Verb: VerbTyping, ConvID: "service_s"}},

	{`{"type":"presence","users":["2",3]}`, Request{Verb: VerbPresence, Users: []string{"2", "3"}}},
	{`{"type":"presence","cid":"p","users":["2"],"watch":true}`,
		Request{Verb: VerbPresence, CID: "p", Users: []string{"2"}, Watch: true, HasWatch: true}},
	{`{"type":"presence","users":[],"watch":false}`, Request{Verb: VerbPresence, HasWatch: true}},
	{`{"type":"presence","watch":false}`, Request{Verb: VerbPresence, HasWatch: true}},
	{`{"type":"presence","users":["2"],"watch":null}`, Request{Verb: VerbPresence, Users: []string{"2"}}},
	{`{"type":"presence","users":` + list(MaxPresenceUsers) + `}`,
		Request{Verb: VerbPresence, Users: names(MaxPresenceUsers)}},

	{`{"type":"agent","status":"online"}`, Request{Verb: VerbAgent, Status: AgentOnline}},
	{`{"type":"agent","cid":"a","status":"busy","max_sessions":0}`,
		Request{Verb: VerbAgent, CID: "a", Status: AgentBusy, HasMaxSessions: true}},
	{`{"type":"agent","status":null,"max_sessions":1000}`, Request{Verb: VerbAgent, MaxSessions: MaxAgentSessions, HasMaxSessions: true}},
	{`{"type":"agent","status":"offline","max_sessions":null}`, Request{Verb: VerbAgent, Status: AgentOffline}},
}

var refusedRare = []refusal{
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":"ALL"}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":"2"}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":2}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":true}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":{"2":1}}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":["a b"]}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":[""]}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":[null]}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":[1.5]}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":[["2"]]}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","mentions":` + list(MaxMentions+1) + `}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","reply_to":0}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","reply_to":""}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","reply_to":"m1"}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","reply_to":["1"]}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","reply_to":"9223372036854775808"}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","ttl_s":0}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","ttl_s":-1}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","ttl_s":1.5}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","ttl_s":"60"}`},
	{ReasonBadRequest, `{"type":"send","to":"2","content":"x","ttl_s":31536001}`},

	{ReasonBadRequest, `{"type":"read"}`},
	{ReasonBadRequest, `{"type":"read","seq":1}`},
	{ReasonBadRequest, `{"type":"read","conv_id":"group_7"}`},
	{ReasonBadRequest, `{"type":"read","conv_id":"group_7","seq":1,"ids":["1"]}`},
	{ReasonBadRequest, `{"type":"read","ids":[` + strings.Repeat("1,", MaxAckIDs) + `1]}`},

	{ReasonBadRequest, `{"type":"recall"}`},
	{ReasonBadRequest, `{"type":"recall","id":null}`},
	{ReasonBadRequest, `{"type":"recall","id":0}`},
	{ReasonBadRequest, `{"type":"recall","id":"01"}`},
	{ReasonBadRequest, `{"type":"recall","id":true}`},
	{ReasonBadRequest, `{"type":"recall","id":{}}`},
	{ReasonBadRequest, `{"type":"recall","id":9223372036854775808}`},
	{ReasonBadRequest, `{"type":"recall","id":"1","msg_id":"2"}`},
	{ReasonBadRequest, `{"type":"recall","ids":[]}`},
	{ReasonBadRequest, `{"type":"recall","ids":["1","2"]}`},
	{ReasonBadRequest, `{"type":"recall","ids":["1","1"]}`},
	{ReasonBadRequest, `{"type":"recall","ids":"1"}`},
	{ReasonBadRequest, `{"type":"recall","conv_id":"group_7","seq":1}`},

	{ReasonBadRequest, `{"type":"edit","id":"1"}`},
	{ReasonBadRequest, `{"type":"edit","content":"x"}`},
	{ReasonBadRequest, `{"type":"edit","id":"x","content":"x"}`},
	{ReasonBadRequest, `{"type":"edit","id":"1","content":"x","content_type":7}`},
	{ReasonBadRequest, `{"type":"edit","id":"1","content":"x","content_type":"a\u0000"}`},
	{ReasonBadRequest, `{"type":"edit","id":"1","content":"x","content_type":"` + strings.Repeat("t", 65) + `"}`},

	{ReasonBadRequest, `{"type":"react","id":"1"}`},
	{ReasonBadRequest, `{"type":"react","emoji":"👍"}`},
	{ReasonBadRequest, `{"type":"react","id":"1","emoji":""}`},
	{ReasonBadRequest, `{"type":"react","id":"1","emoji":null}`},
	{ReasonBadRequest, `{"type":"react","id":"1","emoji":1}`},
	{ReasonBadRequest, `{"type":"react","id":"1","emoji":["👍"]}`},
	{ReasonBadRequest, `{"type":"react","id":"1","emoji":"a\u0000"}`},
	{ReasonBadRequest, `{"type":"react","id":"1","emoji":"a\nb"}`},
	{ReasonBadRequest, `{"type":"react","id":"1","emoji":"` + strings.Repeat("👍", 17) + `"}`},
	{ReasonBadRequest, `{"type":"react","id":"1","emoji":"👍","remove":1}`},
	{ReasonBadRequest, `{"type":"react","id":"1","emoji":"👍","remove":"true"}`},

	{ReasonBadRequest, `{"type":"conversations","limit":0}`},
	{ReasonBadRequest, `{"type":"conversations","limit":201}`},
	{ReasonBadRequest, `{"type":"conversations","limit":"20"}`},
	{ReasonBadRequest, `{"type":"conversations","cursor":7}`},
	{ReasonBadRequest, `{"type":"conversations","cursor":"` + strings.Repeat("c", MaxCursorLen+1) + `"}`},

	{ReasonBadRequest, `{"type":"typing"}`},
	{ReasonBadRequest, `{"type":"typing","to":"a b"}`},
	{ReasonBadRequest, `{"type":"typing","to":"2","group_id":"7"}`},
	{ReasonBadRequest, `{"type":"typing","conv_id":"7"}`},

	{ReasonBadRequest, `{"type":"presence"}`},
	{ReasonBadRequest, `{"type":"presence","users":[]}`},
	{ReasonBadRequest, `{"type":"presence","users":"2"}`},
	{ReasonBadRequest, `{"type":"presence","users":{"2":true}}`},
	{ReasonBadRequest, `{"type":"presence","users":["a b"]}`},
	{ReasonBadRequest, `{"type":"presence","users":[null]}`},
	{ReasonBadRequest, `{"type":"presence","users":["2",true]}`},
	{ReasonBadRequest, `{"type":"presence","users":["2"],"watch":"yes"}`},
	{ReasonBadRequest, `{"type":"presence","users":["2"],"watch":1}`},
	{ReasonBadRequest, `{"type":"presence","watch":null}`},
	{ReasonBadRequest, `{"type":"presence","users":` + list(MaxPresenceUsers+1) + `}`},

	{ReasonBadRequest, `{"type":"agent"}`},
	{ReasonBadRequest, `{"type":"agent","status":null,"max_sessions":null}`},
	{ReasonBadRequest, `{"type":"agent","status":""}`},
	{ReasonBadRequest, `{"type":"agent","status":"ONLINE"}`},
	{ReasonBadRequest, `{"type":"agent","status":"away"}`},
	{ReasonBadRequest, `{"type":"agent","status":1}`},
	{ReasonBadRequest, `{"type":"agent","max_sessions":-1}`},
	{ReasonBadRequest, `{"type":"agent","max_sessions":1001}`},
	{ReasonBadRequest, `{"type":"agent","max_sessions":1.5}`},
	{ReasonBadRequest, `{"type":"agent","max_sessions":"5"}`},
	{ReasonBadRequest, `{"type":"agent","status":"online","max_sessions":18446744073709551616}`},
}

// Every verb's word is read as that verb, and a body needs no word at all.
func TestEveryVerb(t *testing.T) {
	for v := VerbSend; v <= VerbAgent; v++ {
		if verbOf(v.String()) != v {
			t.Errorf("%q is read as %q", v, verbOf(v.String()))
		}
	}
	if s := Verb(0).String() + (VerbAgent + 1).String(); s != "" || verbOf("") != 0 {
		t.Errorf("words of no verb: %q", s)
	}
	for _, c := range acceptedRare {
		body := strings.Replace(c.text, `"type":`, `"word":`, 1)
		var r Request
		if err := DecodeBody(c.want.Verb, []byte(body), &r); err != nil || r.Verb != c.want.Verb {
			t.Errorf("%.100s: %v", body, err)
		}
	}
}

// Every field has a name, and a name of its own.
func TestFieldNames(t *testing.T) {
	for f := fieldNone + 1; f < fieldCount; f++ {
		if fieldOf(f.name()) != f {
			t.Errorf("field %d has the name %q", f, f.name())
		}
	}
}

func TestCheckOfRareVerbs(t *testing.T) {
	many := make([]string, MaxPresenceUsers+1)
	for i := range many {
		many[i] = "u"
	}
	send := Request{Verb: VerbSend, To: "2", Content: []byte("1")}
	with := func(change func(*Request)) Request {
		r := send
		change(&r)
		return r
	}
	for _, bad := range []Request{
		with(func(r *Request) { r.Mentions = many[:MaxMentions+1] }),
		with(func(r *Request) { r.Mentions, r.MentionAll = many[:1], true }),
		with(func(r *Request) { r.Mentions = []string{"a", "b c"} }),
		with(func(r *Request) { r.ReplyTo = MaxMessageID + 1 }),
		with(func(r *Request) { r.TTL = MaxTTL + 1 }),
		{Verb: VerbRead, Seq: 1},
		{Verb: VerbRecall},
		{Verb: VerbRecall, ID: MaxMessageID + 1},
		{Verb: VerbEdit, ID: 1},
		{Verb: VerbReact, ID: 1, Emoji: "\xff"},
		{Verb: VerbConversations, Limit: -1},
		{Verb: VerbTyping},
		{Verb: VerbPresence, Users: many},
		{Verb: VerbAgent},
		{Verb: VerbAgent, Status: "Online"},
		{Verb: VerbAgent, MaxSessions: 5},
		{Verb: VerbAgent, MaxSessions: MaxAgentSessions + 1, HasMaxSessions: true},
		{Verb: VerbAgent + 1},
	} {
		if err := bad.Check(); err == nil {
			t.Errorf("%+v passes", bad)
		}
	}
	list := Request{Verb: VerbConversations}
	if err := list.Check(); err != nil || list.Limit != ConversationsLimit {
		t.Error(err, list.Limit)
	}
}
