package desk

import (
	"gannet/engine/internal/sequencer"
)

// do runs a command and waits until it is on disk. It is for what adds something:
// a full disk refuses it.
func (d *Desk) do(command func(tx *sequencer.Tx) error) error {
	return d.refusal(d.seq.Do(d.command(command)))
}

// doAnyway is do for what ends something, or protects somebody.
func (d *Desk) doAnyway(command func(tx *sequencer.Tx) error) error {
	return d.refusal(d.seq.DoAnyway(d.command(command)))
}

// look runs a command that only looks. What it shows is on disk when it returns.
func (d *Desk) look(command func(tx *sequencer.Tx) error) error { return d.doAnyway(command) }

// refusal is an error as clients may hear of it.
func (d *Desk) refusal(err error) error {
	if err == nil {
		return nil
	}
	return d.cfg.Chat.Refusal(err)
}

// command brings the desk up to date before what is asked for, and gives away
// what became free by it.
func (d *Desk) command(fn func(tx *sequencer.Tx) error) func(tx *sequencer.Tx) error {
	return func(tx *sequencer.Tx) error {
		d.settle(tx)
		err := fn(tx)
		d.finish(tx)
		return err
	}
}

// finish ends every command that may have freed a place or set a deadline.
func (d *Desk) finish(tx *sequencer.Tx) {
	d.match(tx)
	d.clerk.earliest.Store(d.floor.deadlines.earliest())
}

// settle takes in what has happened without a command: agents have come or gone,
// deadlines have passed.
func (d *Desk) settle(tx *sequencer.Tx) {
	if d.asleep {
		d.wake(tx)
	}
	d.lookUp(tx)
	d.lapse(tx)
	d.match(tx)
}
