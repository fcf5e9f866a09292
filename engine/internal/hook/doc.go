// Package hook asks a service of the operator's what is to become of each message
// before it is stored: let through, refused, or changed. docs/hook.md is for those
// who write such a service, decision 0011 says why it works as it does.
//
// Package chat decides what is asked and keeps the order of each sender; this
// package makes one HTTP request of a question and a verdict of its answer,
// whatever happens on the way. Where the service isn't there a circuit spares
// everybody the wait: see circuit.go.
package hook
