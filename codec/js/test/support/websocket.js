// The package ws, from node_modules or from where JSTEST_WS says: the fake server is made of it, and
// clients are too where Node has no WebSocket of its own.
import { createRequire } from "node:module";

export const ws = createRequire(import.meta.url)(process.env.JSTEST_WS ?? "ws");
export const WebSocket = globalThis.WebSocket ?? ws.WebSocket;
