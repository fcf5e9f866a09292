package httpapi

import (
	"strconv"
	"strings"
	"time"
)

var (
	long     = strings.Repeat("a", 65)
	tomorrow = strconv.FormatInt(time.Now().Add(24*time.Hour).UnixMilli(), 10)
)

// badFields are requests that are well-formed and impossible.
var badFields = []struct {
	method, target, body string
	backend              bool
}{
	{"POST", "/api/v1/messages/send", `{"to":"2","group_id":"7","content":1}`, false},
	{"POST", "/api/v1/messages/send", `{"to":"2"}`, false},
	{"POST", "/api/v1/messages/send", `{"to":"` + long + `","content":1}`, false},
	{"POST", "/api/v1/messages/send", `{"to":"a b","content":1}`, false},
	{"POST", "/api/v1/messages/send", `{"to":"2","content":1,"cid":"` + long + `"}`, false},
	{"POST", "/api/v1/messages/send", `{"to":"2","content":1,"ttl_s":-1}`, false},
	{"POST", "/api/v1/messages/send", `{"to":"2","content":1,"mentions":"some"}`, false},
	{"POST", "/api/v1/messages/ack", `{"conv_id":"single_2:1","seq":1}`, false},
	{"POST", "/api/v1/messages/ack", `{"conv_id":"single_1:2","seq":0}`, false},
	{"POST", "/api/v1/messages/ack", `{"ids":[1.5]}`, false},
	{"POST", "/api/v1/messages/read", `{"conv_id":"single_1:2"}`, false},
	{"POST", "/api/v1/messages/recall", `{"id":"0"}`, false},
	{"POST", "/api/v1/messages/recall", `{"id":"1","msg_id":"2"}`, false},
	{"POST", "/api/v1/messages/edit", `{"id":"1"}`, false},
	{"POST", "/api/v1/messages/react", `{"id":"1","emoji":""}`, false},
	{"POST", "/api/v1/messages/react", `{"id":"1","emoji":"` + long + `"}`, false},

	{"POST", "/api/v1/messages/batch", `{"messages":[]}`, true},
	{"POST", "/api/v1/messages/batch", `{"messages":7}`, true},
	{"POST", "/api/v1/messages/batch", `{"messages":[7]}`, true},
	{"POST", "/api/v1/messages/batch", `{"messages":[{"to":"2","content":1}]}`, true}, // nobody acts
	{"POST", "/api/v1/messages/batch", `{"messages":[{"from":"a b","to":"2","content":1}]}`, true},
	{"POST", "/api/v1/messages/batch", `{"messages":[{"from":"1","to":"2"}]}`, true},
	{"POST", "/api/v1/messages/batch", `{"messages":[{"from":"1","content":1}]}`, true},
	{"POST", "/api/v1/messages/batch", `{"messages":[{"from":"1","to":"2","content":1,"cid":"` + long + `"}]}`, true},
	{"POST", "/api/v1/messages/batch", `{"messages":[` + strings.Repeat(`{"from":"1","to":"2","content":1},`, 500) + `{"from":"1","to":"2","content":1}]}`, true},
	{"POST", "/api/v1/messages/import", `{"messages":[{"from":"1","to":"2","content":1}]}`, true},
	{"POST", "/api/v1/messages/import", `{"messages":[{"from":"1","to":"2","content":1,"time":0}]}`, true},
	{"POST", "/api/v1/messages/import", `{"messages":[{"from":"1","to":"2","content":1,"time":1.5}]}`, true},
	{"POST", "/api/v1/messages/import", `{"messages":[{"from":"1","to":"2","content":1,"time":` + tomorrow + `}]}`, true},
	{"POST", "/api/v1/messages/system", `{"content":1}`, true},
	{"POST", "/api/v1/messages/system", `{"to":"1","users":["2"],"content":1}`, true},
	{"POST", "/api/v1/messages/system", `{"users":["a b"],"content":1}`, true},
	{"POST", "/api/v1/messages/system", `{"users":["1"]}`, true},
	{"POST", "/api/v1/messages/system", `{"users":["1` + strings.Repeat(`","1`, 500) + `"],"content":1}`, true},

	{"GET", "/api/v1/messages/history", "", false},
	{"GET", "/api/v1/messages/history?to=2&group_id=7", "", false},
	{"GET", "/api/v1/messages/history?to=2&to=3", "", false},
	{"GET", "/api/v1/messages/history?to=%zz", "", false},
	{"GET", "/api/v1/messages/history?to=2&limit=0", "", false},
	{"GET", "/api/v1/messages/history?to=2&limit=101", "", false},
	{"GET", "/api/v1/messages/history?to=2&limit=-1", "", false},
	{"GET", "/api/v1/messages/history?to=2&limit=1e1", "", false},
	{"GET", "/api/v1/messages/history?to=2&limit=", "", false},
	{"GET", "/api/v1/messages/history?to=2&before=9007199254740992", "", false},
	{"GET", "/api/v1/messages/history?to=2&before=99999999999999999999", "", false},
	{"GET", "/api/v1/messages/history?conv_id=group_", "", false},
	{"GET", "/api/v1/messages/history?" + strings.Repeat("a&", 40), "", false},
	{"GET", "/api/v1/messages/5/reactions?limit=201", "", false},
	{"GET", "/api/v1/messages/5/reactions?after=", "", false},
	{"GET", "/api/v1/messages/5/reactions?after=" + strings.Repeat("a", 257), "", false},

	{"GET", "/api/v1/conversations?limit=201", "", false},
	{"GET", "/api/v1/conversations?cursor=a&after=b", "", false},
	{"PATCH", "/api/v1/conversations/group_7", `{"pinned":null}`, false},
	{"PATCH", "/api/v1/conversations/group_7", `{"pinned":1}`, false},
	{"POST", "/api/v1/conversations/group_7/clear", `{"seq":0}`, false},
	{"POST", "/api/v1/conversations/group_7/clear", `{"seq":-1}`, false},
	{"POST", "/api/v1/conversations/group_7/clear", `{"seq":9007199254740992}`, false},

	{"POST", "/api/v1/groups", `{"name":""}`, false},
	{"POST", "/api/v1/groups", `{"name":7}`, false},
	{"POST", "/api/v1/groups", `{"name":"n","group_id":"a/b"}`, false},
	{"POST", "/api/v1/groups", `{"name":"n","group_id":1.5}`, false},
	{"POST", "/api/v1/groups", `{"name":"n","members":[""]}`, false},
	{"POST", "/api/v1/groups", `{"name":"n","members":"2"}`, false},
	{"POST", "/api/v1/groups", `{"name":"n","max_members":-1}`, false},
	{"POST", "/api/v1/groups", `{"name":"` + strings.Repeat("n", 129) + `"}`, false},
	{"POST", "/api/v1/groups", `{"name":"n","announcement":"` + strings.Repeat("é", 2000) + strings.Repeat("n", 97) + `"}`, false},
	{"POST", "/api/v1/groups", `{"name":"n","join":"ajar"}`, false},
	{"POST", "/api/v1/groups", `[]`, false},
	{"PATCH", "/api/v1/groups/7", `{"name":null}`, false},
	{"PATCH", "/api/v1/groups/7", `{"name":""}`, false},
	{"PATCH", "/api/v1/groups/7", `{"max_members":0}`, false},
	{"PATCH", "/api/v1/groups/7", `{"join":""}`, false},
	{"POST", "/api/v1/groups/7/transfer", `{"user_id":"a b"}`, false},
	{"GET", "/api/v1/groups/7/members?limit=1001", "", false},
	{"GET", "/api/v1/groups/7/members?cursor=", "", false},
	{"GET", "/api/v1/groups/7/members?cursor=a%20b", "", false},
	{"POST", "/api/v1/groups/7/members", `{"members":[]}`, false},
	{"POST", "/api/v1/groups/7/members", `{"members":[{}]}`, false},
	{"PUT", "/api/v1/groups/7/members/2", `{"role":"owner"}`, false},
	{"PUT", "/api/v1/groups/7/members/2", `{"muted_until":1,"mute_s":1}`, false},
	{"PUT", "/api/v1/groups/7/members/2", `{"muted_until":-1}`, false},
	{"PUT", "/api/v1/groups/7/members/2", `{"mute_s":-1}`, false},
	{"PUT", "/api/v1/groups/7/members/2", `{"mute_s":315360001}`, false},
	{"POST", "/api/v1/groups/7/join", `{"text":"` + strings.Repeat("é", 129) + `"}`, false},
	{"PUT", "/api/v1/groups/7/requests/2", `{"accept":null}`, false},
	{"GET", "/api/v1/groups/7/requests?after=a%20b", "", false},
	{"GET", "/api/v1/groups/7/bans?limit=201", "", false},
	{"GET", "/api/v1/groups/7/messages/1/readers?limit=201", "", false},

	{"GET", "/api/v1/blocks?after=a%20b", "", false},
	{"POST", "/api/v1/users/presence", `{"users":[]}`, false},
	{"POST", "/api/v1/users/presence", `{"users":["a b"]}`, false},
	{"POST", "/api/v1/users/presence", `{"users":["1` + strings.Repeat(`","1`, 200) + `"]}`, false},
	{"GET", "/api/v1/users/online?limit=1001", "", true},
	{"POST", "/api/v1/users/2/kick", `{"device":"a b"}`, true},
	{"POST", "/api/v1/tokens/revoke", `{"user_id":"1","jti":"t"}`, true},
	{"POST", "/api/v1/tokens/revoke", `{"user_id":"a b"}`, true},
	{"POST", "/api/v1/tokens/revoke", `{"jti":"t","before":1}`, true},
	{"POST", "/api/v1/tokens/revoke", `{"user_id":"1","before":0}`, true},
	{"POST", "/api/v1/tokens/revoke", `{"user_id":"1","before":` + tomorrow + `}`, true},
	{"POST", "/api/v1/tokens/revoke", `{"user_id":"1","until":1}`, true},
	{"GET", "/api/v1/events?device=a%20b", "", false},
}
