// The loader of Gannet's chat for a foreign site: a button at the corner, and on the first opening a
// frame of Gannet's own origin. All it leaves in the site's page is one element with a shadow root,
// one global, window.Gannet, and one key of the tab's storage. Its style goes through the CSSOM, so
// the site's Content-Security-Policy needs script-src and frame-src for Gannet's origin, no more; it is
// !important at the host, where the site's own rules would count more.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || window.Gannet) return;

  const origin = new URL(script.src).origin;
  const option = { ...script.dataset };
  const chinese = /^zh/i.test(option.lang || document.documentElement.lang || navigator.language);
  const word = chinese
    ? { open: "打开客服聊天", close: "关闭客服聊天", title: "在线客服", unread: n => `${n} 条未读消息` }
    : { open: "Open the chat", close: "Close the chat", title: "Chat with us", unread: n => `${n} unread` };
  const key = "gannet.widget"; // "open": reopen on the next page; "live": a session goes on

  const css = `
    :host { all: initial !important; position: fixed !important; z-index: 2147483000 !important; inset: auto 20px 20px auto !important; color-scheme: light dark !important; }
    :host([data-side="left"]) { inset: auto auto 20px 20px !important; }
    button { all: unset; box-sizing: border-box; display: grid; place-items: center; width: 56px; height: 56px; border-radius: 50%;
      cursor: pointer; background: var(--color); color: var(--on-color); box-shadow: 0 4px 14px rgb(0 0 0 / .22), 0 1px 3px rgb(0 0 0 / .16);
      transition: transform .18s ease, box-shadow .18s ease; }
    button:hover { transform: translateY(-1px) scale(1.03); box-shadow: 0 8px 22px rgb(0 0 0 / .26), 0 2px 5px rgb(0 0 0 / .16); }
    button:active { transform: scale(.97); }
    button:focus-visible { outline: 3px solid var(--color); outline-offset: 3px; }
    svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round;
      grid-area: 1 / 1; transition: opacity .18s ease, transform .18s ease; }
    .down, :host([data-open]) .bubble { opacity: 0; transform: rotate(-30deg) scale(.7); }
    :host([data-open]) .down { opacity: 1; transform: none; }
    .badge { position: absolute; inset: -4px -4px auto auto; min-width: 20px; height: 20px; box-sizing: border-box; padding: 0 6px; border-radius: 10px;
      font: 600 12px/20px system-ui, sans-serif; text-align: center; background: #dc2626; color: #fff; box-shadow: 0 0 0 2px #fff; }
    .badge[hidden] { display: none; }
    .panel { position: fixed; inset: auto 20px 88px auto; width: 380px; height: min(640px, calc(100dvh - 108px)); border: 0; border-radius: 16px;
      overflow: hidden; background: transparent; box-shadow: 0 16px 48px rgb(0 0 0 / .22), 0 2px 10px rgb(0 0 0 / .12);
      opacity: 0; visibility: hidden; transform: translateY(12px) scale(.98); transform-origin: 100% 100%;
      transition: opacity .18s ease, transform .18s ease, visibility 0s .18s; }
    :host([data-side="left"]) .panel { inset: auto auto 88px 20px; transform-origin: 0 100%; }
    :host([data-open]) .panel { opacity: 1; visibility: visible; transform: none; transition-delay: 0s; }
    @media (max-width: 520px) {
      .panel, :host([data-side="left"]) .panel { inset: 0; width: 100%; height: 100dvh; border-radius: 0; box-shadow: none; }
      :host([data-open]) button { visibility: hidden; }
    }
    @media (prefers-reduced-motion: reduce) { button, svg, .panel { transition: none; } }
    @media print { :host { display: none !important; } }
  `;

  const host = element("div", { "data-gannet": "" });
  const root = host.attachShadow({ mode: "open" });
  const button = element("button", { type: "button" });
  const badge = element("span", { class: "badge", hidden: "", "aria-hidden": "true" });
  const listeners = new Set();
  let frame, ready = false, isOpen = false, unread = 0, identity;
  let waiting = []; // for the frame

  function element(name, attributes = {}, space) {
    const made = space ? document.createElementNS(space, name) : document.createElement(name);
    for (const [k, v] of Object.entries(attributes)) made.setAttribute(k, v);
    return made;
  }

  function icon(name, path) {
    const space = "http://www.w3.org/2000/svg";
    const drawing = element("svg", { class: name, viewBox: "0 0 24 24", "aria-hidden": "true" }, space);
    drawing.append(element("path", { d: path }, space));
    return drawing;
  }

  // A colour is one that the browser takes, and the sign on it black or white, whichever is read better.
  function paint(color) {
    const known = CSS.supports("color", color ?? "") ? color : "#0f766e";
    const pen = document.createElement("canvas").getContext("2d");
    pen.fillStyle = known;
    pen.fillRect(0, 0, 1, 1);
    const light = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => {
      const c = v / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    const luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
    const onColor = luminance > 0.4 ? "#111111" : "#ffffff";
    host.style.setProperty("--color", known);
    host.style.setProperty("--on-color", onColor);
    return { color: known, onColor };
  }

  // What is kept says little, and a page that may not keep anything does without.
  function keep(value) {
    try {
      if (value) sessionStorage.setItem(key, value); else sessionStorage.removeItem(key);
    } catch { /* no storage for this page */ }
  }
  function kept() {
    try { return sessionStorage.getItem(key); } catch { return null; }
  }

  function post(message) {
    if (!ready) waiting.push(message); else frame.contentWindow.postMessage({ gannet: 1, ...message }, origin);
  }

  function load() {
    if (frame) return;
    frame = element("iframe", { class: "panel", title: option.title || word.title, allow: "clipboard-write", tabindex: "-1" });
    frame.src = `${origin}/widget?lang=${chinese ? "zh" : "en"}#${encodeURIComponent(location.origin)}`;
    root.prepend(frame);
  }

  function config() {
    const { skill, title, theme } = option;
    const about = { page: location.origin + location.pathname, title: document.title.slice(0, 200) };
    return { type: "config", skill, title, theme, about, ...paint(option.color), identity: said(identity) };
  }

  // A function can't be handed to the frame: it asks when it needs a token.
  const said = who => who && { user: who.user, name: who.name, signature: who.signature, token: typeof who.token === "function" ? true : who.token };

  function show(open, { focus = true } = {}) {
    if (open) load();
    if (open === isOpen) return;
    isOpen = open;
    host.toggleAttribute("data-open", open);
    frame?.setAttribute("tabindex", open ? "0" : "-1");
    post({ type: open ? "opened" : "closed" });
    if (open) keep("open"); else if (kept() === "open") keep("live");
    label();
    if (focus) (open ? frame : button).focus({ preventScroll: true });
  }

  function label() {
    const name = isOpen ? word.close : word.open;
    button.setAttribute("aria-label", unread && !isOpen ? `${name} (${word.unread(unread)})` : name);
    button.setAttribute("aria-expanded", String(isOpen));
    badge.textContent = unread > 99 ? "99+" : String(unread);
    badge.hidden = unread === 0 || isOpen;
  }

  function counted(n) {
    if (!Number.isInteger(n) || n === unread) return;
    unread = n;
    label();
    for (const listener of listeners) listener(n);
  }

  async function heard(event) {
    if (event.origin !== origin || event.source !== frame?.contentWindow || event.data?.gannet !== 1) return;
    switch (event.data.type) {
      case "ready":
        ready = true;
        post(config());
        for (const message of waiting.splice(0)) post(message);
        break;
      case "close": show(false); break;
      case "unread": counted(event.data.count); break;
      case "live": if (!isOpen) keep(event.data.live ? "live" : ""); break;
      case "token":
        try { post({ type: "token", ask: event.data.ask, token: await identity.token() }); } catch { post({ type: "token", ask: event.data.ask }); }
    }
  }

  function identify(who) {
    identity = who && (who.user || who.token) ? { ...who } : undefined;
    if (frame) post({ type: "identity", identity: said(identity) ?? null });
    else if (!who) forget();
  }

  // Who logs out takes what the frame keeps along, even if it wasn't opened on this page.
  function forget() {
    if (!kept()) return;
    load();
    post({ type: "identity", identity: null });
  }

  function start() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    if (option.side === "left") host.dataset.side = "left";
    if (option.user) identity = { user: option.user, name: option.name, signature: option.signature };
    else if (option.name) identity = { name: option.name };
    paint(option.color);
    button.append(icon("bubble", "M21 12a8 8 0 0 1-11.6 7.1L4 21l1.9-5.4A8 8 0 1 1 21 12Z"), icon("down", "m6 9 6 6 6-6"), badge);
    button.addEventListener("click", () => show(!isOpen));
    root.append(button);
    label();
    document.body.append(host);
    window.addEventListener("message", heard);
    window.addEventListener("keydown", e => { if (e.key === "Escape" && isOpen && !e.defaultPrevented) show(false); });
    if (kept() === "open" && innerWidth > 520) show(true, { focus: false }); else if (kept()) load();
  }

  window.Gannet = Object.freeze({
    open: () => show(true),
    close: () => show(false),
    identify,
    onUnread(listener) {
      listeners.add(listener);
      listener(unread);
      return () => listeners.delete(listener);
    },
  });
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start, { once: true });
})();
