package wire

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// The documents that these tests hold up to date.
const (
	protocolDoc = "../../docs/protocol.md"
	asyncDoc    = "../../docs/asyncapi.yaml"
)

// asyncAPI is what docs/asyncapi.yaml says that a client and the server send.
type asyncAPI struct {
	root           map[string]any
	client, server map[string]*asyncMessage
}

// asyncMessage is a message of the document.
type asyncMessage struct {
	schema *jsonschema.Schema
	types  []string // the values that its type may have
	fields map[string]any
	seen   map[string]bool // fields that a checked text had
}

// readAsyncAPI compiles the document. Its schemas are open, for clients of later
// servers; here they are closed, so that a key that is not described is a fault.
func readAsyncAPI(t *testing.T) *asyncAPI {
	var doc any
	if err := yaml.Unmarshal(readDoc(t, asyncDoc), &doc); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if doc, err = jsonschema.UnmarshalJSON(bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource(asyncDoc, doc); err != nil {
		t.Fatal(err)
	}
	a := &asyncAPI{root: doc.(map[string]any), client: map[string]*asyncMessage{}, server: map[string]*asyncMessage{}}
	for _, op := range a.root["operations"].(map[string]any) {
		a.readOperation(t, c, op.(map[string]any))
	}
	return a
}

func readDoc(t *testing.T, name string) []byte {
	text, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		_, hasFields := v["properties"]
		if _, said := v["additionalProperties"]; hasFields && !said && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		for _, e := range v {
			closeObjects(e)
		}
	case []any:
		for _, e := range v {
			closeObjects(e)
		}
	}
}

// readOperation notes who sends an operation's messages: the document's actions
// are the server's.
func (a *asyncAPI) readOperation(t *testing.T, c *jsonschema.Compiler, op map[string]any) {
	asked, answered := a.client, a.server
	if op["action"] == "send" {
		asked = a.server
	}
	a.readMessages(t, c, op["messages"], asked)
	if reply, ok := op["reply"].(map[string]any); ok {
		a.readMessages(t, c, reply["messages"], answered)
	}
}

func (a *asyncAPI) readMessages(t *testing.T, c *jsonschema.Compiler, list any, to map[string]*asyncMessage) {
	for _, ref := range list.([]any) {
		m := a.follow(a.follow(ref))
		name := m["name"].(string)
		if to[name] != nil || m["contentType"] == "text/plain" {
			continue
		}
		schema, err := c.Compile(asyncDoc + m["payload"].(map[string]any)["$ref"].(string))
		if err != nil {
			t.Fatal(err)
		}
		fields := a.follow(m["payload"])["properties"].(map[string]any)
		to[name] = &asyncMessage{schema: schema, types: valuesOf(fields["type"]), fields: fields, seen: map[string]bool{}}
	}
}

// follow returns what a reference points to; what is none is returned as it is.
func (a *asyncAPI) follow(v any) map[string]any {
	m := v.(map[string]any)
	ref, ok := m["$ref"].(string)
	if !ok {
		return m
	}
	at := a.root
	for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		at = at[step].(map[string]any)
	}
	return at
}

// valuesOf returns what a schema with const or enum lets through.
func valuesOf(schema any) (values []string) {
	m, _ := schema.(map[string]any)
	if one, ok := m["const"].(string); ok {
		return []string{one}
	}
	list, _ := m["enum"].([]any)
	for _, v := range list {
		if s, ok := v.(string); ok {
			values = append(values, s)
		}
	}
	return values
}

// check wants that exactly one of the messages with the text's type fits it.
func check(t *testing.T, where string, messages map[string]*asyncMessage, text string) {
	t.Helper()
	if !sound([]byte(text)) {
		t.Errorf("%s: not sound JSON: %s", where, text)
		return
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	m := v.(map[string]any)
	word, _ := m["type"].(string)
	var faults []error
	fits := 0
	for _, message := range messages {
		if !slices.Contains(message.types, word) {
			continue
		}
		if err := message.schema.Validate(v); err != nil {
			faults = append(faults, err)
			continue
		}
		fits++
		for key := range m {
			message.seen[key] = true
		}
	}
	if fits != 1 {
		t.Errorf("%s: %d schemas fit %s\n%v", where, fits, text, faults)
	}
}

// example is a message in docs/protocol.md.
type example struct {
	text    string
	client  bool   // who sends it
	section string // the heading above it
	fenced  bool   // in a json fence: it is there to show this message
}

// examples finds the messages of the document. In a json fence each line is one,
// and the chapter says who sends it; in other fences an arrow does.
func examples(t *testing.T) (list []example) {
	chapter, section, fence := "", "", ""
	for line := range strings.Lines(string(readDoc(t, protocolDoc))) {
		line = strings.TrimSuffix(line, "\n")
		arrow, message, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "```") && fence == "":
			fence = line
		case line == "```":
			fence = ""
		case fence == "```json":
			if chapter != "Client → server" && chapter != "Server → client" {
				t.Errorf("who sends this, under %q? %s", chapter, line)
			}
			list = append(list, example{line, chapter == "Client → server", section, true})
		case fence != "":
			if strings.HasPrefix(message, "{") && (arrow == ">" || arrow == "<") {
				list = append(list, example{line[2:], arrow == ">", section, false})
			}
		case arrow == "##":
			chapter, section = message, ""
		case arrow == "###":
			section = message
		}
	}
	return list
}

// typeOf returns the type and the event of a sound message.
func typeOf(text string) (word, event string) {
	var m struct{ Type, Event string }
	_ = json.Unmarshal([]byte(text), &m)
	return m.Type, m.Event
}

func TestDocExamples(t *testing.T) {
	a := readAsyncAPI(t)
	shown := map[Verb]bool{}
	for _, e := range examples(t) {
		if !e.client {
			check(t, protocolDoc, a.server, e.text)
			continue
		}
		check(t, protocolDoc, a.client, e.text)
		var r Request
		if err := Decode([]byte(e.text), &r); err != nil {
			t.Errorf("%s: %v", e.text, err)
			continue
		}
		if e.fenced {
			shown[r.Verb] = true
			if older := e.section == "Older shapes" && r.Verb == VerbSend; r.Verb.String() != e.section && !older {
				t.Errorf("under %q, and read as %q: %s", e.section, r.Verb, e.text)
			}
		}
	}
	for v := VerbSend; v.String() != ""; v++ {
		if !shown[v] {
			t.Errorf("%s shows no %s", protocolDoc, v)
		}
	}
}

// TestDocServerExamples: every type, and every event, that the sources append is
// shown.
func TestDocServerExamples(t *testing.T) {
	types, events := map[string]bool{}, map[string]bool{}
	for _, e := range examples(t) {
		if word, event := typeOf(e.text); e.fenced && !e.client {
			types[word], events[event] = true, true
			if word != e.section && event != e.section {
				t.Errorf("under %q: %s", e.section, e.text)
			}
		}
	}
	want := sourceWords(t, `\{"type":"(\w+)"`, `\bEvent\w+ += "(\w+)"`)
	if got := slices.Sorted(maps.Keys(types)); !slices.Equal(got, want) {
		t.Errorf("%s shows the types %q, the sources append %q", protocolDoc, got, want)
	}
	delete(events, "")
	want = sourceWords(t, `\{"type":"system","event":"(\w+)"`, `\b(?:Group|Session|Desk)\w+ += "(\w+)"`)
	if got := slices.Sorted(maps.Keys(events)); !slices.Equal(got, want) {
		t.Errorf("%s shows the events %q, the sources append %q", protocolDoc, got, want)
	}
}

// sourceWords finds words in the sources of this package, sorted.
func sourceWords(t *testing.T, patterns ...string) (words []string) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, p := range patterns {
			for _, m := range regexp.MustCompile(p).FindAllStringSubmatch(string(readDoc(t, file)), -1) {
				words = append(words, m[1])
			}
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// TestDocReasons: the reason words and their codes are in the table of errors and
// in the schema.
func TestDocReasons(t *testing.T) {
	a, text := readAsyncAPI(t), string(readDoc(t, protocolDoc))
	reasons := sourceWords(t, `\bReason\w+ += "(\w+)"`)
	for _, reason := range reasons {
		row := regexp.MustCompile(`(?m)^\| (\d+) \| .*` + "`" + reason + "`")
		m := row.FindStringSubmatch(text)
		if m == nil {
			t.Errorf("%s has no row for %s", protocolDoc, reason)
			continue
		}
		line := AppendError(nil, "", NewError(reason, "x"))
		if !bytes.Contains(line, []byte(`"code":`+m[1]+`,`)) {
			t.Errorf("%s says that %s is %s, but: %s", protocolDoc, reason, m[1], line)
		}
		check(t, "reasons", a.server, string(line))
	}
	listed := slices.Sorted(slices.Values(valuesOf(a.server["error"].fields["reason"])))
	if !slices.Equal(listed, reasons) {
		t.Errorf("%s lists the reasons %q, the sources have %q", asyncDoc, listed, reasons)
	}
}

// TestDocFields: each field of each message is described.
func TestDocFields(t *testing.T) {
	a := readAsyncAPI(t)
	for name, s := range a.root["components"].(map[string]any)["schemas"].(map[string]any) {
		fields, _ := s.(map[string]any)["properties"].(map[string]any)
		for key, f := range fields {
			if text, _ := a.follow(f)["description"].(string); text == "" {
				t.Errorf("%s does not describe %s of %s", asyncDoc, key, name)
			}
		}
	}
}

// TestDocRequests: what a client is made to send fits the schemas, which have no
// fields beside but older names.
func TestDocRequests(t *testing.T) {
	a := readAsyncAPI(t)
	for _, c := range slices.Concat(accepted, acceptedRare) {
		r := c.want
		check(t, "AppendRequest", a.client, string(AppendRequest(nil, &r)))
		r.CID = "c"
		check(t, "AppendRequest", a.client, string(AppendRequest(nil, &r)))
	}
	for _, e := range examples(t) {
		if e.client {
			check(t, protocolDoc, a.client, e.text)
		}
	}
	delete(a.client, "olderSend")
	unseen(t, a.client, "msg_id")
}

// TestDocEncoders: what the server appends fits the schemas, which have no other
// fields.
func TestDocEncoders(t *testing.T) {
	a := readAsyncAPI(t)
	types := map[string]bool{}
	for _, line := range slices.Concat(answerGoldens(), entryGoldens(), noticeGoldens()) {
		check(t, "encoders", a.server, string(line))
		word, _ := typeOf(string(line))
		types[word] = true
	}
	want := sourceWords(t, `\{"type":"(\w+)"`, `\bEvent\w+ += "(\w+)"`)
	if got := slices.Sorted(maps.Keys(types)); !slices.Equal(got, want) {
		t.Errorf("checked the types %q, the sources append %q", got, want)
	}
	unseen(t, a.server)
}

// unseen reports fields that are described and that no checked text had.
func unseen(t *testing.T, messages map[string]*asyncMessage, but ...string) {
	for name, m := range messages {
		for key := range m.fields {
			if !m.seen[key] && !slices.Contains(but, key) {
				t.Errorf("%s describes %s of %s, which is nowhere", asyncDoc, key, name)
			}
		}
	}
}

func answerGoldens() [][]byte {
	single := Conversation{ConvID: "single_1:2", Kind: Single, Peer: "2", LastMessage: entryGoldens()[0]}
	group := Conversation{ConvID: "group_7", Kind: Group, GroupID: "7", Name: "n", Mentioned: true, Pinned: true}
	list := append(AppendConversationsHead(nil, "l"), `"conversations":[`...)
	service := Conversation{ConvID: "service_s", Kind: Service, SessionID: "s", Unread: 1}
	for _, c := range []*Conversation{&single, &group, &service} {
		list = append(AppendConversation(list, c), ',')
	}
	list = list[:len(list)-1]
	page := append(AppendHistoryHead(nil, "h", "group_7"), bytes.Join(entryGoldens(), []byte(","))...)
	return [][]byte{
		AppendSent(nil, "c", 1, "single_1:2", 1, 2),
		AppendOK(nil, "c"),
		AppendPong(nil, "c"),
		AppendError(nil, "c", RetryError(ReasonBusy, "later", time.Second)),
		AppendSynced(nil, "c", []Synced{{ConvID: "group_7", Gone: true}, {ConvID: "single_1:2", Seq: 3, HasMore: true}}),
		AppendSynced(nil, "", nil),
		append(list, `],"next":"1.2"}`...),
		AppendHistoryTail(page, true),
		AppendPresence(nil, "c", []UserState{{User: "2", Online: true}, {User: "3", LastSeen: 7}}),
	}
}

func noticeGoldens() [][]byte {
	about := Extra(nil).Text("session_id", "s").Text("conv_id", "service_s")
	notices := [][]byte{
		AppendQueue(nil, "service_s", "s", 1, 0),
		AppendAgent(nil, "4", AgentOnline, false, 0, 5),
		AppendDesk(nil, DeskWaiting, Extra(nil).Uint("waiting", 3).Uint("oldest_s", 70).Uint("offline", 2)),
	}
	for event, who := range map[string]string{
		DeskAssigned: "agent_id", DeskUnanswered: "agent_id", DeskWatched: "user_id", DeskUnwatched: "user_id",
	} {
		notices = append(notices, AppendDesk(nil, event, about.Text(who, "4")))
	}
	return append(notices,
		AppendWelcome(nil, "hello", "2", "d", 3, 60),
		AppendShutdown(nil, 1500),
		AppendGroupNotice(nil, GroupRequested, "7", "3", "2", 5),
		AppendGroupNotice(nil, GroupRefused, "7", "3", "1", 5),
		AppendRead(nil, "single_1:2", "2", 42, []uint64{5}, 3),
		AppendTyping(nil, "group_7", "1"),
		AppendPresence(nil, "", []UserState{{User: "2"}}),
		AppendConversationChanged(nil, "group_7", ConversationSettings{Pinned: true, ClearedSeq: 9}),
	)
}

// entryGoldens are entries with all that they may have, a single message first.
func entryGoldens() [][]byte {
	about := Extra(nil).ID("id", 5)
	full := Extra(nil).Texts("mentions", []string{"2"}).ID("reply_to", 4).Uint("reply_seq", 8)
	return slices.Concat([][]byte{
		AppendChat(nil, &Chat{ID: 1, ConvID: "single_1:2", Seq: 1, From: "1", To: "2", Content: []byte(`"x"`), Extra: Extra(nil).Text("mentions", "all")}),
		AppendChat(nil, &Chat{ID: 5, ConvID: "group_7", Seq: 9, From: "1", GroupID: "7", Content: []byte(`[null]`), ContentType: "card",
			Time: 3, Expires: 4, Recalled: true, Edited: true, Expired: true, Extra: full}),
		aboutGolden(EventRecall, about, ""),
		aboutGolden(EventEdit, about.Text("content_type", "card"), `{"a":1}`),
		aboutGolden(EventEdit, about, ""),
		aboutGolden(EventReaction, about.Text("emoji", "👍").Text("op", ReactionAdd), ""),
		aboutGolden(EventReaction, about.Text("emoji", "👍").Text("op", ReactionRemove), ""),
		AppendChat(nil, &Chat{ID: 1, ConvID: "service_s", Seq: 1, From: "1", SessionID: "s", Content: []byte(`"x"`)}),
	}, groupGoldens(), sessionGoldens())
}

func aboutGolden(word string, extra Extra, content string) []byte {
	return AppendEvent(nil, &Event{
		Word: word, Extra: extra, Content: []byte(content), ConvID: "group_7", GroupID: "7", From: "1", ID: 9, Seq: 57, Ref: 42, Time: 3,
	})
}

func groupGoldens() (lines [][]byte) {
	told := func(event string) Extra { return Extra(nil).Text("event", event) }
	list := []Extra{
		told(GroupCreated).Text("name", "n").Texts("user_ids", []string{"2", "3"}),
		told(GroupCreated).Text("user_id", "1"),
		told(GroupJoined).Texts("user_ids", []string{"2", "3"}),
		told(GroupUpdated).Text("name", "n").Text("announcement", "a").Uint("max_members", 9).Text("join", "open").Bool("old_history", true).Bool("muted", true),
		told(GroupRole).Text("user_id", "2").Text("role", "admin"),
		told(GroupMuted).Text("user_id", "2").Uint("until", 9),
		told(GroupDissolved),
	}
	for _, event := range []string{GroupJoined, GroupLeft, GroupKicked, GroupBanned, GroupUnbanned, GroupUnmuted, GroupTransferred} {
		list = append(list, told(event).Text("user_id", "2"))
	}
	for _, extra := range list {
		lines = append(lines, AppendEvent(nil, &Event{Word: EventGroup, Extra: extra, ConvID: "group_7", GroupID: "7", From: "1", ID: 2, Seq: 1, Time: 3}))
	}
	return lines
}

func sessionGoldens() (lines [][]byte) {
	told := func(event string) Extra { return Extra(nil).Text("event", event) }
	for _, extra := range []Extra{
		told(SessionQueued), told(SessionLost).Text("agent_id", "4"), told(SessionIdentified).Text("user_id", "5").Text("visitor_id", "6"),
		told(SessionAssigned).Text("agent_id", "4").Text("agent_name", "n"),
		told(SessionTransferred).Text("agent_id", "4"), told(SessionTransferred).Text("skill", "billing"),
		told(SessionJoined).Text("user_id", "5"), told(SessionLeft).Text("user_id", "5"),
		told(SessionWarned).Text("text", "x"), told(SessionOffline).Text("text", "x"),
		told(SessionClosed).Text("reason", "agent"), told(SessionClosed).Text("reason", "silent").Text("text", "x"),
	} {
		lines = append(lines, AppendEvent(nil, &Event{Word: EventSession, Extra: extra, ConvID: "service_s", SessionID: "s", From: "1", ID: 2, Seq: 1, Time: 3}))
	}
	return lines
}
