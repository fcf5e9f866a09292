package bench

import "math/bits"

// A schedule is the moments at which a paced run wants its sends, fixed in
// advance and evenly spread. Several loops share one: each takes every
// stride-th send, beginning with its own index.
type schedule struct {
	start  int64 // of the run's clock, ns
	rate   int64 // sends per second, over all loops
	index  int64 // of this loop
	stride int64
	taken  int64 // sends of this loop that were given out
}

// due is when this loop's next send is wanted.
func (s *schedule) due() int64 {
	k := uint64(s.taken*s.stride + s.index)
	hi, lo := bits.Mul64(k, 1e9) // k·10⁹ passes 64 bits within a long run
	q, _ := bits.Div64(hi, lo, uint64(s.rate))
	return s.start + int64(q)
}

func (s *schedule) take() { s.taken++ }
