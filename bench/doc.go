// Package bench measures a Gannet server from outside: it connects over the
// network like any client, drives one of a few scenarios, checks every message
// it receives while it measures, and prints figures with their units.
//
// A figure counts only if the traffic was right. A lost, doubled or reordered
// message, an error answer or a dropped connection makes [Run] fail, however
// fast it was.
//
// # How it measures
//
// The generator is a handful of event loops over raw epoll (see loop.go), so
// that it isn't the bottleneck on a machine it shares with the server. A send
// is in flight until its `sent` came back and all receivers have the message;
// a closed loop keeps `window` of them in flight per sender and can therefore
// not run ahead of the receivers. A paced run follows a schedule fixed in
// advance, and latency counts from the moment at which the schedule wanted the
// send, so a server that stalls can't hide it by slowing the generator down
// (coordinated omission).
//
// Latency of single and group is from send to receipt. In groups one receipt
// in about 16 is timed, with random gaps, so that no member and no place in a
// batch is preferred; every receipt is checked.
//
// Before each scenario a bare echo server (gnet and frames, no JSON, no
// storage) is measured for two seconds on the same machine, and figures are
// also given as a ratio to it: absolute figures wander on shared machines.
package bench
