package engine_test

// userPermissions say who may do what that is no matter of a conversation.
var userPermissions = []permission{
	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "GET /blocks",
		want: "      200        200     200     200        200     200     400   200     expired  401"},
	{request: "PUT /blocks/$other",
		want: "      200        200     200     200        200     200     400   200     expired  401"},
	{request: "PUT /blocks/$me",
		want: "      400        400     400     400        400     400     400   400     expired  401"},
	{request: "DELETE /blocks/$other",
		want: "      200        200     200     200        200     200     400   200     expired  401"},

	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "GET /users/$other/presence",
		want: "      200        200     200     200        200     200     200   200     expired  401"},
	{request: "POST /users/presence", body: `{"users":["$other"]}`,
		want: "      200        200     200     200        200     200     200   200     expired  401"},
	{request: "GET /users/online",
		want: "      403        403     403     403        403     403     200   200     expired  401"},
	{request: "POST /users/$guest/kick",
		want: "      403        403     403     403        403     403     200   200     expired  401"},
	{request: "POST /users/$me/kick",
		want: "      403        403     403     403        403     403     200   200     expired  401"},
	{request: "POST /tokens/revoke", body: `{"user_id":"$guest"}`,
		want: "      403        403     403     403        403     403     200   200     expired  401"},
	{request: "POST /tokens/revoke", body: `{"jti":"$guest"}`,
		want: "      403        403     403     403        403     403     200   200     expired  401"},

	//               stranger   member  muted   banned     admin   owner   key   acting  expired  nobody
	{request: "GET /stats",
		want: "      403        403     403     403        403     403     200   200     expired  401"},
	{request: "GET /events",
		want: "      200        200     200     200        200     200     400   200     expired  401"},
	{request: "GET /openapi.json",
		want: "      200        200     200     200        200     200     200   200     200      200"},
	{request: "GET /healthz",
		want: "      200        200     200     200        200     200     200   200     200      200"},
	{request: "GET /readyz",
		want: "      200        200     200     200        200     200     200   200     200      200"},
}
