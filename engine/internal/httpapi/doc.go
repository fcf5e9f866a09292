// Package httpapi is the HTTP face of the engine: the API under /api/v1, the
// health paths and the pages on the public listener, and metrics and
// profiles on the operator's.
//
// It translates and guards, and knows no chat rules. A request passes, in this
// order:
//
//   - the host and origin check (guard.go) and the router (router.go);
//   - the login (login.go), the level of the route (level.go) and the rate of the
//     user (rate.go);
//   - the reading of the body (body.go);
//   - the look for an earlier answer under its Idempotency-Key (once.go);
//   - one action, of which there is a file per noun.
//
// Every answer is one envelope (envelope.go), every refusal goes through one error
// map (errors.go).
//
// A route's description stands next to it (about.go), and the OpenAPI document is
// made from the table of routes (openapi.go, schema.go): from the types that the
// actions decode and encode.
//
// The hot paths, sending and reading history, work in buffers that an exchange
// brings along from a pool, encode and decode by hand, and start no goroutine of
// their own.
package httpapi
