package checker

// The kinds of violations: which promise was broken. The words are stable; doc.go
// has the rules.
const (
	Malformed          = "malformed"           // the history can't be judged: the recorder's error, not the server's
	Lost               = "lost"                // answered, and not there in the end
	Duplicated         = "duplicated"          // one cid, two messages
	TwoAnswers         = "two-answers"         // one cid, two places answered
	UnansweredConflict = "unanswered-conflict" // one cid was taken for two contents
	Gap                = "gap"                 // a place that nobody has, or that was left out
	DivergentOrder     = "divergent-order"     // two were told different things of one place
	Disorder           = "disorder"            // a page, or the pushes of a connection, go back
	RealTimeOrder      = "real-time-order"     // begun after another was there, and placed before it
	DirtyRead          = "dirty-read"          // seen, and not there in the end, or never accepted
	StaleRead          = "stale-read"          // answered before, and not in the page
	Vanished           = "vanished"            // seen before, and not in the page
	RecalledContent    = "recalled-content"    // content that was taken back is shown
	ExMemberRead       = "ex-member-read"      // shown to who is out
	CursorBack         = "cursor-back"         // a read cursor is lower than it was
	CursorBeyond       = "cursor-beyond"       // a read cursor is past the end
	ContentMismatch    = "content-mismatch"    // it isn't what its sender sent
	Phantom            = "phantom"             // nobody sent it
)

// Kinds are all of them, in the order in which a report tells them.
var Kinds = []string{
	Malformed, Lost, Duplicated, TwoAnswers, UnansweredConflict, Gap, DivergentOrder, Disorder, RealTimeOrder, DirtyRead, StaleRead,
	Vanished, RecalledContent, ExMemberRead, CursorBack, CursorBeyond, ContentMismatch, Phantom,
}
