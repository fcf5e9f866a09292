// A client that is online, with a server that says what it is told to.
import { ManualClock } from "./clock.js";
import { FakeServer, events, places } from "./fake.js";
import { until } from "./wait.js";

export const conv = "single_alice:bob";

export async function online(t, options = {}, server = {}) {
  const clock = new ManualClock();
  const fake = new FakeServer(t, { clock, ...server });
  const client = fake.client(options);
  const got = places(client);
  const told = events(client, "synced", "reset", "gone", "sent", "error");
  if (server.answerSync !== false) await client.ready;
  else await until("online", () => client.state.state === "online");
  return { clock, fake, client, got, told };
}
