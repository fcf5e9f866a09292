package storage

import "encoding/binary"

// DeskAgent is somebody who answers visitors, or a supervisor.
type DeskAgent struct {
	User        string
	Name        string   // that visitors see
	Role        uint8    // the caller's own
	Status      uint8    // willingness; the caller's own
	MaxSessions uint32   // open at once; 0: no limit
	Skills      []string // ids of skill groups
	AssignedAt  int64    // when a session was last given to this agent, Unix milliseconds; 0: never
	CreatedAt   int64    // Unix milliseconds
	Managed     bool     // made by a backend: counts without a role in a token
}

const (
	deskAgentVersion = 1

	deskAgentManaged = 1 << 0
)

func appendDeskAgent(dst []byte, a *DeskAgent) []byte {
	var flags byte
	if a.Managed {
		flags |= deskAgentManaged
	}
	dst = append(dst, deskAgentVersion, flags, a.Role, a.Status)
	dst = appendString(dst, a.Name)
	dst = binary.AppendUvarint(dst, uint64(a.MaxSessions))
	dst = appendStrings(dst, a.Skills)
	return binary.AppendVarint(binary.AppendVarint(dst, a.AssignedAt), a.CreatedAt)
}

func decodeDeskAgent(key, value []byte) (DeskAgent, error) {
	user, ok := splitDeskKey(key, deskAgent)
	d := decoder{rest: value}
	d.version(deskAgentVersion)
	flags := d.byte()
	a := DeskAgent{
		User: user, Managed: flags&deskAgentManaged != 0,
		Role: d.byte(), Status: d.byte(), Name: d.string(), MaxSessions: d.uint32(),
		Skills: d.strings(), AssignedAt: d.varint(), CreatedAt: d.varint(),
	}
	if !ok || !d.done() || flags&^deskAgentManaged != 0 {
		return DeskAgent{}, corrupt(key, "bad desk agent")
	}
	return a, nil
}

// PutDeskAgent adds or replaces an agent.
func (b *Batch) PutDeskAgent(a DeskAgent) {
	b.deskKey(deskAgent, a.User)
	b.value = appendDeskAgent(b.value[:0], &a)
	b.set()
}

// DeleteDeskAgent removes an agent.
func (b *Batch) DeleteDeskAgent(user string) { b.deleteDesk(deskAgent, user) }

// DeskAgents hands all agents to fn, in the order of their user ids. An error of
// fn ends it and is returned.
func (db *DB) DeskAgents(fn func(DeskAgent) error) error {
	return eachDesk(db, deskAgent, decodeDeskAgent, fn)
}
