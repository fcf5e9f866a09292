// What the examples of the documentation find around them: a WebSocket, a page, and a backend that gives tokens.
import { token } from "./server.js";
import { WebSocket } from "./websocket.js";

globalThis.WebSocket ??= WebSocket;
const real = globalThis.fetch;
globalThis.fetch = async (url, ...rest) => (url === "/my/token" ? new Response(token(process.env.JSTEST_USER)) : real(url, ...rest));
if (process.env.JSTEST_PAGE) {
  const element = { append() {}, replaceChildren() {} };
  globalThis.document = { querySelector: () => element, addEventListener() {}, removeEventListener() {} };
  globalThis.alert = text => { throw new Error(text); };
}
