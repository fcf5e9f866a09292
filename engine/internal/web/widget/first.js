// Messages that wait for a session are kept for the next page, too: [{cid, text, time}].

const place = "gannet.widget.first";

export function readFirst() {
  try { return JSON.parse(localStorage.getItem(place)) ?? []; } catch { return []; }
}

export function keepFirst(list) {
  try {
    if (list.length > 0) localStorage.setItem(place, JSON.stringify(list)); else localStorage.removeItem(place);
  } catch { /* kept for this page only */ }
}
