package terminal

import (
	"context"
	"errors"
	"io"

	"gannet/codec/client"
)

// listen prints what comes, and first what came while nobody listened. What was
// printed counts as received. It ends after o.Count messages, else with ctx, which
// is no error then.
func listen(ctx context.Context, o *Options) error {
	p := printer{o: o, style: style(!o.NoColor)}
	c, err := dial(ctx, o, client.Config{Tracked: true, OnEvent: p.event})
	if err != nil {
		return err
	}
	defer c.Close()
	for n := 0; o.Count == 0 || n < o.Count; n++ {
		m, err := c.Receive(ctx)
		switch {
		case ctx.Err() != nil && o.Count == 0:
			return p.err
		case err != nil:
			return errors.Join(p.err, err)
		}
		p.message(m, c.User())
		if p.err != nil {
			return p.err
		}
	}
	return p.err
}

// printer prints what comes, a line each.
type printer struct {
	o     *Options
	style style
	err   error // why nothing can be printed any more
}

func (p *printer) event(e client.Event) {
	if line := eventLine(e); p.o.JSON && line != nil && p.err == nil {
		p.err = printJSON(p.o.Stdout, line)
	}
}

func (p *printer) message(m *client.Chat, me string) {
	if p.o.JSON {
		p.err = printJSON(p.o.Stdout, chatLine(m))
		return
	}
	where := ""
	switch {
	case m.GroupID != "":
		where = " #" + m.GroupID
	case m.SessionID != "":
		where = " session " + m.SessionID
	case m.From == me:
		where = " → " + m.To
	}
	_, p.err = io.WriteString(p.o.Stdout, dateTime(m.Time)+" "+p.style.name(inertLine(m.From))+inertLine(where+": "+bodyOf(m))+"\n")
}
