package storage

func (v *verifier) dataKeys() error {
	return v.each(prefixDataKey, func(key, value []byte) error {
		v.counts.DataKeys++
		row, err := decodeDataKey(key, value)
		if err == nil {
			v.runsOf[row.number] = 0
		}
		return err
	})
}

// sealed counts a run by the data key it is sealed under, 0 for none. The key
// may still be in memory when its row is gone.
func (v *verifier) sealed(key []byte, number uint64) {
	if number == 0 {
		return
	}
	v.counts.Sealed++
	if _, found := v.runsOf[number]; !found {
		v.problem(key, "sealed under data key %d, which is gone", number)
	}
	v.runsOf[number]++
}

// unusedKeys counts data keys that could go.
func (v *verifier) unusedKeys() error {
	for _, runs := range v.runsOf {
		if runs == 0 {
			v.counts.UnusedKeys++
		}
	}
	return nil
}
