// Calls of the HTTP API, as the user of the page.

import { text } from "./text.js";

// post answers with the data, or tells the user what is wrong and answers undefined.
export async function post({ user, token }, path, body) {
  const url = "/api/v1" + path + (token ? "" : "?uid=" + encodeURIComponent(user));
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: "Bearer " + token }) };
  try {
    const answer = await (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
    if (answer.code === 200) return answer.data;
    alert(answer.msg);
  } catch {
    alert(text.noConfig);
  }
}
