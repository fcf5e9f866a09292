package storage

import (
	"strings"
	"testing"
)

// What must hold of a database must hold of one that is encrypted.
func TestSealed(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"reopen": TestReopen, "beside writes": TestReadsBesideWrites, "format": TestNewDatabaseHasNewestFormat,
		"refuses": TestBatchRefuses, "batch": TestBatchIsReused,
		"messages": TestMessages, "stops": TestMessagesStopsOnError, "place": TestPlace,
		"tail": TestTail, "empty": TestTailOfEmptyConversation, "rewrite": TestRewrite,
		"crash": TestCrash, "crash in open": TestCrashInOpen,
		"every write fails": TestEveryWriteFails, "every read fails": TestEveryReadFails,
		"checkpoint": TestCheckpoint, "read only": TestReadOnly,
		"desk": TestDeskRecords, "desk session": TestDeskSession, "verify desk": TestVerifyDesk,
	} {
		t.Run(sealedTest+name, test)
	}
}

// sealedTest begins the names of tests whose databases are encrypted.
const sealedTest = "sealed "

// keysFor are the keys of a test's databases.
func keysFor(t testing.TB) []Key {
	if strings.Contains(t.Name(), "/sealed_") {
		return []Key{testKey("now"), testKey("before")}
	}
	return nil
}

// testKey is a key that is always the same.
func testKey(id string) Key {
	k := Key{ID: id}
	copy(k.Secret[:], strings.Repeat(id, keyBytes))
	return k
}

// decodePlainRun decodes a run in the clear.
func decodePlainRun(key, value []byte) (Run, error) { return decodeRun(new(keyring), key, value) }

// decodeRun returns a stored run.
func decodeRun(k *keyring, key, value []byte) (Run, error) {
	var r runDecoder
	if err := r.open(k, key, value); err != nil {
		return Run{}, err
	}
	return r.all()
}
