package main

import (
	"fmt"
	"io"

	"gannet/engine"
)

// invite says to people who try a server out what there is to see.
func invite(w io.Writer, c engine.Config, ws, http, admin string) {
	if c.HTTP.Pages {
		fmt.Fprintf(w, "Open http://%s/ in two tabs and chat as two users. The desk's console is http://%s/desk", http, http)
		if c.Desk.Visitors {
			fmt.Fprintf(w, ", a site that asks it http://%s/widget/sample.html", http)
		}
		fmt.Fprintf(w, ", the dashboard http://%s/admin\n", admin)
	}
	fmt.Fprintf(w, "In a terminal: gannet chat --user alice --to bob%s\n", chatFlags(ws, http))
	fmt.Fprintln(w, "Everybody is believed to be who they say (auth.mode dev): this is for trying things out.")
}

// chatFlags are what gannet chat has to be told of a server that isn't where it looks
// for one.
func chatFlags(ws, http string) string {
	usual := engine.DefaultConfig().Listen
	if ws == usual.WS && http == usual.HTTP {
		return ""
	}
	return fmt.Sprintf(" --url ws://%s/ws --http http://%s", ws, http)
}
