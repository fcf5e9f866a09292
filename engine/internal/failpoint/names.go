package failpoint

import "slices"

// The places, in the order in which a message passes them.
const (
	BeforeWrite   = "before-write"   // a batch is full, storage has nothing of it
	BeforeSync    = "before-sync"    // batches are applied and can be read, but are not on disk
	AfterSync     = "after-sync"     // they are on disk, nobody knows
	BeforeAnswer  = "before-answer"  // before each of a batch's posts and answers: the n-th time some are out, the others are not
	MidFanOut     = "mid-fan-out"    // some connections of a turn have been written to, others not
	MidRecall     = "mid-recall"     // a message is overwritten, its event isn't there yet; and again: both are applied, not on disk
	MidRedelivery = "mid-redelivery" // messages were read to be sent again, others of the connection may be on their way
)

// Names returns the names of all places.
func Names() []string {
	return slices.Clone(names[:])
}

var names = [...]string{BeforeWrite, BeforeSync, AfterSync, BeforeAnswer, MidFanOut, MidRecall, MidRedelivery}
