package desk

import (
	"context"
	"time"
)

// settlePatience is how long sessions may be open when everybody has gone: agents
// lose them, and then nobody comes in time.
const settlePatience = graceTime + maxWaitTime + 2*lateSlack

// settle waits until nobody has a session or waits for an agent any more, now that
// all clients have gone.
func (s *simulation) settle(ctx context.Context) {
	began := time.Now()
	for {
		open := s.open(ctx)
		if len(open) == 0 {
			return
		}
		if time.Since(began) > settlePatience || !pause(ctx, watchEvery) {
			for _, o := range open {
				s.add(kindKept, o.SessionID, "it is %s (%s) %s after everybody has gone", o.State, o.AgentID, settlePatience)
			}
			return
		}
	}
}

// open is what the lists of open sessions have, as far as one page goes.
func (s *simulation) open(ctx context.Context) (list []session) {
	for _, state := range []string{stateQueued, stateAssigned, stateActive} {
		var page sessionPage
		err := s.backend().call(ctx, "GET", "/desk/sessions?limit=200&state="+state, nil, &page)
		s.unexpected(err, "", "the list of open sessions")
		list = append(list, page.Sessions...)
	}
	return list
}
