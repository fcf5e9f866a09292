// Drawing of the side: the state of the connection and the list of conversations.

import { lastMessage } from "./entry.js";
import { text } from "./text.js";
import { byId, colour, element, shown } from "./view.js";

export function drawState(name, detail) {
  const el = byId("state");
  el.className = "state " + name;
  el.textContent = name === "waiting" ? text.waiting(Math.ceil(detail / 1000)) : name === "stopped" ? text[detail] : text[name];
}

export function drawList(convs, current, open) {
  const list = convs.list();
  byId("list").replaceChildren(...list.map(conv => line(conv, convs.unread(conv), conv === current, open)));
  byId("list-empty").hidden = list.length > 0;
  byId("room").hidden = !current;
  byId("nothing").hidden = Boolean(current);
  const unread = list.reduce((n, conv) => n + convs.unread(conv), 0);
  document.title = unread > 0 ? `(${unread}) Gannet` : "Gannet";
}

function line(conv, unread, active, open) {
  const button = element("button", `${active ? "active" : ""} ${conv.gone ? "gone" : ""}`);
  const avatar = colour(element("span", "avatar", conv.kind === "group" ? "#" : conv.name.slice(0, 1).toUpperCase()), conv.name);
  const middle = element("span", "grow");
  const last = lastMessage(conv);
  middle.append(element("span", "name", conv.title), element("span", "last", conv.gone ? text.gone : last ? shown(last) : conv.id));
  button.append(avatar, middle);
  if (unread > 0) button.append(element("span", "badge", unread));
  button.onclick = () => open(conv);
  return button;
}
