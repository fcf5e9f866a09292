// Package httpapi is the HTTP face of the engine: the API under /api/v1, the
// health paths and the test page on the public listener, and metrics and
// profiles on the operator's.
//
// It translates and guards, and knows no chat rules. A request passes, in this
// order: the host and origin check (guard.go), the router (router.go), the login
// (login.go), and then one action, of which there is one file per noun. Every
// answer is one envelope (envelope.go), every refusal goes through one error map
// (errors.go).
//
// The hot paths, sending and reading history, work in buffers that an exchange
// brings along from a pool, and start no goroutine of their own.
package httpapi
