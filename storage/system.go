package storage

import (
	"encoding/binary"
	"fmt"
)

const (
	systemSchema  = "schema"
	schemaVersion = 2
	// schemaSealed is written with the first data key: a program that knows
	// nothing of sealed runs would take them for damage, and would append to
	// them in the clear. A database that was never encrypted stays readable
	// for it.
	schemaSealed = 3
	// schemaDesk is written with the first record of the desk: a program that
	// knows nothing of it would let people talk in conversations without
	// their sessions, and in closed ones. A database without a desk
	// stays readable for it.
	schemaDesk = 4
)

// System returns a value that belongs to the database as a whole.
func (db *DB) System(name string) (value []byte, found bool, err error) {
	found, err = get(db.p, appendTextKey(nil, prefixSystem, name), func(_, v []byte) error {
		value = append([]byte{}, v...)
		return nil
	})
	return value, found, err
}

// checkSchema refuses a database that this version can't read, and signs a new one.
func (db *DB) checkSchema() (version uint64, err error) {
	value, found, err := db.System(systemSchema)
	if err != nil {
		return 0, err
	}
	if !found && db.readOnly {
		return 0, fmt.Errorf("%w: the directory holds another program's database", ErrSchema)
	}
	if !found {
		return schemaVersion, db.sign()
	}
	d := decoder{rest: value}
	version = d.uvarint()
	switch {
	case !d.done() || version == 0:
		return 0, corrupt(appendTextKey(nil, prefixSystem, systemSchema), "bad schema version")
	case version > schemaDesk:
		return 0, fmt.Errorf("%w: version %d, this program knows up to %d", ErrSchema, version, schemaDesk)
	case version < schemaVersion:
		return 0, fmt.Errorf("%w: version %d, which no release has written; this program needs %d, begin with an empty directory",
			ErrSchema, version, schemaVersion)
	}
	return version, nil
}

// raise signs the database with a version if it has a lower one. What needs the
// version is applied later, and so isn't durable before it is.
func (db *DB) raise(version uint64) error {
	if db.schema.Load() >= version {
		return nil
	}
	db.signing.Lock()
	defer db.signing.Unlock()
	if db.schema.Load() >= version {
		return nil
	}
	b := db.NewBatch()
	defer b.Close()
	b.PutSystem(systemSchema, binary.AppendUvarint(nil, version))
	if err := db.Apply(b); err != nil {
		return err
	}
	db.schema.Store(version)
	return nil
}

func (db *DB) sign() error {
	empty, err := db.empty()
	if err != nil {
		return err
	}
	if !empty {
		return fmt.Errorf("%w: the directory holds another program's database", ErrSchema)
	}
	b := db.NewBatch()
	b.PutSystem(systemSchema, binary.AppendUvarint(nil, schemaVersion))
	if err := db.Apply(b); err != nil {
		return err
	}
	if err := b.Close(); err != nil {
		return err
	}
	return db.Sync()
}

func (db *DB) empty() (bool, error) {
	it, err := db.p.NewIter(nil)
	if err != nil {
		return false, err
	}
	found := it.First()
	return !found, it.Close()
}

// PutSystem sets a value that belongs to the database as a whole.
func (b *Batch) PutSystem(name string, value []byte) {
	b.fail(checkText("system name", name))
	b.key = appendTextKey(b.key[:0], prefixSystem, name)
	b.value = append(b.value[:0], value...)
	b.set()
}
