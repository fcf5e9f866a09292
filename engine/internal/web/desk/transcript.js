// Takes what was said in a session home, as a file.

const pageSize = 1000;

export async function download(app, session, format) {
  const name = `session-${session.session_id}.${format === "text" ? "txt" : "json"}`;
  if (format === "text") return save(name, "text/plain;charset=utf-8", await asText(app, session.session_id));
  save(name, "application/json", JSON.stringify(await asJSON(app, session.session_id), undefined, 2));
}

async function asJSON(app, id) {
  const whole = { entries: [], people: new Map() };
  let after;
  do {
    const page = await app.desk.get(`/desk/sessions/${id}/transcript`, { limit: pageSize, after });
    whole.session = page.session;
    whole.entries.push(...page.entries);
    for (const p of page.people) whole.people.set(p.user_id, p);
    after = page.next;
  } while (after);
  return { ...whole, people: [...whole.people.values()] };
}

// The text comes without an envelope, so it is asked for directly.
async function asText(app, id) {
  const { user, role, token } = app.login;
  let text = "";
  let after;
  do {
    const query = new URLSearchParams({ format: "text", limit: pageSize, ...(after && { after }), ...(user && { uid: user, role }) });
    const answer = await fetch(`/api/v1/desk/sessions/${id}/transcript?${query}`, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
    if (!answer.ok) throw new Error(String(answer.status));
    text += await answer.text();
    after = answer.headers.get("Gannet-Next");
  } while (after);
  return text;
}

function save(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
