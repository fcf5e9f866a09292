// What the server says of itself, and where its WebSocket is.

export async function serverConfig() {
  const answer = await fetch("/config.json", { cache: "no-cache" });
  if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
  return answer.json();
}

// socketURL: what the operator has set; else by the page's own host, through whatever stands before
// the server where there is TLS, and to the listener itself where there is none.
export function socketURL(config, page = location) {
  if (config.ws_url) return config.ws_url;
  if (page.protocol === "https:") return `wss://${page.host}/ws`;
  return `ws://${page.hostname}:${config.ws_port}/ws`;
}
