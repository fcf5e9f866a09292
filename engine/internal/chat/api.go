package chat

// Sent is the answer to a send: the message is on disk under these names.
type Sent struct {
	ID     uint64
	ConvID string
	Seq    uint64
	Time   int64 // Unix milliseconds
}

// NewGroup asks for a group. The caller owns it.
type NewGroup struct {
	ID         string // given by the engine where it is empty
	Name       string
	Members    []string // besides the owner
	MaxMembers int      // 0: the configured limit
}

// Group is what members see of a group.
type Group struct {
	ID         string
	Name       string
	Owner      string
	Members    int
	MaxMembers int
	CreatedAt  int64 // Unix milliseconds
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
	User     string
	Role     Role
	JoinedAt int64 // Unix milliseconds
}
