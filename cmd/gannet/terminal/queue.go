package terminal

import "sync"

// queue holds tasks for the one goroutine that owns a session. Adding to it never
// blocks.
type queue struct {
	mu    sync.Mutex
	tasks []func()
	ready chan struct{} // holds a token while there may be tasks
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

// add puts a task at the end.
func (q *queue) add(task func()) {
	q.mu.Lock()
	q.tasks = append(q.tasks, task)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take returns all tasks, oldest first.
func (q *queue) take() []func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	tasks := q.tasks
	q.tasks = nil
	return tasks
}
