package client_test

import (
	"context"
	"fmt"

	"gannet/codec/client"
)

func Example() {
	url, stop := client.NewFakeServer().Listen() // or the address of a real one
	defer stop()
	ctx := context.Background()

	ann, err := client.Dial(ctx, client.Config{URL: url, User: "ann"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ann.Close()
	bob, err := client.Dial(ctx, client.Config{URL: url, User: "bob", Tracked: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer bob.Close()

	sent, err := ann.Send(ctx, client.Message{To: "bob", Content: client.Text("hi")})
	if err != nil {
		fmt.Println(err) // a *wire.Error is a refusal, anything else leaves it open
		return
	}
	fmt.Println("on disk as", sent.ConvID, sent.Seq)

	m, err := bob.Receive(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.From, "says", string(m.Content))
	// Output:
	// on disk as single_ann:bob 1
	// ann says "hi"
}
