package wire

import "testing"

var encodedEvents = []golden{
	{AppendChat(nil, &Chat{ID: 5, ConvID: "group_7", Seq: 9, From: "1", GroupID: "7", Content: []byte(`1`), ContentType: "image", Time: 3,
		Expires: 60003, Edited: true, Recalled: true, Expired: true, Extra: Extra(nil).ID("reply_to", 4).Uint("reply_seq", 8)}),
		`{"type":"chat","id":"5","conv_id":"group_7","seq":9,"from":"1","group_id":"7","content":1,"content_type":"image","time":3,` +
			`"expires_at":60003,"edited":true,"recalled":true,"expired":true,"reply_to":"4","reply_seq":8}`},
	{AppendChat(nil, &Chat{ID: 5, ConvID: "single_1:2", Seq: 9, From: "1", To: "2", Content: []byte(`"x"`), Time: 3, Edited: true}),
		`{"type":"chat","id":"5","conv_id":"single_1:2","seq":9,"from":"1","to":"2","content":"x","time":3,"edited":true}`},
	{AppendChat(nil, &Chat{ID: 5, ConvID: "single_1:2", Seq: 9, From: "1", To: "2", Content: []byte(`null`), Time: 3, Recalled: true}),
		`{"type":"chat","id":"5","conv_id":"single_1:2","seq":9,"from":"1","to":"2","content":null,"time":3,"recalled":true}`},
	{AppendChat(nil, &Chat{ID: 5, ConvID: "single_1:2", Seq: 9, From: "1", To: "2", Content: []byte(`null`), Time: 3, Expired: true, Expires: 4}),
		`{"type":"chat","id":"5","conv_id":"single_1:2","seq":9,"from":"1","to":"2","content":null,"time":3,"expires_at":4,"expired":true}`},
	{AppendChat(nil, &Chat{ID: 5, ConvID: "group_7", Seq: 9, From: "1", GroupID: "7", Content: []byte(`1`), Time: 3, Extra: Extra(nil).Texts("mentions", []string{"2", "3"})}),
		`{"type":"chat","id":"5","conv_id":"group_7","seq":9,"from":"1","group_id":"7","content":1,"time":3,"mentions":["2","3"]}`},

	{AppendEvent(nil, &Event{Word: EventGroup, Extra: Extra(nil).Text("event", GroupJoined).Text("user_id", "3"),
		ConvID: "group_7", GroupID: "7", From: "1", ID: 123456789012345678, Seq: 9, Time: 1764000000000}),
		`{"type":"group","event":"joined","user_id":"3","group_id":"7","by":"1","id":"123456789012345678","conv_id":"group_7","seq":9,"time":1764000000000}`},
	{AppendEvent(nil, &Event{Word: EventGroup, Extra: Extra(nil).Text("event", GroupCreated).Texts("user_ids", []string{"3", "4"}).Text("name", `"n"`),
		ConvID: "group_7", GroupID: "7", From: "1", ID: 2, Seq: 1, Time: 3}),
		`{"type":"group","event":"created","user_ids":["3","4"],"name":"\"n\"","group_id":"7","by":"1","id":"2","conv_id":"group_7","seq":1,"time":3}`},
	{AppendEvent(nil, &Event{Word: EventRecall, Extra: Extra(nil).ID("id", 123456789012345678), ConvID: "single_1:2", From: "1", ID: 9, Seq: 57, Ref: 42, Time: 3}),
		`{"type":"recall","id":"123456789012345678","conv_id":"single_1:2","seq":42,"from":"1","event_seq":57,"time":3}`},
	{AppendEvent(nil, &Event{Word: EventEdit, Extra: Extra(nil).ID("id", 5), Content: []byte(`{"a": 1}`), ConvID: "group_7", GroupID: "7", From: "1", ID: 9, Seq: 57, Ref: 42, Time: 3}),
		`{"type":"edit","id":"5","conv_id":"group_7","seq":42,"from":"1","content":{"a": 1},"event_seq":57,"time":3}`},
	{AppendEvent(nil, &Event{Word: EventReaction, Extra: Extra(nil).ID("id", 5).Text("emoji", "👍").Text("op", ReactionAdd), ConvID: "group_7", From: "2", ID: 9, Seq: 57, Ref: 42, Time: 3}),
		`{"type":"reaction","id":"5","emoji":"👍","op":"add","conv_id":"group_7","seq":42,"from":"2","event_seq":57,"time":3}`},
	{AppendEvent(nil, &Event{Word: EventRecall, ConvID: "group_7", From: "2", Seq: 57, Ref: 42, Time: 3}),
		`{"type":"recall","conv_id":"group_7","seq":42,"from":"2","event_seq":57,"time":3}`},

	{AppendEvent(nil, &Event{Word: EventSession, Extra: Extra(nil).Text("event", SessionAssigned).Text("agent_id", "4"),
		ConvID: "service_s", SessionID: "s", From: "1", ID: 123456789012345678, Seq: 9, Time: 3}),
		`{"type":"session","event":"assigned","agent_id":"4","session_id":"s","from":"1","id":"123456789012345678","conv_id":"service_s","seq":9,"time":3}`},
	{AppendEvent(nil, &Event{Word: EventRecall, Extra: Extra(nil).ID("id", 5), ConvID: "service_s", SessionID: "s", From: "2", ID: 9, Seq: 57, Ref: 42, Time: 3}),
		`{"type":"recall","id":"5","conv_id":"service_s","seq":42,"from":"2","event_seq":57,"time":3}`},

	{AppendQueue(nil, "service_s", "s", 2, 75), `{"type":"queue","conv_id":"service_s","session_id":"s","position":2,"waiting_s":75}`},
	{AppendAgent(nil, "4", AgentBusy, true, 3, 0),
		`{"type":"agent","user_id":"4","status":"busy","connected":true,"sessions":3,"max_sessions":0}`},
	{AppendDesk(nil, DeskWaiting, Extra(nil).Uint("waiting", 3)), `{"type":"desk","event":"waiting","waiting":3}`},
	{AppendDesk(nil, DeskWaiting, nil), `{"type":"desk","event":"waiting"}`},

	{AppendRead(nil, "single_1:2", "2", 42, []uint64{123456789012345678, 5}, 1764000000000),
		`{"type":"read","conv_id":"single_1:2","user_id":"2","seq":42,"ids":["123456789012345678","5"],"time":1764000000000}`},
	{AppendRead(nil, "group_7", "2", 42, nil, 3),
		`{"type":"read","conv_id":"group_7","user_id":"2","seq":42,"time":3}`},
	{AppendTyping(nil, "group_7", "1"), `{"type":"typing","conv_id":"group_7","from":"1"}`},
	{AppendPresence(nil, "p", []UserState{{User: "2", Online: true, LastSeen: 7}, {User: "3", LastSeen: 1764000000000}, {User: "4"}, {User: "5", LastSeen: 6}}),
		`{"type":"presence","cid":"p","users":{"2":"online","3":"offline","4":"offline","5":"offline"},"last_seen":{"3":1764000000000,"5":6}}`},
	{AppendPresence(nil, "", []UserState{{User: "2", Online: true}}), `{"type":"presence","users":{"2":"online"}}`},
	{AppendPresence(nil, "", nil), `{"type":"presence","users":{}}`},
	{append(AppendConversationsHead(nil, "l"), `"conversations":[]}`...), `{"type":"conversations","cid":"l","conversations":[]}`},
	{append(AppendConversationsHead(nil, ""), `"next":"n"}`...), `{"type":"conversations","next":"n"}`},
	{AppendConversationChanged(nil, "group_7", ConversationSettings{Pinned: true, ClearedSeq: 9}),
		`{"type":"conversation","conv_id":"group_7","pinned":true,"muted":false,"hidden":false,"cleared_seq":9}`},
	{AppendConversationChanged(nil, "group_7", ConversationSettings{Muted: true, Hidden: true}),
		`{"type":"conversation","conv_id":"group_7","pinned":false,"muted":true,"hidden":true,"cleared_seq":0}`},
	{AppendSynced(nil, "", []Synced{{ConvID: "group_7", Gone: true}, {ConvID: "group_8", Seq: 1}}),
		`{"type":"synced","convs":{"group_7":{"seq":0,"has_more":false,"gone":true},"group_8":{"seq":1,"has_more":false}}}`},
}

func TestExtra(t *testing.T) {
	room := make([]byte, 0, 64)
	for _, c := range []struct {
		got  Extra
		want string
	}{
		{nil, ``},
		{Extra(nil).Text("name", "a\"b\n"), `"name":"a\"b\n"`},
		{Extra(room).Texts("mentions", nil), `"mentions":[]`},
		{Extra(nil).Text("mentions", "all").Bool("open", true).Bool("muted", false), `"mentions":"all","open":true,"muted":false`},
		{Extra(nil).ID("reply_to", MaxMessageID).Uint("reply_seq", MaxSeq), `"reply_to":"9223372036854775807","reply_seq":9007199254740991`},
		{Extra(nil).Texts("user_ids", []string{"3", "\xff"}).Uint("n", 0), `"user_ids":["3","\ufffd"],"n":0`},
	} {
		if string(c.got) != c.want || !sound([]byte("{"+string(c.got)+"}")) {
			t.Errorf("\n got %s\nwant %s", c.got, c.want)
		}
	}
}
