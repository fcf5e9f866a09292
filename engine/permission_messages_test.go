package engine_test

// mutedGroup and dissolvedGroup are what an owner has done before.
var (
	mutedGroup     = []string{`owner PATCH /groups/$group {"muted":true}`}
	dissolvedGroup = []string{`owner DELETE /groups/$group`}
)

// messagePermissions say who may write, read and change messages.
var messagePermissions = []permission{
	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "POST /messages/send", body: `{"group_id":"$group","content":"hi"}`,
		want: "      not_member 200     muted   not_member 200     200     400   200     expired  401"},
	{request: "POST /messages/send", body: `{"conv_id":"$conv","content":"hi"}`,
		want: "      not_member 200     muted   not_member 200     200     400   200     expired  401"},
	{request: "POST /messages/send", body: `{"group_id":"$group","content":"hi"}`, join: "open",
		want: "      not_member 200     muted   not_member 200     200     400   200     expired  401"},
	{request: "POST /messages/send", body: `{"group_id":"$group","content":"hi"}`, before: mutedGroup,
		want: "      not_member muted   muted   not_member 200     200     400   muted   expired  401"},
	{request: "POST /messages/send", body: `{"group_id":"$group","content":"hi"}`, before: dissolvedGroup,
		want: "      not_member not_member not_member not_member not_member not_member 400 not_member expired 401"},
	{request: "POST /messages/send", body: `{"to":"$other","content":"hi"}`,
		want: "      200        200     200     200        200     200     400   200     expired  401"},
	{request: "POST /messages/send", body: `{"conv_id":"$single","content":"hi"}`,
		want: "      404        200     404     404        404     404     400   200     expired  401"},
	{request: "POST /messages/send", body: `{"to":"$other","content":"hi"}`, before: []string{`other PUT /blocks/$me`},
		want: "      blocked    blocked blocked blocked    blocked blocked 400   blocked expired  401"},
	{request: "POST /messages/send", body: `{"to":"$other","content":"hi"}`, before: []string{`me PUT /blocks/$other`},
		want: "      200        200     200     200        200     200     400   200     expired  401"},
	{request: "POST /messages/send", body: `{"to":"$other","from":"$owner","content":"hi"}`,
		want: "      403        403     403     403        403     200     400   403     expired  401"},

	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "GET /messages/history?group_id=$group",
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "GET /messages/history?conv_id=$conv", join: "open",
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "GET /messages/history?group_id=$group", before: dissolvedGroup,
		want: "      404        404     404     404        404     404     400   404     expired  401"},
	{request: "GET /messages/history?conv_id=$single",
		want: "      404        200     404     404        404     404     400   200     expired  401"},
	{request: "GET /messages/history?to=$other",
		want: "      200        200     200     200        200     200     400   200     expired  401"},

	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "POST /messages/ack", body: `{"conv_id":"$conv","seq":1}`,
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "POST /messages/ack", body: `{"ids":["$theirs"]}`,
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "POST /messages/ack", body: `{"conv_id":"$single","seq":1}`,
		want: "      404        200     404     404        404     404     400   200     expired  401"},
	{request: "POST /messages/read", body: `{"conv_id":"$conv","seq":1}`,
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "POST /messages/read", body: `{"msg_id":"$theirs"}`,
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "POST /messages/read", body: `{"ids":["$reply"]}`,
		want: "      404        200     404     404        404     404     400   200     expired  401"},
	{request: "GET /groups/$group/messages/$seq/readers",
		want: "      404        200     200     404        200     200     400   200     expired  401"},

	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "POST /messages/recall", body: `{"id":"$mine"}`,
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "POST /messages/recall", body: `{"id":"$theirs"}`,
		want: "      404        404     404     404        200     200     400   404     expired  401"},
	{request: "POST /messages/recall", body: `{"id":"$note"}`,
		want: "      404        200     404     404        404     404     400   200     expired  401"},
	{request: "POST /messages/recall", body: `{"id":"$note"}`, before: []string{`other PUT /blocks/$member`},
		want: "      404        200     404     404        404     404     400   200     expired  401"},
	{request: "POST /messages/recall", body: `{"id":"$reply"}`,
		want: "      404        404     404     404        404     404     400   404     expired  401"},
	{request: "POST /messages/recall", body: `{"id":"$mine"}`, before: dissolvedGroup,
		want: "      404        404     404     404        404     404     400   404     expired  401"},
	{request: "POST /messages/edit", body: `{"id":"$mine","content":"ho"}`,
		want: "      404        200     muted   404        200     200     400   200     expired  401"},
	{request: "POST /messages/edit", body: `{"id":"$mine","content":"ho"}`, before: mutedGroup,
		want: "      404        muted   muted   404        200     200     400   muted   expired  401"},
	{request: "POST /messages/edit", body: `{"id":"$theirs","content":"ho"}`,
		want: "      404        404     404     404        404     404     400   404     expired  401"},
	{request: "POST /messages/edit", body: `{"id":"$note","content":"ho"}`,
		want: "      404        200     404     404        404     404     400   200     expired  401"},
	{request: "POST /messages/edit", body: `{"id":"$note","content":"ho"}`, before: []string{`other PUT /blocks/$member`},
		want: "      404        blocked 404     404        404     404     400   blocked expired  401"},

	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "POST /messages/react", body: `{"id":"$theirs","emoji":"👍"}`,
		want: "      404        200     muted   404        200     200     400   200     expired  401"},
	{request: "POST /messages/react", body: `{"id":"$theirs","emoji":"👍"}`, before: mutedGroup,
		want: "      404        muted   muted   404        200     200     400   muted   expired  401"},
	{request: "POST /messages/react", body: `{"id":"$reply","emoji":"👍"}`,
		want: "      404        200     404     404        404     404     400   200     expired  401"},
	{request: "POST /messages/react", body: `{"id":"$reply","emoji":"👍"}`, before: []string{`other PUT /blocks/$member`},
		want: "      404        blocked 404     404        404     404     400   blocked expired  401"},
	{request: "GET /messages/$theirs/reactions",
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "GET /messages/$reply/reactions",
		want: "      404        200     404     404        404     404     400   200     expired  401"},

	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "POST /messages/batch", body: `{"messages":[{"from":"$other","group_id":"$group","content":"hi"}]}`,
		want: "      403        403     403     403        403     403     200   200     expired  401"},
	{request: "POST /messages/batch", body: `{"messages":[{"group_id":"$group","content":"hi"}]}`,
		want: "      403        403     403     403        403     403     400   200     expired  401"},
	{request: "POST /messages/import", body: `{"messages":[{"from":"$other","group_id":"$group","content":"hi","time":1}]}`,
		want: "      403        403     403     403        403     403     200   200     expired  401"},
	{request: "POST /messages/system", body: `{"group_id":"$group","content":"hi"}`,
		want: "      403        403     403     403        403     403     200   200     expired  401"},
}

// conversationPermissions say who has a conversation in their list.
var conversationPermissions = []permission{
	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "GET /conversations",
		want: "      200        200     200     200        200     200     400   200     expired  401"},
	{request: "PATCH /conversations/$conv", body: `{"pinned":true}`,
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "PATCH /conversations/$single", body: `{"muted":true}`,
		want: "      404        200     404     404        404     404     400   200     expired  401"},
	{request: "PATCH /conversations/$conv", body: `{"hidden":true}`, before: dissolvedGroup,
		want: "      404        404     404     404        404     404     400   404     expired  401"},
	{request: "POST /conversations/$conv/clear", body: `{"seq":1}`,
		want: "      404        200     200     404        200     200     400   200     expired  401"},
	{request: "POST /conversations/$single/clear",
		want: "      404        200     404     404        404     404     400   200     expired  401"},
}
