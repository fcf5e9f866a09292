package desk

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	superviseEvery = 200 * time.Millisecond
	supervisorName = "supervisor"
)

// supervise looks into sessions, takes part in some, leaves notes and tags.
func (s *simulation) supervise(ctx context.Context) {
	l, err := s.as(supervisorName, "supervisor")
	if err != nil {
		s.add(kindServer, "", "a supervisor's token: %v", err)
		return
	}
	rng := rand.New(rand.NewPCG(s.seed, 2<<32))
	for pause(ctx, superviseEvery) {
		var page sessionPage
		err := l.call(ctx, "GET", "/desk/sessions?limit=20&state="+stateActive, nil, &page)
		s.unexpected(err, "", "the supervisor's list")
		if len(page.Sessions) == 0 {
			continue
		}
		s.supervised(ctx, l, page.Sessions[rng.IntN(len(page.Sessions))].SessionID, rng)
	}
}

// supervised does one thing about a session.
func (s *simulation) supervised(ctx context.Context, l *login, session string, rng *rand.Rand) {
	path := "/desk/sessions/" + session
	var err error
	switch rng.IntN(4) {
	case 0:
		err = l.call(ctx, "POST", path+"/watch", map[string]any{"mode": "look"}, nil)
	case 1:
		err = l.call(ctx, "POST", path+"/watch", map[string]any{"mode": "join"}, nil)
	case 2:
		err = l.call(ctx, "POST", path+"/notes", map[string]any{"text": "a note for " + session}, nil)
		if err == nil {
			s.noted(session)
		}
	case 3:
		err = l.call(ctx, "PUT", path+"/tags", map[string]any{"tags": []string{"seen"}}, nil)
	}
	if err == nil {
		s.count("things done by the supervisor")
	}
	s.unexpected(err, session, "the supervisor", overtaken...)
	if rng.IntN(2) == 0 {
		err = l.call(ctx, "DELETE", path+"/watch", nil, nil)
		s.unexpected(err, session, "the supervisor, leaving", overtaken...)
	}
}
