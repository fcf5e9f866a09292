// Package terminal is a chat client for a terminal and for scripts.
//
// [Run] logs in and then is one of three things. On a terminal it is a chat: what
// is said scrolls up, and below it stay a line with the state and the line that is
// typed. With a pipe as its input it sends each line and ends when all are
// answered. Told to listen it prints what comes.
//
// What others have written is shown, never obeyed: control characters, escape
// sequences and marks that turn the direction of writing become visible signs.
//
// On a terminal one goroutine owns everything ([queue]): keys, what comes from the
// server and answers are tasks that it does one after the other.
package terminal
