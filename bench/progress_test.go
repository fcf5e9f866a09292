package bench

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// What is told begins where the scenarios before end, rises with the time, and stays
// within the scenario, however long it takes.
func TestProgressFollowsTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []int
		o := Options{Duration: 10 * time.Second, EchoTime: 2 * time.Second}
		o.Progress = func(what string, done, total int) {
			if what != "bench 2/3 ping" || total != 17_000+17_000+15_000 {
				t.Errorf("%s of %d", what, total)
			}
			told = append(told, done)
		}
		b := benchmark{o: &o}
		stop := b.follow([]*scenario{{name: "single-closed"}, {name: "ping"}, {name: "echo"}}, 1)
		time.Sleep(time.Minute + progressEvery/2)
		stop()
		if len(told) != 61 || told[0] != 17_000 || told[1] != 18_000 || told[60] != 34_000 || !slices.IsSorted(told) {
			t.Error(told)
		}
	})
}

func TestProgressOfNobody(t *testing.T) {
	b := benchmark{o: &Options{}}
	b.follow([]*scenario{{name: "ping"}}, 0)()
}
