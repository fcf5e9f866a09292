// Package delivery holds the values that the log's one writer hands to the
// reactors: what is to be sent, to whom, in which order. It is a leaf, so that
// the sequencer and the chat rules need not know what a socket is, and the
// reactors need not know what a conversation is.
package delivery

// Conn names a connection for as long as the process lives; numbers are never
// given twice. The zero Conn is nobody.
type Conn struct {
	Reactor int    // index of the reactor that owns the connection
	Serial  uint64 // 1, 2, 3 … within that reactor
}

// Run is a stretch of one conversation's chat frames in seq order, without
// gaps. It is built once and never changed after it was posted: every receiver
// on every reactor shares its bytes.
type Run struct {
	Conv   uint64  // internal number of the conversation
	First  uint64  // seq of the first frame
	Frames []byte  // complete, unmasked WebSocket frames, back to back
	Ends   []int32 // Ends[i] is where frame First+i ends in Frames
	Skip   []Skip  // frames that one connection doesn't get, by rising Index
	Trip   *Trip   // of a run whose way is timed; nil for most
}

// Skip says that the connection which sent a message is not to receive it.
type Skip struct {
	Conn  Conn
	Index int // which frame of the run
}

// Last is the seq of the last frame.
func (r *Run) Last() uint64 { return r.First + uint64(len(r.Ends)) - 1 }

// Frame returns the bytes of the frame with the given seq, which must be in the run.
func (r *Run) Frame(seq uint64) []byte {
	i := seq - r.First
	if i == 0 {
		return r.Frames[:r.Ends[0]]
	}
	return r.Frames[r.Ends[i-1]:r.Ends[i]]
}

// After returns the frames with a seq above the given one, back to back.
func (r *Run) After(seq uint64) []byte {
	switch {
	case seq < r.First:
		return r.Frames
	case seq >= r.Last():
		return nil
	}
	return r.Frames[r.Ends[seq-r.First]:]
}

// Skips reports whether the run holds a frame that c sent itself.
func (r *Run) Skips(c Conn) bool {
	for i := range r.Skip {
		if r.Skip[i].Conn == c {
			return true
		}
	}
	return false
}

// Kind says which fields of a Post count.
type Kind uint8

const (
	ToConn     Kind = iota // Frame to the connection Serial, if it is still there
	ToUser                 // Run to every joined connection of User
	ToRoom                 // Run to every connection in Room
	Enter                  // the joined connections of User enter Room, from the seq From on
	Leave                  // the joined connections of User leave Room
	Join                   // the connection Serial joins: it gets runs from here on, and enters Rooms
	NotifyUser             // Frame to every joined connection of User
	NotifyRoom             // Frame to every connection in Room
)

// Room is a place in a room's log from which on a connection wants its runs.
type Room struct {
	Conv uint64
	From uint64 // the last seq it does not want
}

// Post is one thing for a reactor to do. Posts to one reactor are carried out
// in the order in which they were posted; nothing in them changes afterwards.
type Post struct {
	Kind Kind
	// Visitor says of a Join that the connection is a visitor's, and of ToUser,
	// NotifyUser and Enter that they are for those of the user's connections, too.
	Visitor bool

	Serial uint64 // ToConn, Join
	User   string // ToUser, Enter, Leave, NotifyUser
	Room   uint64 // ToRoom, Enter, Leave, NotifyRoom
	From   uint64 // Enter
	Frame  []byte // ToConn, NotifyUser, NotifyRoom: complete frames
	Except Conn   // NotifyUser, NotifyRoom: the connection that doesn't get the frame
	Run    *Run   // ToUser, ToRoom
	Rooms  []Room // Join
	Point  uint64 // Join: the id of the last message before the join
}
