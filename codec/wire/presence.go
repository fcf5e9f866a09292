package wire

// UserState is whether a user is there.
type UserState struct {
	User     string
	Online   bool
	LastSeen int64 // Unix milliseconds; 0 is unknown, and so it is of who is online
}

// AppendPresence appends the answer to presence, or, without a cid, a change of
// it. Each user may come once.
func AppendPresence(dst []byte, cid string, users []UserState) []byte {
	dst = appendCID(append(dst, `{"type":"presence"`...), cid)
	dst = append(dst, `,"users":{`...)
	for i := range users {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, users[i].User), users[i].word()...)
	}
	return append(appendLastSeen(append(dst, '}'), users), '}')
}

func (u *UserState) word() string {
	if u.Online {
		return `:"online"`
	}
	return `:"offline"`
}

// appendLastSeen appends when those were last seen of whom that can be said.
func appendLastSeen(dst []byte, users []UserState) []byte {
	before, lead := len(dst), `,"last_seen":{`
	for i := range users {
		if u := &users[i]; !u.Online && u.LastSeen > 0 {
			dst = appendInt(appendText(dst, lead, u.User), `:`, u.LastSeen)
			lead = `,`
		}
	}
	if len(dst) == before {
		return dst
	}
	return append(dst, '}')
}
