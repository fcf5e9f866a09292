package storage

func (v *verifier) requests() error {
	return v.each(prefixRequest, func(key, value []byte) error {
		v.counts.Requests++
		_, err := decodeRequest(key, value)
		if err == nil {
			v.ofGroup(key, prefixRequest)
		}
		return err
	})
}

func (v *verifier) bans() error {
	return v.each(prefixBan, func(key, value []byte) error {
		v.counts.Bans++
		ban, err := decodeBan(key, value)
		if err != nil {
			return err
		}
		_, member, err := findMember(v.r, v.ofGroup(key, prefixBan), ban.User)
		if member {
			v.problem(key, "is a member all the same")
		}
		return err
	})
}

// ofGroup returns the conversation that a user's record belongs to, and
// reports it if it is no group.
func (v *verifier) ofGroup(key []byte, prefix byte) (conv uint64) {
	conv, _, _ = splitUserKey(key, prefix)
	if _, found := v.members[conv]; !found {
		v.problem(key, "belongs to no group")
	}
	return conv
}

func (v *verifier) dissolving() error {
	return v.each(prefixDissolving, func(key, value []byte) error {
		v.counts.Dissolving++
		conv, err := decodeDissolving(key, value)
		if err == nil {
			v.known(key, conv)
		}
		return err
	})
}

func (v *verifier) reactions() error {
	return v.each(prefixReaction, func(key, value []byte) error {
		v.counts.Reactions++
		_, err := decodeReaction(key, value)
		if err == nil {
			conv, seq, _, _, _ := splitReactionKey(key)
			v.message(key, conv, seq)
		}
		return err
	})
}

func (v *verifier) expiries() error {
	return v.each(prefixExpiry, func(key, value []byte) error {
		v.counts.Expiries++
		e, err := decodeExpiry(key, value)
		if err == nil {
			v.message(key, e.Conv, e.Seq)
		}
		return err
	})
}

func (v *verifier) blocks() error {
	return decodes(v, prefixBlock, &v.counts.Blocks, decodeBlock)
}

func (v *verifier) lastSeen() error {
	return decodes(v, prefixLastSeen, &v.counts.Seen, decodeLastSeen)
}

func (v *verifier) revocations() error {
	return decodes(v, prefixRevocation, &v.counts.Revoked, decodeRevocation)
}

func (v *verifier) answers() error {
	return decodes(v, prefixAnswer, &v.counts.Answers, decodeAnswer)
}

// decodes walks records that stand for themselves.
func decodes[T any](v *verifier, prefix byte, count *uint64, decode func(key, value []byte) (T, error)) error {
	return v.each(prefix, func(key, value []byte) error {
		*count++
		_, err := decode(key, value)
		return err
	})
}
