package storage

import (
	"bytes"
	"encoding/binary"
)

// Answer is what a request with an idempotency key was answered.
type Answer struct {
	Fingerprint uint64 // of the request, to tell a retry from another one
	Body        []byte
}

const answerVersion = 1

func appendAnswer(dst []byte, a *Answer) []byte {
	dst = binary.LittleEndian.AppendUint64(append(dst, answerVersion), a.Fingerprint)
	return appendString(dst, a.Body)
}

func decodeAnswer(key, value []byte) (Answer, error) {
	_, _, _, ok := splitDayKey(key, prefixAnswer)
	d := decoder{rest: value}
	d.version(answerVersion)
	a := Answer{Fingerprint: d.fixed64(), Body: bytes.Clone(d.bytes())}
	if !ok || !d.done() {
		return Answer{}, corrupt(key, "bad answer")
	}
	return a, nil
}

// PutAnswer remembers an answer under the user's key in the bucket of the
// given day.
func (b *Batch) PutAnswer(day uint16, user, key string, a Answer) {
	b.fail(checkText("user", user))
	if key == "" {
		b.fail(invalid("empty idempotency key"))
	}
	b.key = appendAnswerKey(b.key[:0], day, user, key)
	b.value = appendAnswer(b.value[:0], &a)
	b.set()
}

// DropAnswers forgets the buckets of all days before the given one.
func (b *Batch) DropAnswers(before uint16) { b.dropDays(prefixAnswer, before) }

// Answer returns the answer under a user's key in the bucket of a day. The
// body is the caller's.
func (db *DB) Answer(day uint16, user, key string) (Answer, bool, error) {
	return find(db.p, appendAnswerKey(nil, day, user, key), decodeAnswer)
}

// AnswerDays returns the days that have a bucket of answers, in order.
func (db *DB) AnswerDays() ([]uint16, error) { return db.days(prefixAnswer) }
