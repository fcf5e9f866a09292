package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"gannet/codec/wire"
)

// routes is the fake's HTTP API.
func (s *fakeServer) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/groups", s.createGroup)
	mux.HandleFunc("POST /api/v1/groups/{id}/members", s.addMembers)
	mux.HandleFunc("POST /api/v1/messages/send", s.sendHTTP)
	mux.HandleFunc("GET /api/v1/messages/history", s.historyHTTP)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if s.wrong.http != 0 {
			w.Header().Set("Content-Length", "0")
			w.WriteHeader(s.wrong.http)
			return
		}
		mux.ServeHTTP(w, req)
	})
}

func (s *fakeServer) historyHTTP(w http.ResponseWriter, req *http.Request) {
	query := req.URL.Query()
	user := s.login(query, req.Header.Get("Authorization"))
	before, _ := strconv.ParseUint(query.Get("before"), 10, 64)
	limit, _ := strconv.Atoi(query.Get("limit"))
	s.mu.Lock()
	body := append([]byte(`{"code":200,"msg":"ok","data":{"messages":[`), s.list(user, query.Get("to"), before, limit)...)
	s.mu.Unlock()
	body = append(s.page(body), '}')
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

// fakeBody is the body of every POST.
type fakeBody struct {
	ID      string          `json:"group_id"`
	Members []string        `json:"members"`
	Content json.RawMessage `json:"content"`
}

// post decodes a POST and has do answer it.
func (s *fakeServer) post(w http.ResponseWriter, req *http.Request, do func(user string, body *fakeBody) uint64) {
	var body fakeBody
	if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	seq := do(s.login(req.URL.Query(), req.Header.Get("Authorization")), &body)
	fmt.Fprintf(w, `{"code":200,"data":{"seq":%d}}`, seq)
}

func (s *fakeServer) createGroup(w http.ResponseWriter, req *http.Request) {
	s.post(w, req, func(user string, body *fakeBody) uint64 {
		s.convs[wire.GroupConvID(body.ID)] = &fakeConv{members: append([]string{user}, body.Members...)}
		return s.event(body.ID, wire.GroupCreated, user)
	})
}

func (s *fakeServer) addMembers(w http.ResponseWriter, req *http.Request) {
	s.post(w, req, func(user string, body *fakeBody) uint64 {
		id := req.PathValue("id")
		conv := s.convs[wire.GroupConvID(id)]
		conv.members = append(conv.members, body.Members...)
		return s.event(id, wire.GroupJoined, user)
	})
}

// event appends to a group's log what happened to it.
func (s *fakeServer) event(group, what, by string) uint64 {
	s.lastID++
	conv := s.convs[wire.GroupConvID(group)]
	seq := uint64(len(conv.log) + 1)
	conv.log = append(conv.log, wire.AppendEvent(nil, &wire.Event{
		Word: wire.EventGroup, Extra: fmt.Appendf(nil, `"event":%q`, what), GroupID: group,
		ConvID: wire.GroupConvID(group), From: by, ID: s.lastID, Seq: seq, Time: 1764000000000,
	}))
	return seq
}

func (s *fakeServer) sendHTTP(w http.ResponseWriter, req *http.Request) {
	s.post(w, req, func(user string, body *fakeBody) uint64 {
		s.lastID++
		m := wire.Chat{ID: s.lastID, From: user, GroupID: body.ID, Content: slices.Clone(body.Content), Time: 1764000000000}
		conv := s.conv(user, &m)
		m.Seq = uint64(len(conv.log) + 1)
		conv.log = append(conv.log, wire.AppendChat(nil, &m))
		return m.Seq
	})
}
