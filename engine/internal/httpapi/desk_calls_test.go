package httpapi

// What fakeDesk answers. The visitor of its sessions is 9.
const (
	agentLogin   = "Authorization: Bearer agent-token-of-a1"
	bossLogin    = "Authorization: Bearer supervisor-token-of-b1"
	visitorLogin = "Authorization: Bearer own-token-of-9"
	anonymous    = "Authorization: Bearer own-token-of-visitor_a"

	sessionHead = `{"session_id":"s1","conv_id":"service_s1",`
	sessionRest = `"state":"active","visitor_id":"9","visitor_name":"Ann","agent_id":"a1","skill":"","subject":"","priority":0,` +
		`"attributes":{"page":"/"},"position":2,"waiting_s":1,"turn":"visitor","created_at":5,"rating":4`
	visitorsSession = sessionHead + sessionRest + `}`
	staffSession    = sessionHead + `"staff_conv_id":"service_s1.staff",` + sessionRest + `,"comment":"fine","tags":["vip"],"watchers":["boss"],"reassigned":1}`

	agentA1 = `{"user_id":"a1","name":"Al","role":"agent","status":"online","connected":true,"sessions":1,"max_sessions":5,"skills":[],"assigned_at":9}`
	skillDe = `{"skill_id":"de","name":"Deutsch","fallback":"en","fallback_after_s":60}`
)

// deskCalls go through every route of the desk.
var deskCalls = []call{
	{method: "POST", target: "/api/v1/desk/visitors", by: "Accept: */*", body: `{"name":"Ann","attributes":{"a": 1}}`,
		call: `visitor Ann {"a": 1}`, data: `{"visitor_id":"visitor_new","token":"own-token-of-visitor_new","expires_at":8000}`},
	{method: "POST", target: "/api/v1/desk/visitors", by: "Accept: */*",
		call: `visitor  `, data: `{"visitor_id":"visitor_new","token":"own-token-of-visitor_new","expires_at":8000}`},
	{method: "POST", target: "/api/v1/desk/visitors/me/renew", by: visitorLogin,
		data: `{"token":"own-token-of-9","expires_at":8000}`},
	{method: "POST", target: "/api/v1/desk/visitors/me/identify", by: anonymous, body: `{"token":"token-of-5"}`,
		call: "kick visitor_a ", data: `{"user_id":"5"}`},

	{method: "POST", target: "/api/v1/desk/sessions", by: visitorLogin,
		call: `open 9:visitor for= skill= "" name= priority=0 `, data: visitorsSession},
	{method: "POST", target: "/api/v1/desk/sessions", body: `{"skill":"de","subject":"s","name":"n","attributes":{}}`,
		call: `open 1 for= skill=de "s" name=n priority=0 {}`, data: staffSession},
	{method: "GET", target: "/api/v1/desk/sessions", by: visitorLogin,
		call: "sessions 9:visitor states=[] agent= visitor= tag= skill= rating=0 from=0 to=0 after= limit=50", data: `{"sessions":[]}`},
	{method: "GET", target: "/api/v1/desk/sessions?state=queued,closed&agent=a1&visitor=9&tag=vip&skill=de&rating=5&from=1&to=2&limit=9&cursor=x", by: agentLogin,
		call: "sessions a1:agent states=[queued closed] agent=a1 visitor=9 tag=vip skill=de rating=5 from=1 to=2 after=x limit=9", data: `{"sessions":[]}`},
	{method: "GET", target: "/api/v1/desk/sessions/s1", by: visitorLogin, call: "session 9:visitor s1", data: visitorsSession},
	{method: "GET", target: "/api/v1/desk/sessions/s1", by: agentLogin, call: "session a1:agent s1", data: staffSession},
	{method: "GET", target: "/api/v1/desk/sessions/s1", by: backend, call: "session backend s1", data: staffSession},
	{method: "POST", target: "/api/v1/desk/sessions/s1/close", by: visitorLogin, call: "close 9:visitor s1", data: `{}`},

	{method: "POST", target: "/api/v1/desk/sessions/s1/claim", by: agentLogin, call: "claim a1:agent s1", data: staffSession},
	{method: "POST", target: "/api/v1/desk/sessions/s1/transfer", by: agentLogin, body: `{"agent_id":"a2","note":"n"}`,
		call: `transfer a1:agent s1 agent=a2 skill= "n"`, data: staffSession},
	{method: "POST", target: "/api/v1/desk/sessions/s1/transfer", by: bossLogin, body: `{"skill":"de"}`,
		call: `transfer b1:supervisor s1 agent= skill=de ""`, data: staffSession},
	{method: "POST", target: "/api/v1/desk/sessions/s1/notes", by: agentLogin, body: `{"text":"n","cid":"c"}`,
		call: `note a1:agent s1 cid=c "n"`, data: `{"msg_id":"7","conv_id":"service_s1.staff","seq":1,"timestamp":5}`},
	{method: "PUT", target: "/api/v1/desk/sessions/s1/tags", by: agentLogin, body: `{"tags":["vip","late"]}`,
		call: `tag a1:agent s1 ["vip" "late"]`, data: staffSession},
	{method: "PUT", target: "/api/v1/desk/sessions/s1/tags", by: backend, body: `{"tags":[]}`, call: `tag backend s1 []`, data: staffSession},
	{method: "POST", target: "/api/v1/desk/sessions/s1/watch", by: bossLogin, body: `{"mode":"take_over"}`,
		call: "watch b1:supervisor s1 2", data: staffSession},
	{method: "DELETE", target: "/api/v1/desk/sessions/s1/watch", by: bossLogin, call: "unwatch b1:supervisor s1", data: `{}`},
	{method: "POST", target: "/api/v1/desk/sessions/s1/rating", by: visitorLogin, body: `{"rating":5,"comment":"c"}`,
		call: `rate 9:visitor s1 5 "c"`, data: `{}`},
	{method: "GET", target: "/api/v1/desk/sessions/s1/transcript?after=1-0&limit=1000&format=json", by: agentLogin,
		call: "transcript a1:agent s1 after=1-0 limit=1000",
		data: `{"session":` + staffSession + `,"people":[{"user_id":"a1","name":"Al","role":"agent"}],"entries":[{"note":true,"entry":{"type":"chat","seq":1}}]}`},

	{method: "GET", target: "/api/v1/desk/queue", by: agentLogin, call: "queue a1:agent", data: `{"sessions":[],"waiting":700}`},
	{method: "GET", target: "/api/v1/desk/next?skill=de&visitor=9", by: backend, call: "next backend skill=de visitor=9",
		data: `{"agent_id":"a1","why":"fewest sessions","candidates":[{"user_id":"a1","eligible":true,"why":"fewest sessions","sessions":1,"max_sessions":5,"assigned_at":9}]}`},

	{method: "GET", target: "/api/v1/desk/agents", by: agentLogin, call: "agents a1:agent", data: `{"agents":[` + agentA1 + `]}`},
	{method: "GET", target: "/api/v1/desk/agents/me", by: agentLogin, call: "agent a1:agent a1", data: agentA1},
	{method: "PUT", target: "/api/v1/desk/agents/me", by: agentLogin, body: `{"status":"busy","max_sessions":0}`,
		call: "agent a1:agent a1 name=- role=- status=busy max=0 skills=-", data: agentA1},
	{method: "PUT", target: "/api/v1/desk/agents/a1", by: backend, body: `{"name":"Al","role":"supervisor","skills":["en","de","en"]}`,
		call: "agent backend a1 name=Al role=supervisor status=- max=- skills=[de en]", data: agentA1},
	{method: "DELETE", target: "/api/v1/desk/agents/a1", by: backend, call: "no agent backend a1", data: `{}`},

	{method: "GET", target: "/api/v1/desk/skills", by: visitorLogin, call: "skills 9:visitor", data: `{"skills":[` + skillDe + `]}`},
	{method: "PUT", target: "/api/v1/desk/skills/de", by: bossLogin, body: `{"name":"Deutsch","fallback":"en","fallback_after_s":60}`,
		call: "skill b1:supervisor {ID:de Name:Deutsch Fallback:en FallbackAfter:60000}", data: skillDe},
	{method: "DELETE", target: "/api/v1/desk/skills/de", by: bossLogin, call: "no skill b1:supervisor de", data: `{}`},

	{method: "GET", target: "/api/v1/desk/replies?skill=de", by: agentLogin, call: "replies a1:agent skill=de",
		data: `{"replies":[{"reply_id":"r1","shared":false,"title":"t","text":"x","skill":"","updated_at":5}]}`},
	{method: "POST", target: "/api/v1/desk/replies", by: agentLogin, body: `{"title":"t","text":"x","skill":"de"}`,
		call: `reply a1:agent "" {Title:t Text:x Skill:de Shared:false}`,
		data: `{"reply_id":"r1","shared":true,"title":"t","text":"x","skill":"","updated_at":0}`},
	{method: "PUT", target: "/api/v1/desk/replies/r1", by: backend, body: `{"title":"t","text":"x"}`,
		call: `reply backend "r1" {Title:t Text:x Skill: Shared:true}`,
		data: `{"reply_id":"r1","shared":true,"title":"t","text":"x","skill":"","updated_at":0}`},
	{method: "DELETE", target: "/api/v1/desk/replies/r1", by: agentLogin, call: "no reply a1:agent r1", data: `{}`},

	{method: "GET", target: "/api/v1/desk/stats?from=1&to=2", by: backend, call: "stats backend 1 2", data: statsData},
}

const (
	spreadData = `{"count":0,"average_s":0,"median_s":0,"p90_s":0}`
	statsData  = `{"live":{"queue":3,"oldest_wait_s":0,"agents_online":0,"agents_away":0,"agents_busy":0,"agents_offline":0,` +
		`"sessions":{"active":0,"assigned":0,"offline":0,"queued":3},"load_average":0,"load_max":0,"agents":[]},` +
		`"from":1,"to":2,"truncated":false,"opened":0,"tally":{"states":{"active":0,"assigned":0,"closed":8,"offline":0,"queued":0},` +
		`"closed":{},"abandoned":0,"reassigned":0,"wait":{"count":1,"average_s":1,"median_s":1,"p90_s":2},` +
		`"first_response":` + spreadData + `,"handling":` + spreadData + `,"ratings":{"count":0,"average":0,"stars":[0,0,0,0,0]}},` +
		`"agents":[{"user_id":"a1","name":"Al","sessions":1,"tally":{"states":{"active":0,"assigned":0,"closed":0,"offline":0,"queued":0},` +
		`"closed":{},"abandoned":0,"reassigned":0,"wait":` + spreadData + `,"first_response":` + spreadData + `,"handling":` + spreadData + `,` +
		`"ratings":{"count":0,"average":0,"stars":[0,0,0,0,0]}}}]}`
)
