package storage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// maxSeals is how many runs one data key seals: at 16 KiB each, far fewer
// blocks than AES-GCM may have of one key.
const maxSeals = 1 << 32

// keyring has the keys of an open database. Runs are sealed under the current
// data key, which is made for the first run that this opening writes: an
// opening that writes none leaves no key behind, and no data key is written
// with by two of them, so that no nonce comes twice, not even after a crash.
type keyring struct {
	db      *DB
	masters []Key
	seals   uint64 // of one data key: maxSeals

	// current is nil until the first run.
	current atomic.Pointer[dataKey]
	// data holds all data keys by number. It is replaced, not changed. A key
	// whose row is deleted stays, for readers that began before.
	data atomic.Pointer[map[uint64]*dataKey]
	// only says that this database had nothing in the clear when it was
	// opened: whatever is in the clear was put there by somebody else.
	only atomic.Bool

	making sync.Mutex
}

// sealing reports whether what is written is to be sealed.
func (k *keyring) sealing() bool { return len(k.masters) > 0 }

// find returns a data key, nil if there is none with this number.
func (k *keyring) find(number uint64) *dataKey {
	if data := k.data.Load(); data != nil {
		return (*data)[number]
	}
	return nil
}

// all returns the data keys by number; they must not be changed.
func (k *keyring) all() map[uint64]*dataKey {
	if data := k.data.Load(); data != nil {
		return *data
	}
	return nil
}

// add makes a data key known.
func (k *keyring) add(d *dataKey) {
	data := maps.Clone(k.all())
	if data == nil {
		data = make(map[uint64]*dataKey)
	}
	data[d.number] = d
	k.data.Store(&data)
}

// newest is the highest number of a data key, 0 if there is none.
func (k *keyring) newest() (number uint64) {
	for n := range k.all() {
		number = max(number, n)
	}
	return number
}

// next returns the data key to seal with, and a nonce of it that wasn't used.
func (k *keyring) next() (*dataKey, uint64, error) {
	for {
		d := k.current.Load()
		if d != nil {
			if nonce := d.sealed.Add(1) - 1; nonce < k.seals {
				return d, nonce, nil
			}
		}
		if err := k.renew(d); err != nil {
			return nil, 0, err
		}
	}
}

// renew makes the data key that follows on the given one and applies it. What
// is sealed under it is applied later, and so isn't durable before it is.
func (k *keyring) renew(old *dataKey) error {
	k.making.Lock()
	defer k.making.Unlock()
	if k.current.Load() != old {
		return nil
	}
	only := k.only.Load()
	if len(k.all()) == 0 {
		runs, err := k.db.hasRuns()
		if err != nil {
			return err
		}
		only = !runs
	}
	d := newDataKey(k.newest()+1, k.masters[0].ID, randomSecret(), only)
	d.own = true
	b := k.db.NewBatch()
	defer b.Close()
	b.putDataKey(d, k.masters[0])
	if err := k.db.raise(schemaSealed); err != nil {
		return err
	}
	if err := k.db.Apply(b); err != nil {
		return err
	}
	k.add(d)
	k.only.Store(only)
	k.current.Store(d)
	return nil
}

func (db *DB) hasRuns() (bool, error) {
	s := newScan()
	defer s.free()
	s.lower, s.upper = []byte{prefixRun}, []byte{prefixRun + 1}
	key, err := s.lastKey(db.p)
	return key != nil, err
}

// load opens the stored data keys.
func (k *keyring) load() error {
	rows, err := k.db.dataKeys()
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := k.haveMasters(rows); err != nil {
		return err
	}
	data := make(map[uint64]*dataKey, len(rows))
	for _, row := range rows {
		d, err := row.open(k.masters[k.master(row.master)])
		if err != nil {
			return fmt.Errorf("%w: key %q isn't the one that data key %d was sealed with", ErrKey, row.master, row.number)
		}
		data[d.number] = d
		k.only.Store(k.only.Load() || d.only)
	}
	k.data.Store(&data)
	return nil
}

// haveMasters names the master keys that are missing.
func (k *keyring) haveMasters(rows []dataKeyRow) error {
	var missing []string
	for _, id := range masterIDs(rows) {
		if k.master(id) < 0 {
			missing = append(missing, fmt.Sprintf("%q", id))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%w: the database is encrypted and needs the key with the id %s", ErrKey, strings.Join(missing, " and that with the id "))
}

// master is the index of a master key, below 0 if it wasn't given.
func (k *keyring) master(id string) int {
	return slices.IndexFunc(k.masters, func(m Key) bool { return m.ID == id })
}

// masterIDs returns the ids of the master keys that data keys are under, in order.
func masterIDs(rows []dataKeyRow) (ids []string) {
	for _, row := range rows {
		if !slices.Contains(ids, row.master) {
			ids = append(ids, row.master)
		}
	}
	slices.Sort(ids)
	return ids
}

// dataKeys returns the stored data keys, by number.
func (db *DB) dataKeys() (rows []dataKeyRow, err error) {
	s := newScan()
	defer s.free()
	s.lower, s.upper = append(s.lower[:0], prefixDataKey), append(s.upper[:0], prefixDataKey+1)
	err = s.each(db.p, func(key, value []byte) error {
		row, err := decodeDataKey(key, value)
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// KeyIDs returns the ids of the keys without which the database doesn't open,
// in order.
func (db *DB) KeyIDs() ([]string, error) {
	rows, err := db.dataKeys()
	return masterIDs(rows), err
}
