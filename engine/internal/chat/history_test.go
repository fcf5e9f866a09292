package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"gannet/codec/wire"
)

// pageOf reads a history answer.
type pageOf struct {
	ConvID   string `json:"conv_id"`
	HasMore  bool   `json:"has_more"`
	Messages []struct {
		Seq uint64 `json:"seq"`
	} `json:"messages"`
}

func (s *site) historyHTTP(t tester, user string, r wire.Request) pageOf {
	body, err := s.History(context.Background(), user, &r, []byte("{"))
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	return readPage(t, append(body, '}'))
}

type tester interface{ Fatalf(string, ...any) }

func readPage(t tester, text []byte) (p pageOf) {
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func (p pageOf) seqs() (seqs []uint64) {
	for _, m := range p.Messages {
		seqs = append(seqs, m.Seq)
	}
	return seqs
}

// Pages are what a naive look at the conversation gives, from memory and from
// storage, over both ways, however it grows meanwhile and whatever is forgotten.
func TestHistoryPages(t *testing.T) {
	s := open(t, nil)
	s.group("g", "1", "9")
	ws := s.simple("2")
	last := map[string]uint64{"group_g": 1} // it was created
	join := uint64(1)                       // 2 isn't in the group yet
	rapid.Check(t, func(t *rapid.T) {
		conv := rapid.SampledFrom([]string{"single_1:2", "group_g"}).Draw(t, "conversation")
		n := rapid.SampledFrom([]int{0, 1, 5, 40}).Draw(t, "new messages")
		for range n {
			s.write("1", wire.Request{ConvID: conv})
		}
		last[conv] += uint64(n)
		switch rapid.IntRange(0, 9).Draw(t, "what else") {
		case 0:
			s.chunks = newChunks()
		case 1: // a new beginning for 2
			if s.RemoveMember(context.Background(), "2", "g", "2") == nil {
				last["group_g"]++
			}
			if _, err := s.AddMembers(context.Background(), "1", "g", []string{"2"}); err != nil {
				t.Fatal(err)
			}
			last["group_g"]++
			join = last["group_g"]
		}
		floor := uint64(0)
		if conv == "group_g" {
			if _, ok, _ := s.db.Member(s.seq.Head(conv).Num, "2"); !ok {
				t.Skip("not in yet")
			}
			floor = join - 1
		}
		r := wire.Request{
			ConvID: conv, Limit: rapid.IntRange(1, wire.MaxHistoryLimit).Draw(t, "limit"),
			Before: rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Range(1, last[conv]+3)).Draw(t, "before"),
		}
		to := last[conv]
		if r.Before != 0 {
			to = min(to, r.Before-1)
		}
		want := span(max(floor, to-min(to, uint64(r.Limit)))+1, to)
		more := len(want) > 0 && want[0] > floor+1
		for range 2 {
			if got := s.historyHTTP(t, "2", r); !slices.Equal(got.seqs(), want) || got.HasMore != more || got.ConvID != conv {
				t.Fatalf("%+v: %v, want %v", r, got, want)
			}
		}
		before := ""
		if r.Before != 0 {
			before = fmt.Sprintf(`"before":%d,`, r.Before)
		}
		ws.say(fmt.Sprintf(`{"type":"history","cid":"h","conv_id":%q,%s"limit":%d}`, conv, before, r.Limit))
		_, answer := ws.until("history")
		if got := readPage(t, []byte(answer["raw"].(string))); !slices.Equal(got.seqs(), want) || got.HasMore != more || answer["cid"] != "h" {
			t.Fatalf("%+v: %v, want %v", r, answer["raw"], want)
		}
	})
}

// What isn't one's own looks like what doesn't exist, byte for byte.
func TestHistoryOfStrangers(t *testing.T) {
	s := open(t, nil)
	s.group("g", "1", "2")
	s.write("1", wire.Request{GroupID: "g"})
	s.talk("1", "2", 1)
	x := s.simple("3")
	var told string
	for _, where := range []string{
		`"group_id":"none"`, `"group_id":"g"`, `"conv_id":"group_g"`, `"conv_id":"group_none"`,
		`"conv_id":"single_1:2"`, `"conv_id":"single_1:5"`, `"conv_id":"service_1"`,
	} {
		got := x.ask(`{"type":"history","cid":"c",`+where+`}`, object{"type": "error", "reason": "not_found", "code": 404})["raw"].(string)
		if told == "" {
			told = got
		}
		if got != told {
			t.Errorf("%s: %s, not %s", where, got, told)
		}
	}
	if got := x.ask(`{"type":"history","cid":"c","to":"1"}`, object{"type": "history", "conv_id": "single_1:3"}); len(got["messages"].([]any)) != 0 {
		t.Errorf("%v", got)
	}
	if err := s.RemoveMember(context.Background(), "1", "g", "2"); err != nil {
		t.Fatal(err)
	}
	_, err := s.History(context.Background(), "2", &wire.Request{GroupID: "g", Limit: 20}, nil)
	if reasonOf(err) != wire.ReasonNotFound {
		t.Errorf("who was kicked: %v", err)
	}
}

// Readers and writers at once: a page is contiguous, ends where the log was or
// later, and never shows what isn't durable.
func TestHistoryWhileSending(t *testing.T) {
	s := open(t, nil)
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for range 150 {
				s.write(fmt.Sprint(1+w), wire.Request{ConvID: "single_1:2"})
			}
		})
	}
	wg.Go(func() {
		for newest := uint64(0); newest < 300; {
			got := s.historyHTTP(t, "1", wire.Request{To: "2", Limit: 50}).seqs()
			if len(got) == 0 {
				continue
			}
			end := got[len(got)-1]
			if end < newest || !slices.Equal(got, span(got[0], end)) {
				t.Errorf("after %d: %v", newest, got)
				return
			}
			if published := s.seq.Head("single_1:2").Published(); end > published {
				t.Errorf("shows %d of %d", end, published)
			}
			newest = end
		}
	})
	wg.Wait()
}
