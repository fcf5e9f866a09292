package chat

// Sent is the answer to a send: the message is on disk under these names.
type Sent struct {
	ID     uint64
	ConvID string
	Seq    uint64
	Time   int64 // Unix milliseconds
}

// Outgoing is a message that a backend sends for somebody.
type Outgoing struct {
	From                string // the acting user
	To, GroupID, ConvID string // exactly one
	CID                 string
	Content             []byte // one JSON value
	ContentType         string
	Time                int64 // of an imported message, Unix milliseconds; 0: now
	System              bool  // needs no membership and minds no block
}

// Outcome is what became of one Outgoing: Sent, or Err, a *wire.Error.
type Outcome struct {
	Sent Sent
	Err  error
}

// Join says who may come into a group.
type Join uint8

// The ways into a group.
const (
	JoinClosed   Join = iota // the owner and admins take users in
	JoinApproval             // users ask, and members ask for others; the owner and admins answer
	JoinOpen                 // everybody joins, members take others in
)

func (j Join) String() string { return [...]string{"closed", "approval", "open"}[j] }

// NewGroup asks for a group. The caller owns it.
type NewGroup struct {
	ID           string // given by the engine where it is empty
	Name         string
	Announcement string
	Members      []string // besides the owner
	MaxMembers   int      // 0: groups.max_members
	Join         Join
	OldHistory   bool // members added later see what was before them
}

// Group is what members see of a group.
type Group struct {
	ID           string
	Name         string
	Announcement string
	Owner        string
	Members      int
	MaxMembers   int
	Join         Join
	OldHistory   bool
	Muted        bool  // only the owner and admins may write
	CreatedAt    int64 // Unix milliseconds
}

// GroupPatch changes a group; what is nil stays.
type GroupPatch struct {
	Name         *string
	Announcement *string
	MaxMembers   *int
	Join         *Join
	OldHistory   *bool
	Muted        *bool
}

// Role of a member in a group.
type Role uint8

// The roles, by rising power.
const (
	RoleMember Role = iota
	RoleAdmin
	RoleOwner
)

func (r Role) String() string {
	return [...]string{"member", "admin", "owner"}[r]
}

// Member is one user's place in a group.
type Member struct {
	User       string
	Role       Role
	JoinSeq    uint64 // the first seq that is for this member
	JoinedAt   int64  // Unix milliseconds
	MutedUntil int64  // Unix milliseconds; 0: may write
}

// MemberPatch changes a member; what is nil stays.
type MemberPatch struct {
	Role       *Role // member or admin; the owner's to say
	MutedUntil *int64
}

// Admission is what became of users who were to come into a group.
type Admission struct {
	Group     Group    // as its members see it; zero for who isn't one
	Joined    []string // are members now
	Requested []string // wait for an answer

	fresh []string // of Requested: those who didn't wait before
}

// JoinRequest is a user who asks to come into a group.
type JoinRequest struct {
	User string
	By   string // who asked: the user, or a member for them
	Text string
	At   int64 // Unix milliseconds
}

// Listed is a user in a list (of bans, of blocks) and when they came on it.
type Listed struct {
	User string
	By   string // bans: who did it
	At   int64  // Unix milliseconds
}

// Reader is a member who has read a message.
type Reader struct {
	User    string
	ReadSeq uint64
}

// Reaction is one user's reaction to a message.
type Reaction struct {
	User  string
	Emoji string
	At    int64 // Unix milliseconds
}

// Presence is whether a user is there.
type Presence struct {
	User     string
	Online   bool
	Devices  []string // only of the asking user's own, or for a backend
	LastSeen int64    // Unix milliseconds; 0: online, or never seen

	blocks bool // who asks
}

// ConversationPatch changes how a user has a conversation in their list; what is
// nil stays.
type ConversationPatch struct {
	Pinned *bool
	Muted  *bool // do not disturb
	Hidden *bool // until something new comes
}

// Figures are the numbers of GET /stats.
type Figures struct {
	Connections   int
	Users         int    // online
	Conversations uint64 // all there are
	LastID        uint64 // the last message's id
}
