package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskStatsRoutes() []route {
	return []route{{
		method: "GET", path: "/api/v1/desk/stats", do: deskStats, level: levelAny,
		about: about{
			id: "deskStats", tag: tagDesk, summary: "Figures of the desk: as it is now, and of the sessions of a time",
			text: "For supervisors and backends. The sessions are those that were opened from from to to, the last day where they " +
				"are left out; at most 50,000, the newest.",
			params: list(periodParams{}),
			data:   deskStatsView{},
		},
	}}
}

type periodParams struct {
	From int64 `query:"from" minimum:"1" doc:"Unix milliseconds"`
	To   int64 `query:"to" minimum:"1" doc:"Unix milliseconds; not in it"`
}

type deskStatsView struct {
	Live      liveView         `json:"live"`
	From      int64            `json:"from"`
	To        int64            `json:"to"`
	Truncated bool             `json:"truncated" doc:"there were more sessions than are counted"`
	Opened    int              `json:"opened" doc:"sessions"`
	Tally     tallyView        `json:"tally"`
	Agents    []agentTallyView `json:"agents"`
}

// liveView is how the desk stands now.
type liveView struct {
	Queue         int            `json:"queue" doc:"sessions that wait"`
	OldestWaitS   float64        `json:"oldest_wait_s"`
	AgentsOnline  int            `json:"agents_online" doc:"who take sessions and are connected"`
	AgentsAway    int            `json:"agents_away" doc:"who would, but aren't connected"`
	AgentsBusy    int            `json:"agents_busy"`
	AgentsOffline int            `json:"agents_offline"`
	Sessions      map[string]int `json:"sessions" doc:"open ones, by state"`
	LoadAverage   float64        `json:"load_average" doc:"open sessions of an agent who is online"`
	LoadMax       int            `json:"load_max"`
	Agents        []agentView    `json:"agents"`
}

// tallyView is what can be said of many sessions.
type tallyView struct {
	States        map[string]int `json:"states" doc:"how many are in each now"`
	Closed        map[string]int `json:"closed" doc:"how many, by reason"`
	Abandoned     int            `json:"abandoned" doc:"visitors who left before an agent came"`
	Reassigned    int            `json:"reassigned" doc:"times that an agent didn't answer"`
	Wait          spreadView     `json:"wait" doc:"for an agent"`
	FirstResponse spreadView     `json:"first_response" doc:"until the first message of an agent"`
	Handling      spreadView     `json:"handling" doc:"from the last assignment to the end"`
	Ratings       ratingsView    `json:"ratings"`
}

// spreadView is how a time is distributed, in seconds.
type spreadView struct {
	Count    int     `json:"count"`
	AverageS float64 `json:"average_s"`
	MedianS  float64 `json:"median_s"`
	P90S     float64 `json:"p90_s"`
}

type ratingsView struct {
	Count   int     `json:"count"`
	Average float64 `json:"average" doc:"0 where there is none"`
	Stars   [5]int  `json:"stars" doc:"how many gave one, two … five"`
}

// agentTallyView is of the sessions that an agent has or had last.
type agentTallyView struct {
	UserID   string    `json:"user_id"`
	Name     string    `json:"name"`
	Sessions int       `json:"sessions"`
	Tally    tallyView `json:"tally"`
}

func viewLive(l *desk.Live) liveView {
	return liveView{
		Queue: l.Queue, OldestWaitS: l.OldestWait.Seconds(),
		AgentsOnline: l.Online, AgentsAway: l.Away, AgentsBusy: l.Busy, AgentsOffline: l.Offline,
		Sessions: byState(l.Sessions[:]), LoadAverage: l.LoadAverage, LoadMax: l.LoadMax, Agents: views(l.Agents, viewAgent),
	}
}

func viewTally(t *desk.Tally) tallyView {
	closed := t.Closed
	if closed == nil {
		closed = map[string]int{}
	}
	return tallyView{
		States: byState(t.States[:]), Closed: closed, Abandoned: t.Abandoned, Reassigned: t.Reassigned,
		Wait: viewSpread(t.Wait), FirstResponse: viewSpread(t.FirstResponse), Handling: viewSpread(t.Handling),
		Ratings: ratingsView(t.Ratings),
	}
}

// byState names counts that are indexed by states; there is no state 0.
func byState(counts []int) map[string]int {
	named := make(map[string]int, len(counts))
	for i := 1; i < len(counts); i++ {
		named[desk.State(i).String()] = counts[i]
	}
	return named
}

func viewSpread(s desk.Spread) spreadView {
	return spreadView{Count: s.Count, AverageS: s.Average.Seconds(), MedianS: s.Median.Seconds(), P90S: s.P90.Seconds()}
}

func viewAgentTally(a *desk.AgentStats) agentTallyView {
	return agentTallyView{UserID: a.User, Name: a.Name, Sessions: a.Sessions, Tally: viewTally(&a.Tally)}
}

func deskStats(s *Server, x *exchange) *wire.Error {
	from, to, refusal := x.period()
	if refusal != nil {
		return refusal
	}
	st, err := s.desk.Stats(x.r.Context(), x.actor(), from, to)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, deskStatsView{
		Live: viewLive(&st.Live), From: st.From, To: st.To, Truncated: st.Truncated, Opened: st.Opened,
		Tally: viewTally(&st.Tally), Agents: views(st.Agents, viewAgentTally),
	})
}
