package desk

import "gannet/storage"

// What is kept of these is what is shown of them.
type (
	State = storage.DeskState
	Skill = storage.DeskSkill
	Reply = storage.DeskReply
)

// ParseState reads a state's word.
func ParseState(word string) (State, bool) {
	for s := storage.DeskQueued; s <= storage.DeskClosed; s++ {
		if s.String() == word {
			return s, true
		}
	}
	return 0, false
}
